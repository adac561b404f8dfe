using System.Collections.Frozen;

namespace SqlStream.Core.Types;

/// <summary>Which types SQL casts by itself, the common type of several, and the types of DECIMAL arithmetic; as in
/// Flink.</summary>
public static class TypeRules
{
    const int ScaleKeptMin = 6;

    static readonly FrozenDictionary<SqlTypeKind, SqlTypeKind[]> s_implicitSources = new Dictionary<SqlTypeKind, SqlTypeKind[]>
    {
        [SqlTypeKind.Varchar] = [SqlTypeKind.Char, SqlTypeKind.Varchar],
        [SqlTypeKind.Char] = [SqlTypeKind.Char],
        [SqlTypeKind.Boolean] = [SqlTypeKind.Boolean],
        [SqlTypeKind.Binary] = [SqlTypeKind.Binary],
        [SqlTypeKind.Varbinary] = [SqlTypeKind.Binary, SqlTypeKind.Varbinary],
        [SqlTypeKind.TinyInt] = [SqlTypeKind.TinyInt],
        [SqlTypeKind.SmallInt] = [SqlTypeKind.TinyInt, SqlTypeKind.SmallInt],
        [SqlTypeKind.Int] = [SqlTypeKind.TinyInt, SqlTypeKind.SmallInt, SqlTypeKind.Int],
        [SqlTypeKind.BigInt] = [SqlTypeKind.TinyInt, SqlTypeKind.SmallInt, SqlTypeKind.Int, SqlTypeKind.BigInt],
        [SqlTypeKind.Decimal] =
        [
            SqlTypeKind.TinyInt, SqlTypeKind.SmallInt, SqlTypeKind.Int, SqlTypeKind.BigInt, SqlTypeKind.Decimal,
            SqlTypeKind.Float, SqlTypeKind.Double,
        ],
        [SqlTypeKind.Float] =
        [
            SqlTypeKind.TinyInt, SqlTypeKind.SmallInt, SqlTypeKind.Int, SqlTypeKind.BigInt, SqlTypeKind.Decimal, SqlTypeKind.Float,
        ],
        [SqlTypeKind.Double] =
        [
            SqlTypeKind.TinyInt, SqlTypeKind.SmallInt, SqlTypeKind.Int, SqlTypeKind.BigInt, SqlTypeKind.Decimal,
            SqlTypeKind.Float, SqlTypeKind.Double,
        ],
        [SqlTypeKind.Date] = [SqlTypeKind.Date, SqlTypeKind.Timestamp],
        [SqlTypeKind.Time] = [SqlTypeKind.Time, SqlTypeKind.Timestamp],
        [SqlTypeKind.Timestamp] = [SqlTypeKind.Timestamp, SqlTypeKind.TimestampLtz],
        [SqlTypeKind.TimestampLtz] = [SqlTypeKind.TimestampLtz, SqlTypeKind.Timestamp],
        [SqlTypeKind.IntervalYearMonth] = [SqlTypeKind.IntervalYearMonth],
        [SqlTypeKind.IntervalDaySecond] = [SqlTypeKind.IntervalDaySecond],
    }.ToFrozenDictionary();

    // Digits that hold every value of an integer type.
    static readonly FrozenDictionary<SqlTypeKind, int> s_integerDigits = new Dictionary<SqlTypeKind, int>
    {
        [SqlTypeKind.TinyInt] = 3,
        [SqlTypeKind.SmallInt] = 5,
        [SqlTypeKind.Int] = 10,
        [SqlTypeKind.BigInt] = 19,
    }.ToFrozenDictionary();

    /// <summary>The type to which all can be cast without loss of meaning, nullable if one of them is; the type NULL
    /// yields to
    /// every other. Null if there is no such type.</summary>
    public static SqlType? CommonType(ReadOnlySpan<SqlType> types)
    {
        SqlType? common = null;
        var nullable = false;
        foreach (var type in types)
        {
            nullable |= type.IsNullable;
            if (type.Kind == SqlTypeKind.Null)
                continue;
            common = common is null ? type : Common(common.WithNullability(true), type.WithNullability(true));
            if (common is null)
                return null;
        }
        return (common ?? SqlType.Null).WithNullability(nullable);
    }

    /// <summary>True if a value is cast without CAST being written. Nullability is ignored; parameters (length,
    /// precision)
    /// are, too: the cast then cuts, rounds or gives NULL as an explicit one does.</summary>
    public static bool CanCastImplicitly(SqlType from, SqlType to) =>
        from.Kind == SqlTypeKind.Null
        || from.SameIgnoringNullability(to)
        || CanCastParts(from, to)
        || (s_implicitSources.TryGetValue(to.Kind, out var sources) && Array.IndexOf(sources, from.Kind) >= 0);

    /// <summary>A number type as DECIMAL: an integer type has as many digits as its values need. Null for other
    /// types.</summary>
    public static DecimalType? AsDecimal(SqlType type) => type switch
    {
        DecimalType number => number,
        _ when s_integerDigits.TryGetValue(type.Kind, out var digits) => new DecimalType(digits, 0, type.IsNullable),
        _ => null,
    };

    /// <summary>DECIMAL + DECIMAL, and minus.</summary>
    public static DecimalType AddType(DecimalType left, DecimalType right)
    {
        var scale = Math.Max(left.Scale, right.Scale);
        return Fit(Math.Max(left.Precision - left.Scale, right.Precision - right.Scale) + scale + 1, scale);
    }

    /// <summary>DECIMAL * DECIMAL: a product has at most as many digits as both factors together.</summary>
    public static DecimalType MultiplyType(DecimalType left, DecimalType right) =>
        Fit(left.Precision + right.Precision, left.Scale + right.Scale);

