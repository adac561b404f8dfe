namespace SqlStream.Core.Types;

/// <summary>The root of a SQL type, without its parameters.</summary>
public enum SqlTypeKind
{
    /// <summary>The type of the literal NULL before something gives it a type.</summary>
    Null,

    /// <summary>BOOLEAN.</summary>
    Boolean,

    /// <summary>TINYINT, 8 bits.</summary>
    TinyInt,

    /// <summary>SMALLINT, 16 bits.</summary>
    SmallInt,

    /// <summary>INT, 32 bits.</summary>
    Int,

    /// <summary>BIGINT, 64 bits.</summary>
    BigInt,

    /// <summary>FLOAT, IEEE 754 binary32.</summary>
    Float,

    /// <summary>DOUBLE, IEEE 754 binary64.</summary>
    Double,

    /// <summary>DECIMAL(p, s).</summary>
    Decimal,

    /// <summary>CHAR(n).</summary>
    Char,

    /// <summary>VARCHAR(n); STRING is VARCHAR(2147483647).</summary>
    Varchar,

    /// <summary>BINARY(n).</summary>
    Binary,

    /// <summary>VARBINARY(n); BYTES is VARBINARY(2147483647).</summary>
    Varbinary,

    /// <summary>DATE.</summary>
    Date,

    /// <summary>TIME(p).</summary>
    Time,

    /// <summary>TIMESTAMP(p), without a time zone.</summary>
    Timestamp,

    /// <summary>TIMESTAMP_LTZ(p): an instant, shown in the session's time zone.</summary>
    TimestampLtz,

    /// <summary>INTERVAL YEAR TO MONTH family; a number of months.</summary>
    IntervalYearMonth,

    /// <summary>INTERVAL DAY TO SECOND family; a number of microseconds.</summary>
    IntervalDaySecond,

    /// <summary>ARRAY.</summary>
    Array,

    /// <summary>MAP.</summary>
    Map,

    /// <summary>MULTISET.</summary>
    Multiset,

    /// <summary>ROW.</summary>
    Row,
}
