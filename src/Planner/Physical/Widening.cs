using SqlStream.Core.Types;

namespace SqlStream.Planner.Physical;

/// <summary>Which types hold all values of another one, in the same order and with the same meaning.</summary>
public static class Widening
{
    /// <summary>True for a type itself whatever its nullability, integers of more bits, DOUBLE for FLOAT, DECIMAL of more digits
    /// before the point, longer character strings, and times of more digits.</summary>
    public static bool IsLossless(SqlType from, SqlType to)
    {
        if (from.SameIgnoringNullability(to))
            return true;
        return (from, to) switch
        {
            (DecimalType left, DecimalType right) => left.Scale == right.Scale && left.Precision <= right.Precision,
            (TemporalType left, TemporalType right) => left.Kind == right.Kind && left.Layout == right.Layout && left.Precision <= right.Precision,
            (StringType { Kind: SqlTypeKind.Varchar } left, StringType { Kind: SqlTypeKind.Varchar } right) => left.Length <= right.Length,
            _ => IntegerRank(from) is > 0 and var rank && IntegerRank(to) > rank || (from.Kind, to.Kind) == (SqlTypeKind.Float, SqlTypeKind.Double),
        };
    }

    static int IntegerRank(SqlType type) => type.Kind switch
    {
        SqlTypeKind.TinyInt => 1,
        SqlTypeKind.SmallInt => 2,
        SqlTypeKind.Int => 3,
        SqlTypeKind.BigInt => 4,
        _ => 0,
    };
}
