namespace SqlStream.Core.Types;

/// <summary>How the values of a column lie in memory. One column class per layout, not per type.</summary>
public enum ColumnLayout
{
    /// <summary>One bit a value.</summary>
    Bool,

    /// <summary>TINYINT.</summary>
    Int8,

    /// <summary>SMALLINT.</summary>
    Int16,

    /// <summary>INT, DATE (days since 1970-01-01), TIME (milliseconds of the day), INTERVAL YEAR TO MONTH (months).</summary>
    Int32,

    /// <summary>BIGINT, DECIMAL(p &lt;= 18) scaled, TIMESTAMP and TIMESTAMP_LTZ of up to 6 digits (microseconds since 1970-01-01), INTERVAL DAY TO
    /// SECOND (microseconds).</summary>
    Int64,

    /// <summary>FLOAT.</summary>
    Float32,

    /// <summary>DOUBLE.</summary>
    Float64,

    /// <summary>DECIMAL(p &gt; 18), scaled; TIMESTAMP and TIMESTAMP_LTZ of more than 6 digits (nanoseconds since 1970-01-01).</summary>
    Int128,

    /// <summary>Character and binary strings: 32-bit offsets and bytes; characters are UTF-8.</summary>
    Bytes,

    /// <summary>ROW: one child column a field.</summary>
    Row,

    /// <summary>ARRAY: 32-bit offsets and a child column of elements.</summary>
    List,

    /// <summary>MAP and MULTISET: 32-bit offsets and child columns of keys and values; the values of a MULTISET are its counts.</summary>
    Map,
}
