using SqlStream.Core.Columns;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Formats;

/// <summary>How the values of a column are read from text and written as text.</summary>
enum TextKind
{
    Boolean,
    TinyInt,
    SmallInt,
    Int,
    BigInt,
    Float,
    Double,
    CompactDecimal,
    WideDecimal,
    Characters,
    Binary,
    Date,
    Time,
    Timestamp,
    TimestampLtz,
    IntervalMonths,
    IntervalMillis,
    Array,
    Map,
    Row,
}

/// <summary>A column's type in the terms of text.</summary>
/// <param name="Kind">How it is read and written.</param>
/// <param name="Precision">Digits of a DECIMAL, fraction digits of a time.</param>
/// <param name="Scale">Fraction digits of a DECIMAL.</param>
/// <param name="Type">The SQL type, for messages.</param>
readonly record struct TextType(TextKind Kind, int Precision, int Scale, SqlType Type)
{
    /// <summary>The elements of an ARRAY; keys and values of a MAP, elements and counts of a MULTISET; the fields of a ROW.</summary>
    public TextType[] Parts { get; init; } = [];

    /// <summary>A timestamp of more than six digits, which is kept in nanoseconds.</summary>
    public bool IsNanos => Kind is TextKind.Timestamp or TextKind.TimestampLtz && Precision > TemporalType.MicrosPrecisionMax;

    /// <summary>True for ARRAY, MAP, MULTISET and ROW.</summary>
    public bool IsNested => Kind >= TextKind.Array;

    /// <summary>True if <see cref="Of"/> has an answer.</summary>
    public static bool Supports(SqlType type) => type switch
    {
        CollectionType collection => Supports(collection.Element),
        MapType map => Supports(map.Key) && Supports(map.Value),
        RowType row => row.Fields.All(field => Supports(field.Type)),
        _ => type.Kind != SqlTypeKind.Null,
    };

    /// <summary>The text form of a type that <see cref="Supports"/> accepts.</summary>
    public static TextType Of(SqlType type) => type switch
    {
        DecimalType { Layout: ColumnLayout.Int64 } compact =>
            new(TextKind.CompactDecimal, compact.Precision, compact.Scale, type),
        DecimalType wide => new(TextKind.WideDecimal, wide.Precision, wide.Scale, type),
        TemporalType temporal => new(TemporalKind(temporal.Kind), temporal.Precision, 0, type),
        CollectionType { Kind: SqlTypeKind.Array } array => new(TextKind.Array, 0, 0, type) { Parts = [Of(array.Element)] },
        CollectionType or MapType => OfMap(type),
        RowType row => new(TextKind.Row, 0, 0, type) { Parts = [.. row.Fields.Select(field => Of(field.Type))] },
        StringType => new(type.IsBinary ? TextKind.Binary : TextKind.Characters, 0, 0, type),
        _ => new(SimpleKind(type.Kind), 0, 0, type),
    };

    static TextType OfMap(SqlType type)
    {
        var (key, value) = MapColumn.EntryTypes(type);
        return new(TextKind.Map, 0, 0, type) { Parts = [Of(key), Of(value)] };
    }

    static TextKind TemporalKind(SqlTypeKind kind) => kind switch
    {
        SqlTypeKind.Time => TextKind.Time,
        SqlTypeKind.Timestamp => TextKind.Timestamp,
        _ => TextKind.TimestampLtz,
    };

    static TextKind SimpleKind(SqlTypeKind kind) => kind switch
    {
        SqlTypeKind.Boolean => TextKind.Boolean,
        SqlTypeKind.TinyInt => TextKind.TinyInt,
        SqlTypeKind.SmallInt => TextKind.SmallInt,
        SqlTypeKind.Int => TextKind.Int,
        SqlTypeKind.BigInt => TextKind.BigInt,
        SqlTypeKind.Float => TextKind.Float,
        SqlTypeKind.Double => TextKind.Double,
        SqlTypeKind.Date => TextKind.Date,
        SqlTypeKind.IntervalYearMonth => TextKind.IntervalMonths,
        SqlTypeKind.IntervalDaySecond => TextKind.IntervalMillis,
        _ => throw new Core.Diagnostics.EngineBugException($"type {kind} has no text form"),
    };
}
