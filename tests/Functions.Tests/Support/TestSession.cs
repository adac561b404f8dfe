using SqlStream.Core.Functions;

namespace SqlStream.Functions.Tests.Support;

/// <summary>Sessions at a fixed time.</summary>
static class TestSession
{
    /// <summary>2026-03-04 05:06:07.89 UTC.</summary>
    public static DateTimeOffset Now { get; } = new(2026, 3, 4, 5, 6, 7, 890, TimeSpan.Zero);

    public static SessionContext Utc { get; } = In("UTC");

    public static SessionContext In(string zone) =>
        new(TimeZoneInfo.FindSystemTimeZoneById(zone), new FixedClock(), new Random(1));

    sealed class FixedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Now;
    }
}
