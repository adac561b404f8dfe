namespace SqlStream.Testing.Simulation;

/// <summary>A clock that moves only when it is told to, and calls due timers back in the order of their times.</summary>
public sealed class SimClock : TimeProvider
{
    readonly SortedDictionary<(long Due, long Number), Timer> _due = [];
    readonly DateTimeOffset _epoch = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    long _numbers;

    /// <summary>A clock that has run for some time.</summary>
    public SimClock(TimeSpan start) => Now = start;

    public SimClock() : this(TimeSpan.FromDays(1)) { }

    /// <summary>Time since the clock's zero.</summary>
    public TimeSpan Now { get; private set; }

    /// <summary>Timers that are set.</summary>
    public int Timers => _due.Count;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override long GetTimestamp() => Now.Ticks;

    public override DateTimeOffset GetUtcNow() => _epoch + Now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Lets time pass; timers that come due are called at their times.</summary>
    public void Advance(TimeSpan by)
    {
        var end = Now + by;
        while (_due.Count > 0 && _due.First().Key.Due <= end.Ticks)
            FireFirst();
        Now = end > Now ? end : Now;
    }

    /// <summary>Goes on to the first timer and calls it; false if none is set.</summary>
    public bool AdvanceToNext()
    {
        if (_due.Count == 0)
            return false;
        FireFirst();
        return true;
    }

    void FireFirst()
    {
        var ((due, _), timer) = _due.First();
        // A timer's callback may itself let time pass.
        Now = new TimeSpan(Math.Max(Now.Ticks, due));
        timer.Fire();
    }

    sealed class Timer(SimClock clock, TimerCallback callback, object? state) : ITimer
    {
        (long Due, long Number)? _key;
        TimeSpan _period;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Unset();
            _period = period;
            if (dueTime >= TimeSpan.Zero)
                Set(dueTime);
            return true;
        }

        public void Fire()
        {
            Unset();
            if (_period > TimeSpan.Zero)
                Set(_period);
            callback(state);
        }

        public void Dispose() => Unset();

        public ValueTask DisposeAsync()
        {
            Unset();
            return ValueTask.CompletedTask;
        }

        void Set(TimeSpan after)
        {
            _key = ((clock.Now + after).Ticks, ++clock._numbers);
            clock._due.Add(_key.Value, this);
        }

        void Unset()
        {
            if (_key is { } key)
                clock._due.Remove(key);
            _key = null;
        }
    }
}
