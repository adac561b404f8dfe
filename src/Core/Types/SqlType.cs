using System.Diagnostics;

namespace SqlStream.Core.Types;

/// <summary>A SQL type with its nullability. A closed family of immutable records with value equality; <see cref="ToString"/> gives Flink's spelling.</summary>
public abstract record SqlType(bool IsNullable)
{
    /// <summary>The length of STRING and BYTES.</summary>
    public const int LengthMax = int.MaxValue;

    /// <summary>The root of the type.</summary>
    public abstract SqlTypeKind Kind { get; }

    /// <summary>How its values lie in memory.</summary>
    public abstract ColumnLayout Layout { get; }

    /// <summary>The name with parameters and without nullability.</summary>
    public abstract string Name { get; }

    /// <summary>The same type with another nullability.</summary>
    public SqlType WithNullability(bool isNullable) => IsNullable == isNullable ? this : this with { IsNullable = isNullable };

    /// <summary>The same type with everything nullable, inner types too.</summary>
    public SqlType AllNullable => this switch
    {
        CollectionType collection => new CollectionType(collection.Kind, collection.Element.AllNullable),
        MapType map => new MapType(map.Key.AllNullable, map.Value.AllNullable),
        RowType row => new RowType(row.Fields.Map(item => item with { Type = item.Type.AllNullable })),
        _ => WithNullability(true),
    };

    /// <summary>Equal but for nullability, of inner types too.</summary>
    public bool SameIgnoringNullability(SqlType other) => ReferenceEquals(this, other) || (Kind == other.Kind && AllNullable == other.AllNullable);

    /// <summary>TINYINT to BIGINT.</summary>
    public bool IsInteger => Kind is >= SqlTypeKind.TinyInt and <= SqlTypeKind.BigInt;

    /// <summary>Integers, FLOAT, DOUBLE and DECIMAL.</summary>
    public bool IsNumeric => Kind is >= SqlTypeKind.TinyInt and <= SqlTypeKind.Decimal;

    /// <summary>FLOAT or DOUBLE.</summary>
    public bool IsApproximate => Kind is SqlTypeKind.Float or SqlTypeKind.Double;

    /// <summary>CHAR or VARCHAR.</summary>
    public bool IsCharacter => Kind is SqlTypeKind.Char or SqlTypeKind.Varchar;

    /// <summary>BINARY or VARBINARY.</summary>
    public bool IsBinary => Kind is SqlTypeKind.Binary or SqlTypeKind.Varbinary;

    /// <summary>TIMESTAMP or TIMESTAMP_LTZ.</summary>
    public bool IsTimestamp => Kind is SqlTypeKind.Timestamp or SqlTypeKind.TimestampLtz;

    /// <summary>DATE, TIME, TIMESTAMP or TIMESTAMP_LTZ.</summary>
    public bool IsDatetime => Kind is >= SqlTypeKind.Date and <= SqlTypeKind.TimestampLtz;

    /// <summary>One of the two interval types.</summary>
    public bool IsInterval => Kind is SqlTypeKind.IntervalYearMonth or SqlTypeKind.IntervalDaySecond;

    /// <summary>ARRAY, MAP, MULTISET or ROW.</summary>
    public bool IsNested => Kind >= SqlTypeKind.Array;

    /// <summary>MAP or MULTISET, or a type with one inside: values that have no order and can be no key.</summary>
    public bool HasMap => this switch
    {
        MapType or CollectionType { Kind: SqlTypeKind.Multiset } => true,
        CollectionType array => array.Element.HasMap,
        RowType row => row.Fields.Any(item => item.Type.HasMap),
        _ => false,
    };

    /// <inheritdoc/>
    public sealed override string ToString() => IsNullable ? Name : Name + " NOT NULL";

    /// <summary>BOOLEAN.</summary>
    public static SqlType Boolean { get; } = new SimpleType(SqlTypeKind.Boolean);

    /// <summary>TINYINT.</summary>
    public static SqlType TinyInt { get; } = new SimpleType(SqlTypeKind.TinyInt);

    /// <summary>SMALLINT.</summary>
    public static SqlType SmallInt { get; } = new SimpleType(SqlTypeKind.SmallInt);

    /// <summary>INT.</summary>
    public static SqlType Int { get; } = new SimpleType(SqlTypeKind.Int);

    /// <summary>BIGINT.</summary>
    public static SqlType BigInt { get; } = new SimpleType(SqlTypeKind.BigInt);

    /// <summary>FLOAT.</summary>
    public static SqlType Float { get; } = new SimpleType(SqlTypeKind.Float);

