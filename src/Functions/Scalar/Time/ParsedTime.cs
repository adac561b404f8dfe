using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar.Time;

/// <summary>A time read from text.</summary>
/// <param name="Local">Microseconds as the text shows them.</param>
/// <param name="OffsetSeconds">What the text says of its distance from UTC, or null.</param>
readonly record struct ParsedTime(long Local, int? OffsetSeconds)
{
    /// <summary>The instant; in the zone where the text has no offset.</summary>
    public long ToInstant(ref Zone zone) =>
        OffsetSeconds is { } offset ? Local - (offset * Calendar.MicrosPerSecond) : zone.ToInstant(Local);
}
