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
}

/// <summary>A column's type in the terms of text.</summary>
/// <param name="Kind">How it is read and written.</param>
/// <param name="Precision">Digits of a DECIMAL, fraction digits of a time.</param>
/// <param name="Scale">Fraction digits of a DECIMAL.</param>
/// <param name="Type">The SQL type, for messages.</param>
readonly record struct TextType(TextKind Kind, int Precision, int Scale, SqlType Type)
{
    /// <summary>True if <see cref="Of"/> has an answer.</summary>
    public static bool Supports(SqlType type) => type switch
    {
        TemporalType temporal => temporal.Precision <= 6,
        DecimalType or StringType => true,
        _ => type.Kind is >= SqlTypeKind.Boolean and <= SqlTypeKind.Double or SqlTypeKind.Date,
    };

    /// <summary>The text form of a type that <see cref="Supports"/> accepts.</summary>
    public static TextType Of(SqlType type) => type switch
    {
        DecimalType { Layout: ColumnLayout.Int64 } compact =>
            new(TextKind.CompactDecimal, compact.Precision, compact.Scale, type),
        DecimalType wide => new(TextKind.WideDecimal, wide.Precision, wide.Scale, type),
        TemporalType temporal => new(TemporalKind(temporal.Kind), temporal.Precision, 0, type),
        StringType => new(type.IsBinary ? TextKind.Binary : TextKind.Characters, 0, 0, type),
        _ => new(SimpleKind(type.Kind), 0, 0, type),
    };

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
        _ => throw new Core.Diagnostics.EngineBugException($"type {kind} has no text form"),
    };
}
