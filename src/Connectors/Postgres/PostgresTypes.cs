using System.Globalization;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Postgres;

/// <summary>The types of the server that types here are written as and read as, by their numbers, which are the same on every server.</summary>
static class PostgresTypes
{
    public const uint Bool = 16, Bytea = 17, Name = 19, Int8 = 20, Int2 = 21, Int4 = 23, Text = 25, Json = 114, Xml = 142, Float4 = 700, Float8 = 701, BlankPadded = 1042,
        Varchar = 1043, Date = 1082, Time = 1083, Timestamp = 1114, TimestampTz = 1184, Numeric = 1700, Uuid = 2950, Jsonb = 3802;

    const int MicrosDigits = 6;
    const int VarcharLengthMax = 10_485_760;

    /// <summary>The type that holds every value of a type here; 0 if there is none.</summary>
    public static uint Of(SqlType type) => type.Kind switch
    {
        SqlTypeKind.Boolean => Bool,
        SqlTypeKind.TinyInt or SqlTypeKind.SmallInt => Int2,
        SqlTypeKind.Int => Int4,
        SqlTypeKind.BigInt => Int8,
        SqlTypeKind.Float => Float4,
        SqlTypeKind.Double => Float8,
        SqlTypeKind.Decimal => Numeric,
        SqlTypeKind.Char or SqlTypeKind.Varchar => Text,
        SqlTypeKind.Binary or SqlTypeKind.Varbinary => Bytea,
        SqlTypeKind.Date => Date,
        SqlTypeKind.Time => Time,
        SqlTypeKind.Timestamp => Timestamp,
        SqlTypeKind.TimestampLtz => TimestampTz,
        SqlTypeKind.Array when Element(type) is { } element && !element.IsNested => ArrayOf(Of(element)),
        _ => 0,
    };

    /// <summary>The type of the elements of an ARRAY; null for other types.</summary>
    public static SqlType? Element(SqlType type) => type is CollectionType { Kind: SqlTypeKind.Array } array ? array.Element : null;

    /// <summary>The type of arrays of a type; 0 if it is not known.</summary>
    public static uint ArrayOf(uint element) => element switch
    {
        Bool => 1000,
        Bytea => 1001,
        Int2 => 1005,
        Int4 => 1007,
        Text => 1009,
        Int8 => 1016,
        Float4 => 1021,
        Float8 => 1022,
        Timestamp => 1115,
        Date => 1182,
        Time => 1183,
        TimestampTz => 1185,
        Numeric => 1231,
        Uuid => 2951,
        _ => 0,
    };

    /// <summary>The name of the type that holds every value of a type here, for DDL and casts.</summary>
    public static string Sql(SqlType type) => type switch
    {
        { Kind: SqlTypeKind.Boolean } => "boolean",
        { Kind: SqlTypeKind.TinyInt or SqlTypeKind.SmallInt } => "smallint",
        { Kind: SqlTypeKind.Int } => "integer",
        { Kind: SqlTypeKind.BigInt } => "bigint",
        { Kind: SqlTypeKind.Float } => "real",
        { Kind: SqlTypeKind.Double } => "double precision",
        DecimalType number => string.Create(CultureInfo.InvariantCulture, $"numeric({number.Precision},{number.Scale})"),
        StringType { Kind: SqlTypeKind.Char } text => string.Create(CultureInfo.InvariantCulture, $"char({text.Length})"),
        StringType { Kind: SqlTypeKind.Varchar, Length: <= VarcharLengthMax } text => string.Create(CultureInfo.InvariantCulture, $"varchar({text.Length})"),
        { IsCharacter: true } => "text",
        { IsBinary: true } => "bytea",
        { Kind: SqlTypeKind.Date } => "date",
        TemporalType { Kind: SqlTypeKind.Time } time => string.Create(CultureInfo.InvariantCulture, $"time({Math.Min(time.Precision, MicrosDigits)})"),
        TemporalType { Kind: SqlTypeKind.Timestamp } time => string.Create(CultureInfo.InvariantCulture, $"timestamp({Math.Min(time.Precision, MicrosDigits)})"),
        TemporalType { Kind: SqlTypeKind.TimestampLtz } time => string.Create(CultureInfo.InvariantCulture, $"timestamptz({Math.Min(time.Precision, MicrosDigits)})"),
        CollectionType { Kind: SqlTypeKind.Array } array => Sql(array.Element) + "[]",
        _ => "text",
    };

    /// <summary>The type here that fits one of the server best, as a catalog shows it.</summary>
    /// <param name="column">A column of a table there.</param>
    public static SqlType ToSqlType(PostgresColumn column)
    {
        if (column.ElementOid == 0)
            return ToSqlType(column.Oid, column.Modifier);
        return column.Dimensions <= 1 ? SqlType.Array(ToSqlType(column.ElementOid, column.Modifier)) : SqlType.String;
    }

    static SqlType ToSqlType(uint oid, int modifier) => oid switch
    {
        Bool => SqlType.Boolean,
        Int2 => SqlType.SmallInt,
        Int4 => SqlType.Int,
        Int8 => SqlType.BigInt,
        Float4 => SqlType.Float,
        Float8 => SqlType.Double,
        Numeric => NumericType(modifier),
        BlankPadded when modifier > 4 => SqlType.Char(modifier - 4),
        Varchar when modifier > 4 => SqlType.Varchar(modifier - 4),
        Bytea => SqlType.Bytes,
        Date => SqlType.Date,
        Time => SqlType.Time(0 <= modifier && modifier <= 3 ? modifier : 3),
        Timestamp => SqlType.Timestamp(modifier is >= 0 and <= MicrosDigits ? modifier : MicrosDigits),
        TimestampTz => SqlType.TimestampLtz(modifier is >= 0 and <= MicrosDigits ? modifier : MicrosDigits),
        // Everything else has a text.
        _ => SqlType.String,
    };

    // Without a precision a numeric holds any number: as Flink reads it.
    static SqlType NumericType(int modifier)
    {
        if (modifier < 4)
            return SqlType.Decimal(DecimalType.PrecisionMax, 18);
        var (precision, scale) = ((modifier - 4) >> 16, (((modifier - 4) & 0x7FF) ^ 1024) - 1024);
        return precision <= DecimalType.PrecisionMax && scale >= 0 && scale <= precision ? SqlType.Decimal(precision, scale) : SqlType.Decimal(DecimalType.PrecisionMax, 18);
    }
}
