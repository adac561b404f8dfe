namespace SqlStream.Engine.Metrics;

/// <summary>Rates of counters between readings: over the last few seconds where they are read often, otherwise since the reading before. Not
/// thread-safe.</summary>
sealed class RateWindows(TimeProvider clock)
{
    static readonly TimeSpan _window = TimeSpan.FromSeconds(5);

    readonly Dictionary<(string Metric, string Labels), Window> _windows = [];

    /// <summary>What a counter grows by in a second; zero at its first reading and where it has begun anew.</summary>
    public double Rate(string metric, string labels, double value)
    {
        var now = clock.GetTimestamp();
        var key = (metric, labels);
        if (!_windows.TryGetValue(key, out var window) || value < window.New.Value)
        {
            _windows[key] = new Window(new Reading(now, value), new Reading(now, value), now);
            return 0;
        }
        var elapsed = clock.GetElapsedTime(window.Old.At, now).TotalSeconds;
        var rate = elapsed > 0 ? (value - window.Old.Value) / elapsed : 0;
        _windows[key] = clock.GetElapsedTime(window.New.At, now) >= _window
            ? new Window(window.New, new Reading(now, value), now)
            : window with { ReadAt = now };
        return rate;
    }

    /// <summary>Forgets counters that nobody has read for long: their jobs are over.</summary>
    public void Forget()
    {
        var gone = _windows.Where(entry => clock.GetElapsedTime(entry.Value.ReadAt) > 100 * _window).Select(entry => entry.Key).ToList();
        gone.ForEach(key => _windows.Remove(key));
    }

    readonly record struct Reading(long At, double Value);

    sealed record Window(Reading Old, Reading New, long ReadAt);
}
