namespace SqlStream.Execution;

/// <summary>One-shot timers.</summary>
static class ClockExtensions
{
    /// <summary>Calls back once after a delay.</summary>
    public static void After(this TimeProvider clock, TimeSpan delay, Action action)
    {
        ITimer? timer = null;
        timer = clock.CreateTimer(
            _ =>
            {
                timer?.Dispose();
                action();
            },
            null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        timer.Change(delay, Timeout.InfiniteTimeSpan);
    }
}
