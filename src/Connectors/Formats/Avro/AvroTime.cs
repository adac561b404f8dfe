namespace SqlStream.Connectors.Formats.Avro;

/// <summary>Units of timestamps.</summary>
static class AvroTime
{
    static readonly long[] _nanosPerUnit =
        [1_000_000_000, 100_000_000, 10_000_000, 1_000_000, 100_000, 10_000, 1_000, 100, 10, 1];

    /// <summary>Cuts fraction digits beyond a precision off, towards the past.</summary>
    public static Int128 Cut(Int128 nanos, int precision)
    {
        var rest = nanos % _nanosPerUnit[precision];
        return nanos - (rest < 0 ? rest + _nanosPerUnit[precision] : rest);
    }

    /// <summary>A quotient rounded towards the past.</summary>
    public static Int128 Floor(Int128 value, long unit)
    {
        var quotient = value / unit;
        return value < 0 && quotient * unit != value ? quotient - 1 : quotient;
    }
}
