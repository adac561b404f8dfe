namespace SqlStream.Broker.Timing;

/// <summary>The time that the broker lives by: session and transaction timeouts, expiry, retention, timestamps. It runs like the clock below
/// it and can be put forward.</summary>
/// <remarks>How long a fetch waits for data is measured by the clock below, since a client waits in real time. Thread-safe.</remarks>
public sealed class BrokerClock
{
    readonly TimeProvider _base;
    readonly Lock _lock = new();
    TimeSpan _ahead;

    internal BrokerClock(TimeProvider below) => _base = below;

    /// <summary>Milliseconds since 1970-01-01 UTC, as in the protocol.</summary>
    public long Milliseconds
    {
        get
        {
            lock (_lock)
                return (_base.GetUtcNow() + _ahead).ToUnixTimeMilliseconds();
        }
    }

    internal TimeProvider Base => _base;

    internal event Action? Advanced;

    /// <summary>Puts the clock forward. What becomes due meanwhile has been done when this returns.</summary>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        lock (_lock)
            _ahead += by;
        Advanced?.Invoke();
    }
}