    /// <summary>DOUBLE.</summary>
    public static SqlType Double { get; } = new SimpleType(SqlTypeKind.Double);

    /// <summary>DATE.</summary>
    public static SqlType Date { get; } = new SimpleType(SqlTypeKind.Date);

    /// <summary>The type of NULL.</summary>
    public static SqlType Null { get; } = new SimpleType(SqlTypeKind.Null);

    /// <summary>VARCHAR(2147483647).</summary>
    public static SqlType String { get; } = new StringType(SqlTypeKind.Varchar, LengthMax);

    /// <summary>VARBINARY(2147483647).</summary>
    public static SqlType Bytes { get; } = new StringType(SqlTypeKind.Varbinary, LengthMax);

    /// <summary>INTERVAL YEAR TO MONTH.</summary>
    public static SqlType IntervalYearMonth { get; } = new SimpleType(SqlTypeKind.IntervalYearMonth);

    /// <summary>INTERVAL DAY TO SECOND.</summary>
    public static SqlType IntervalDaySecond { get; } = new SimpleType(SqlTypeKind.IntervalDaySecond);

    /// <summary>DECIMAL(p, s); 1 &lt;= p &lt;= 38, 0 &lt;= s &lt;= p.</summary>
    public static SqlType Decimal(int precision, int scale) => new DecimalType(precision, scale);

    /// <summary>VARCHAR(n).</summary>
    public static SqlType Varchar(int length) => new StringType(SqlTypeKind.Varchar, length);

    /// <summary>CHAR(n).</summary>
    public static SqlType Char(int length) => new StringType(SqlTypeKind.Char, length);

    /// <summary>TIMESTAMP(p).</summary>
    public static SqlType Timestamp(int precision) => new TemporalType(SqlTypeKind.Timestamp, precision);

    /// <summary>TIMESTAMP_LTZ(p).</summary>
    public static SqlType TimestampLtz(int precision) => new TemporalType(SqlTypeKind.TimestampLtz, precision);

    /// <summary>TIME(p).</summary>
    public static SqlType Time(int precision) => new TemporalType(SqlTypeKind.Time, precision);

    /// <summary>ARRAY&lt;element&gt;.</summary>
    public static SqlType Array(SqlType element) => new CollectionType(SqlTypeKind.Array, element);

    /// <summary>MULTISET&lt;element&gt;.</summary>
    public static SqlType Multiset(SqlType element) => new CollectionType(SqlTypeKind.Multiset, element);

    /// <summary>MAP&lt;key, value&gt;.</summary>
    public static SqlType Map(SqlType key, SqlType value) => new MapType(key, value);

    /// <summary>ROW&lt;fields&gt;.</summary>
    public static SqlType Row(params ValueList<Field> fields) => new RowType(fields);
}

/// <summary>A type without parameters.</summary>
public sealed record SimpleType(SqlTypeKind SimpleKind, bool IsNullable = true) : SqlType(IsNullable)
{
    /// <inheritdoc/>
    public override SqlTypeKind Kind => SimpleKind;

    /// <inheritdoc/>
    public override ColumnLayout Layout => SimpleKind switch
    {
        SqlTypeKind.Boolean or SqlTypeKind.Null => ColumnLayout.Bool,
        SqlTypeKind.TinyInt => ColumnLayout.Int8,
        SqlTypeKind.SmallInt => ColumnLayout.Int16,
        SqlTypeKind.Int or SqlTypeKind.Date or SqlTypeKind.IntervalYearMonth => ColumnLayout.Int32,
        SqlTypeKind.BigInt or SqlTypeKind.IntervalDaySecond => ColumnLayout.Int64,
        SqlTypeKind.Float => ColumnLayout.Float32,
        SqlTypeKind.Double => ColumnLayout.Float64,
        _ => throw new UnreachableException($"type {SimpleKind} has parameters"),
    };

    /// <inheritdoc/>
    public override string Name => SimpleKind switch
    {
        SqlTypeKind.IntervalYearMonth => "INTERVAL YEAR TO MONTH",
        SqlTypeKind.IntervalDaySecond => "INTERVAL DAY TO SECOND",
        _ => SimpleKind.ToString().ToUpperInvariant(),
    };
}

/// <summary>DECIMAL(p, s): values are integers scaled by ten to the power of <paramref name="Scale"/>.</summary>
public sealed record DecimalType(int Precision, int Scale, bool IsNullable = true) : SqlType(IsNullable)
{
    /// <summary>Digits at the most.</summary>
    public const int PrecisionMax = 38;

