namespace SqlStream.Core.Time;

/// <summary>A point of event time: microseconds since 1970-01-01 00:00:00, without a time zone.</summary>
/// <param name="Micros">Microseconds; <see cref="long.MinValue"/> and <see cref="long.MaxValue"/> are the infinities.</param>
public readonly record struct EventTime(long Micros) : IComparable<EventTime>
{
    /// <summary>Before every row: no watermark yet.</summary>
    public static EventTime MinusInfinity { get; } = new(long.MinValue);

    /// <summary>After every row: the input has ended.</summary>
    public static EventTime PlusInfinity { get; } = new(long.MaxValue);

    /// <inheritdoc/>
    public int CompareTo(EventTime other) => Micros.CompareTo(other.Micros);

    /// <summary>The earlier of two.</summary>
    public static EventTime Min(EventTime left, EventTime right) => left <= right ? left : right;

    /// <summary>The later of two.</summary>
    public static EventTime Max(EventTime left, EventTime right) => left >= right ? left : right;

    /// <summary>Earlier.</summary>
    public static bool operator <(EventTime left, EventTime right) => left.Micros < right.Micros;

    /// <summary>Later.</summary>
    public static bool operator >(EventTime left, EventTime right) => left.Micros > right.Micros;

    /// <summary>Earlier or equal.</summary>
    public static bool operator <=(EventTime left, EventTime right) => left.Micros <= right.Micros;

    /// <summary>Later or equal.</summary>
    public static bool operator >=(EventTime left, EventTime right) => left.Micros >= right.Micros;

    /// <summary>ISO 8601 with as many fraction digits as needed, or <c>-inf</c> / <c>+inf</c>.</summary>
    public override string ToString()
    {
        if (this == MinusInfinity)
            return "-inf";
        if (this == PlusInfinity)
            return "+inf";
        var ticks = Micros * 10;
        return DateTime.UnixEpoch.AddTicks(ticks).ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF", System.Globalization.CultureInfo.InvariantCulture);
    }
}
