using SqlStream.Core.Functions;
using SqlStream.Core.Types;

namespace SqlStream.Functions.Scalar.Operators;

/// <summary>The types in which two values are compared.</summary>
static class ComparisonTypes
{
    /// <summary>The types to which both are cast, of one layout; null if they cannot be compared. Where the values lie
    /// in memory
    /// in the same way already (strings of any length, timestamps of any precision), nothing is cast.</summary>
    public static (SqlType Left, SqlType Right)? Of(ArgumentInfo left, ArgumentInfo right)
    {
        if (IsUntypedText(left, right.Type))
            return (right.Type, right.Type);
        if (IsUntypedText(right, left.Type))
            return (left.Type, left.Type);
        if (TypeRules.CommonType([left.Type, right.Type]) is not { } common)
            return null;
        if (common.Kind == SqlTypeKind.Null)
            return (SqlType.Boolean, SqlType.Boolean);
        return IsComparableAsIs(left.Type, right.Type) || left.Type.SameIgnoringNullability(right.Type) ? (left.Type, right.Type) : (common, common);
    }

    static bool IsUntypedText(ArgumentInfo argument, SqlType other) =>
        argument.IsConstant && argument.Type.IsCharacter && !other.IsCharacter && !other.IsBinary && !other.IsNested && other.Kind != SqlTypeKind.Null;

    static bool IsComparableAsIs(SqlType left, SqlType right) =>
        (left.IsCharacter && right.IsCharacter)
        || (left.IsBinary && right.IsBinary)
        || (left.Kind == right.Kind && (left.IsTimestamp || left.Kind == SqlTypeKind.Time) && left.Layout == right.Layout)
        || (left is DecimalType a && right is DecimalType b && a.Scale == b.Scale && a.Layout == b.Layout);
}
