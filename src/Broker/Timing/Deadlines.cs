namespace SqlStream.Broker.Timing;

/// <summary>Something to be done at a time.</summary>
sealed class Deadline(Action action)
{
    public bool IsCancelled { get; set; }

    public void Run() => action();
}

/// <summary>What is to be done when, by the broker's clock. All of it runs under the broker's gate, in the order of time.</summary>
sealed class Deadlines : IDisposable
{
    readonly Lock _gate;
    readonly BrokerClock _clock;
    readonly Action<Exception>? _failed;
    readonly PriorityQueue<Deadline, (long Due, long Number)> _queue = new();
    readonly ITimer _timer;
    long _number;
    bool _isDisposed;

    /// <param name="gate">Held while an action runs.</param>
    /// <param name="clock">Says when it is time.</param>
    /// <param name="failed">Told of an action that failed; the others are done all the same.</param>
    public Deadlines(Lock gate, BrokerClock clock, Action<Exception>? failed)
    {
        _failed = failed;
        _gate = gate;
        _clock = clock;
        _timer = clock.Base.CreateTimer(_ => RunDue(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        clock.Advanced += RunDue;
    }

    /// <summary>Plans an action; call it under the gate.</summary>
    public Deadline At(long milliseconds, Action action)
    {
        var deadline = new Deadline(action);
        _queue.Enqueue(deadline, (milliseconds, _number++));
        Arm();
        return deadline;
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _clock.Advanced -= RunDue;
            _timer.Dispose();
            _queue.Clear();
        }
    }

    void RunDue()
    {
        lock (_gate)
        {
            if (_isDisposed)
                return;
            while (_queue.TryPeek(out var next, out var order) && (next.IsCancelled || order.Due <= _clock.Milliseconds))
            {
                _queue.Dequeue();
                if (!next.IsCancelled)
                    Run(next);
            }
            Arm();
        }
    }

    void Run(Deadline deadline)
    {
        try
        {
            deadline.Run();
        }
#pragma warning disable CA1031 // On a timer's thread nobody else would catch it, and one full disk must not end the broker.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _failed?.Invoke(e);
        }
    }

    void Arm()
    {
        if (_isDisposed || !_queue.TryPeek(out _, out var order))
            return;
        // A timer rounds down; without the extra millisecond it would find nothing due yet.
        var wait = Math.Clamp(order.Due - _clock.Milliseconds + 1, 0, (long)TimeSpan.FromDays(1).TotalMilliseconds);
        _timer.Change(TimeSpan.FromMilliseconds(wait), Timeout.InfiniteTimeSpan);
    }
}
