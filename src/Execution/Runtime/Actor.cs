using SqlStream.Core.Diagnostics;

namespace SqlStream.Execution.Runtime;

/// <summary>Something that runs in turns, one turn at a time, whenever it was scheduled.</summary>
/// <remarks>Scheduling is idempotent: an actor is in the queue at most once, and being scheduled during a turn gives it another one.</remarks>
public abstract class Actor(IScheduler scheduler)
{
    const int IdleState = 0;
    const int QueuedState = 1;
    const int RunningState = 2;
    const int RunningAgainState = 3;

    int _state;

    /// <summary>Name for messages.</summary>
    public abstract string Name { get; }

    /// <summary>Asks for a turn. Any thread.</summary>
    public void Schedule()
    {
        while (true)
        {
            var state = Volatile.Read(ref _state);
            switch (state)
            {
                case IdleState when Interlocked.CompareExchange(ref _state, QueuedState, IdleState) == IdleState:
                    scheduler.Enqueue(this);
                    return;
                case RunningState when Interlocked.CompareExchange(ref _state, RunningAgainState, RunningState) == RunningState:
                    return;
                case QueuedState or RunningAgainState:
                    return;
            }
        }
    }

    /// <summary>Runs one turn; called by the scheduler alone.</summary>
    public void Run()
    {
        Check.That(Interlocked.Exchange(ref _state, RunningState) == QueuedState);
        var again = RunTurn();
        if (!again && Interlocked.CompareExchange(ref _state, IdleState, RunningState) == RunningState)
            return;
        Volatile.Write(ref _state, QueuedState);
        scheduler.Enqueue(this);
    }

    /// <summary>Does a bounded amount of work without blocking; true if there is more. Must not throw.</summary>
    protected abstract bool RunTurn();
}
