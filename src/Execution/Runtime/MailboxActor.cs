using System.Collections.Concurrent;
using SqlStream.Core.Connect;

namespace SqlStream.Execution.Runtime;

/// <summary>An actor to which everything comes through its mailbox, so that what its turns touch needs no locks; it sends blocking
/// work to other threads and goes on with it in a later turn.</summary>
#pragma warning disable CA1001 // Disposed by CompleteEnd, on its own turn.
abstract class MailboxActor(IScheduler scheduler, IEdgeScheduler edge) : Actor(scheduler)
#pragma warning restore CA1001
{
    const int ActionsPerTurn = 256;

    readonly ConcurrentQueue<Action> _mailbox = new();
    readonly CancellationTokenSource _cancellation = new();
    int _workOutside;

    /// <summary>No new work is begun, and what comes back is dropped.</summary>
    public bool IsEnding { get; private set; }

    /// <summary>Canceled when the end begins.</summary>
    public CancellationToken Cancellation => _cancellation.Token;

    /// <summary>Some work on another thread has not come back.</summary>
    protected bool HasWorkOutside => _workOutside > 0;

    /// <summary>Has something done on a turn. Any thread.</summary>
    public void Post(Action action)
    {
        _mailbox.Enqueue(action);
        Schedule();
    }

    /// <summary>Runs blocking work on an edge thread and goes on with <paramref name="done"/>; a failure goes to <see cref="Fail"/>.</summary>
    public void RunOnEdge(string name, Action<CancellationToken> work, Action done) => RunOn(edge, name, work, done);

    /// <summary>As <see cref="RunOnEdge"/>, on other threads.</summary>
    public void RunOn(IEdgeScheduler threads, string name, Action<CancellationToken> work, Action done) => RunToEnd(
        threads,
        name,
        cancellation =>
        {
            cancellation.ThrowIfCancellationRequested();
            work(cancellation);
        },
        error =>
        {
            if (IsEnding)
                return;
            if (error is not null)
                Fail(error);
            else
                done();
        });

    /// <summary>Runs blocking work and is told of its outcome whatever it is, also after the end has begun.</summary>
    public void RunToEnd(IEdgeScheduler threads, string name, Action<CancellationToken> work, Action<Exception?> done)
    {
        _workOutside++;
        threads.Run(name, _ =>
        {
            Exception? error = null;
            try
            {
                work(_cancellation.Token);
            }
#pragma warning disable CA1031 // The failure is handed to the actor.
            catch (Exception e)
#pragma warning restore CA1031
            {
                error = e;
            }
            Post(() =>
            {
                _workOutside--;
                done(error);
                OnWorkBack();
            });
        });
    }

    protected sealed override bool RunTurn()
    {
        for (var i = 0; i < ActionsPerTurn; i++)
        {
            if (!_mailbox.TryDequeue(out var action))
                return false;
            try
            {
                action();
            }
#pragma warning disable CA1031 // Every failure of a turn is a failure of the actor.
            catch (Exception e)
#pragma warning restore CA1031
            {
                Fail(e);
            }
        }
        return true;
    }

    /// <summary>Something went wrong that nobody expected.</summary>
    protected abstract void Fail(Exception error);

    /// <summary>Work has come back and been dealt with.</summary>
    protected abstract void OnWorkBack();

    /// <summary>Cancels what runs outside.</summary>
    protected void BeginEnd()
    {
        IsEnding = true;
        _cancellation.Cancel();
    }

    /// <summary>Nothing runs outside any more.</summary>
    protected void CompleteEnd() => _cancellation.Dispose();
}
