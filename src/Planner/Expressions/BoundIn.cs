using SqlStream.Core.Types;

namespace SqlStream.Planner.Expressions;

/// <summary>Whether a value is one of many: TRUE where it is, NULL where it is NULL or where it is none of them and NULL is among them.</summary>
/// <remarks>What a long <c>x = a OR x = b OR ...</c> becomes: one lookup a row instead of a comparison with each.</remarks>
/// <param name="Operand">The value.</param>
/// <param name="Values">Distinct, none NULL, of the type of the operand apart from nullability and of one of which equal values have equal bytes;
/// as <see cref="Core.Columns.PlanValue"/> represents them.</param>
/// <param name="HasNull">NULL is among the values.</param>
public sealed record BoundIn(BoundExpression Operand, ValueList<object> Values, bool HasNull)
    : BoundExpression(SqlType.Boolean.WithNullability(Operand.Type.IsNullable || HasNull))
{
    /// <summary>From how many values on a lookup is faster than comparisons.</summary>
    public const int ValuesMin = 8;

    /// <inheritdoc/>
    public override ValueList<BoundExpression> Children => [Operand];

    /// <summary>True if the values of a type are equal where their bytes are.</summary>
    public static bool Supports(SqlType type) => type.IsInteger || type.IsCharacter || type.Kind is SqlTypeKind.Decimal or SqlTypeKind.Date or SqlTypeKind.Time
        or SqlTypeKind.Timestamp or SqlTypeKind.TimestampLtz or SqlTypeKind.Binary or SqlTypeKind.Varbinary;

    /// <inheritdoc/>
    public override BoundExpression WithChildren(ValueList<BoundExpression> children) => this with { Operand = children[0] };

    /// <inheritdoc/>
    public bool Equals(BoundIn? other) => base.Equals(other) && HasNull == other.HasNull && Operand.Equals(other.Operand) && Values == other.Values;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Operand, Values.Count);
}
