using SqlStream.Core.Time;

namespace SqlStream.Goldens;

/// <summary>The clock of the machine as a script moves it, from 1970-01-01 00:00:00 on, as times without a date are; timers are those of the system.</summary>
public sealed class ScriptClock : TimeProvider
{
    long _ticks = DateTimeOffset.UnixEpoch.Ticks;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref _ticks), TimeSpan.Zero);

    /// <summary>Sets the time.</summary>
    public void Set(EventTime time) =>
        Interlocked.Exchange(ref _ticks, DateTimeOffset.UnixEpoch.Ticks + (time.Micros * TimeSpan.TicksPerMicrosecond));
}