    /// <summary>DECIMAL / DECIMAL.</summary>
    public static DecimalType DivideType(DecimalType left, DecimalType right)
    {
        var scale = Math.Max(ScaleKeptMin, left.Scale + right.Precision + 1);
        return Fit(left.Precision - left.Scale + right.Scale + scale, scale);
    }

    /// <summary>DECIMAL % DECIMAL.</summary>
    public static DecimalType ModuloType(DecimalType left, DecimalType right)
    {
        var scale = Math.Max(left.Scale, right.Scale);
        return Fit(Math.Min(left.Precision - left.Scale, right.Precision - right.Scale) + scale, scale);
    }

    /// <summary>SUM over a type of numbers, without nullability.</summary>
    public static SqlType SumType(SqlType type) =>
        type is DecimalType number ? SqlType.Decimal(DecimalType.PrecisionMax, number.Scale) : type;

    /// <summary>AVG over a type of numbers, without nullability.</summary>
    public static SqlType AverageType(SqlType type) =>
        type is DecimalType number ? SqlType.Decimal(DecimalType.PrecisionMax, Math.Max(ScaleKeptMin, number.Scale)) : type;

    /// <summary>ROUND and TRUNCATE of a DECIMAL to a number of digits after the point.</summary>
    public static DecimalType RoundType(DecimalType type, int digits)
    {
        if (digits >= type.Scale)
            return type;
        var whole = Math.Min(DecimalType.PrecisionMax, 1 + type.Precision - type.Scale);
        return digits < 0 ? new DecimalType(whole, 0) : new DecimalType(Math.Min(DecimalType.PrecisionMax, whole + digits), digits);
    }

    // Collections are cast element by element, rows field by field, by position: the names are those of the target.
    static bool CanCastParts(SqlType from, SqlType to) => (from, to) switch
    {
        (CollectionType a, CollectionType b) => a.Kind == b.Kind && CanCastImplicitly(a.Element, b.Element),
        (MapType a, MapType b) => CanCastImplicitly(a.Key, b.Key) && CanCastImplicitly(a.Value, b.Value),
        (RowType a, RowType b) => a.Fields.Count == b.Fields.Count
            && Enumerable.Range(0, a.Fields.Count).All(i => CanCastImplicitly(a.Fields[i].Type, b.Fields[i].Type)),
        _ => false,
    };

    static SqlType? Common(SqlType left, SqlType right) => (left, right) switch
    {
        _ when left == right => left,
        (CollectionType a, CollectionType b) when a.Kind == b.Kind =>
            CommonType([a.Element, b.Element]) is { } element ? new CollectionType(a.Kind, element) : null,
        (MapType a, MapType b) => CommonType([a.Key, b.Key]) is { } key && CommonType([a.Value, b.Value]) is { } value
            ? new MapType(key, value)
            : null,
        (RowType a, RowType b) when a.Fields.Count == b.Fields.Count => CommonRow(a, b),
        (StringType { IsCharacter: true } a, StringType { IsCharacter: true } b) =>
            SqlType.Varchar(Math.Max(a.Length, b.Length)),
        (StringType { IsBinary: true } a, StringType { IsBinary: true } b) =>
            new StringType(SqlTypeKind.Varbinary, Math.Max(a.Length, b.Length)),
        _ when left.IsNumeric && right.IsNumeric => CommonNumber(left, right),
        (TemporalType a, TemporalType b) when a.IsTimestamp && b.IsTimestamp => new TemporalType(
            a.Kind == b.Kind ? a.Kind : SqlTypeKind.TimestampLtz, Math.Max(a.Precision, b.Precision)),
        (TemporalType a, TemporalType b) when a.Kind == b.Kind =>
            new TemporalType(a.Kind, Math.Max(a.Precision, b.Precision)),
        (TemporalType { IsTimestamp: true }, { Kind: SqlTypeKind.Date }) => left,
        ({ Kind: SqlTypeKind.Date }, TemporalType { IsTimestamp: true }) => right,
        _ => null,
    };

    static RowType? CommonRow(RowType left, RowType right)
    {
        var fields = new Field[left.Fields.Count];
        for (var i = 0; i < fields.Length; i++)
        {
            if (CommonType([left.Fields[i].Type, right.Fields[i].Type]) is not { } type)
                return null;
            fields[i] = new Field(left.Fields[i].Name, type);
        }
        return new RowType([.. fields]);
    }

    static SqlType CommonNumber(SqlType left, SqlType right)
    {
        if (left.IsApproximate || right.IsApproximate)
        {
            var isDouble = left.Kind is SqlTypeKind.Double or SqlTypeKind.Decimal || right.Kind is SqlTypeKind.Double or SqlTypeKind.Decimal;
            return isDouble ? SqlType.Double : SqlType.Float;
        }
        if (left.IsInteger && right.IsInteger)
            return left.Kind > right.Kind ? left : right;
        var (a, b) = (AsDecimal(left)!, AsDecimal(right)!);
        var scale = Math.Max(a.Scale, b.Scale);
        var precision = Math.Max(a.Precision - a.Scale, b.Precision - b.Scale) + scale;
        return SqlType.Decimal(Math.Min(precision, DecimalType.PrecisionMax), scale);
    }

    // Where the digits do not fit, digits after the point give way, down to six, so that the integral part is kept.
    static DecimalType Fit(int precision, int scale)
    {
        if (precision <= DecimalType.PrecisionMax)
            return new DecimalType(precision, scale);
        var whole = precision - scale;
        return new DecimalType(DecimalType.PrecisionMax, Math.Max(DecimalType.PrecisionMax - whole, Math.Min(scale, ScaleKeptMin)));
    }
}