    /// <summary>Up to this precision a value is a scaled Int64.</summary>
    public const int CompactPrecisionMax = 18;

    /// <inheritdoc/>
    public override SqlTypeKind Kind => SqlTypeKind.Decimal;

    /// <inheritdoc/>
    public override ColumnLayout Layout => Precision <= CompactPrecisionMax ? ColumnLayout.Int64 : ColumnLayout.Int128;

    /// <inheritdoc/>
    public override string Name => $"DECIMAL({Precision}, {Scale})";
}

/// <summary>CHAR, VARCHAR, BINARY, VARBINARY; the length counts characters or bytes.</summary>
public sealed record StringType(SqlTypeKind StringKind, int Length, bool IsNullable = true) : SqlType(IsNullable)
{
    /// <inheritdoc/>
    public override SqlTypeKind Kind => StringKind;

    /// <inheritdoc/>
    public override ColumnLayout Layout => ColumnLayout.Bytes;

    /// <inheritdoc/>
    public override string Name => (StringKind, Length) switch
    {
        (SqlTypeKind.Varchar, LengthMax) => "STRING",
        (SqlTypeKind.Varbinary, LengthMax) => "BYTES",
        _ => $"{StringKind.ToString().ToUpperInvariant()}({Length})",
    };
}

/// <summary>TIME(p), TIMESTAMP(p), TIMESTAMP_LTZ(p).</summary>
public sealed record TemporalType(SqlTypeKind TemporalKind, int Precision, bool IsNullable = true) : SqlType(IsNullable)
{
    /// <summary>Up to this precision a timestamp is a number of microseconds in 64 bits; beyond, of nanoseconds in 128.</summary>
    public const int MicrosPrecisionMax = 6;

    /// <inheritdoc/>
    public override SqlTypeKind Kind => TemporalKind;

    /// <inheritdoc/>
    public override ColumnLayout Layout => TemporalKind == SqlTypeKind.Time ? ColumnLayout.Int32
        : IsNanos ? ColumnLayout.Int128
        : ColumnLayout.Int64;

    /// <summary>A timestamp that counts nanoseconds.</summary>
    public bool IsNanos => TemporalKind != SqlTypeKind.Time && Precision > MicrosPrecisionMax;

    /// <inheritdoc/>
    public override string Name => TemporalKind switch
    {
        SqlTypeKind.TimestampLtz => $"TIMESTAMP_LTZ({Precision})",
        _ => $"{TemporalKind.ToString().ToUpperInvariant()}({Precision})",
    };
}

/// <summary>ARRAY or MULTISET of an element type.</summary>
public sealed record CollectionType(SqlTypeKind CollectionKind, SqlType Element, bool IsNullable = true) : SqlType(IsNullable)
{
    /// <summary>The type of the counts of a MULTISET.</summary>
    public static SqlType CountType { get; } = Int.WithNullability(false);

    /// <inheritdoc/>
    public override SqlTypeKind Kind => CollectionKind;

    /// <inheritdoc/>
    public override ColumnLayout Layout => CollectionKind == SqlTypeKind.Array ? ColumnLayout.List : ColumnLayout.Map;

    /// <inheritdoc/>
    public override string Name => $"{CollectionKind.ToString().ToUpperInvariant()}<{Element}>";
}

/// <summary>MAP of keys to values.</summary>
public sealed record MapType(SqlType Key, SqlType Value, bool IsNullable = true) : SqlType(IsNullable)
{
    /// <inheritdoc/>
    public override SqlTypeKind Kind => SqlTypeKind.Map;

    /// <inheritdoc/>
    public override ColumnLayout Layout => ColumnLayout.Map;

    /// <inheritdoc/>
    public override string Name => $"MAP<{Key}, {Value}>";
}

/// <summary>ROW of named fields.</summary>
public sealed record RowType(ValueList<Field> Fields, bool IsNullable = true) : SqlType(IsNullable)
{
    /// <inheritdoc/>
    public override SqlTypeKind Kind => SqlTypeKind.Row;

    /// <inheritdoc/>
    public override ColumnLayout Layout => ColumnLayout.Row;

    /// <inheritdoc/>
    public override string Name => $"ROW<{string.Join(", ", Fields.Select(item => $"{Quote(item.Name)} {item.Type}"))}>";

    /// <summary>Position of the field of that name, or -1.</summary>
    public int IndexOf(string name)
    {
        for (var i = 0; i < Fields.Count; i++)
        {
            if (Fields[i].Name == name)
                return i;
        }
        return -1;
    }

    static string Quote(string name) => $"`{name.Replace("`", "``", StringComparison.Ordinal)}`";
}
