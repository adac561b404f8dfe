namespace SqlStream.EndToEnd.Tests.Rig;

/// <summary>The clock of the machine, put forward by the test. Timers are those of the machine.</summary>
sealed class ShiftedClock : TimeProvider
{
    long _shiftTicks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddTicks(Interlocked.Read(ref _shiftTicks));

    public override long GetTimestamp() => System.GetElapsedTime(0).Ticks + Interlocked.Read(ref _shiftTicks);

    /// <summary>Puts the clock forward.</summary>
    public void Advance(TimeSpan time) => Interlocked.Add(ref _shiftTicks, time.Ticks);
}
