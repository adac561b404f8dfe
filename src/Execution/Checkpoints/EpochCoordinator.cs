using System.Collections.Concurrent;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Time;
using SqlStream.Execution.Graph;
using SqlStream.Execution.Runtime;
using SqlStream.State;

namespace SqlStream.Execution.Checkpoints;

/// <summary>What the coordinator of epochs asks and tells. Called on the attempt's turns.</summary>
interface IEpochEvents
{
    /// <summary>Everything of the epoch has been handed over. Answers what is to be done with it.</summary>
    EpochDecision OnAllSealed(EpochRound round);

    /// <summary>The changes are in the backend and everybody has been told.</summary>
    void OnCommitted(EpochRound round);

    /// <summary>The epoch is over, committed or empty; the next one may begin.</summary>
    void OnEpochOver(EpochRound round);
}

/// <summary>What is done with an epoch that everybody has sealed.</summary>
enum EpochDecision
{
    /// <summary>Nothing but time has passed: neither commit nor checkpoint.</summary>
    Drop,

    /// <summary>It is committed.</summary>
    Commit,

    /// <summary>It is committed, and the state is linked for a checkpoint before the next commit.</summary>
    CommitAndSnapshot,
}

/// <summary>Leads one epoch after the other from the injection of its barrier to the commit of its changes.</summary>
sealed class EpochCoordinator(
    MailboxActor loop, JobGraph graph, IReadOnlyList<Subtask> subtasks, JobState state, IEdgeScheduler stateWriters, Epoch last, IEpochEvents events)
{
    readonly EpochMachine _machine = new(last);
    readonly ConcurrentBag<ChangeSet> _changeSets = [];
    readonly TableChanges _changes = new();
    EpochRound? _round;

    /// <summary>No barrier is on its way.</summary>
    public bool IsIdle => _machine.Phase == EpochPhase.Idle;

    /// <summary>The number of the epoch that comes next.</summary>
    public Epoch Next => _machine.Current.Next;

    /// <summary>Sends the barrier of a new epoch on its way.</summary>
    public void Inject(EpochRound round)
    {
        _machine.Apply(EpochEvent.Inject);
        Check.That(round.Epoch == _machine.Current);
        _round = round;
        if (round.SourceSubtasks == 0)
            _machine.Apply(EpochEvent.SourcesSealed);
        foreach (var subtask in subtasks)
            subtask.Post(new EpochStarted(round.Epoch));
        CrashPoint.Hit("epoch.injected");
    }

    /// <summary>A subtask has handed over what it changed.</summary>
    public void TakeSeal(SubtaskSeal seal)
    {
        var round = _round!;
        Check.That(seal.Epoch == round.Epoch);
        CrashPoint.Hit("epoch.sealed");
        round.Seals.Add(seal);
        if (graph.Vertices[seal.Vertex - 1].Edges.Count == 0 && --round.SourceSubtasks == 0 && _machine.Phase == EpochPhase.Injecting)
            _machine.Apply(EpochEvent.SourcesSealed);
        foreach (var (delivered, isRequired) in seal.Deliveries)
        {
            if (isRequired || round.IsFinal || round.Stop is not null)
                Await(delivered, round);
        }
        if (seal.Tables.Count > 0)
        {
            round.Preparing++;
            loop.RunOn(stateWriters, "prepare", _ => Prepare(round, seal), () =>
            {
                round.Preparing--;
                CheckSealed(round);
            });
        }
        CheckSealed(round);
    }

    /// <summary>The attempt ends: who waits for the epoch is told why it will not come.</summary>
    public void Refuse(Exception error)
    {
        foreach (var request in _round?.Requests ?? [])
            request.Completion.TrySetException(error);
    }

    /// <summary>Releases what an epoch holds that was on its way at the end.</summary>
    public void Release()
    {
        _round?.DropPrepared();
        _round?.Snapshot?.Dispose();
    }

    // Rows that cannot be delivered are a failure of their subtask.
    void Await(Task delivered, EpochRound round)
    {
        round.Preparing++;
        delivered.ContinueWith(
            _ => loop.Post(() =>
            {
                round.Preparing--;
                if (!loop.IsEnding)
                    CheckSealed(round);
            }),
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    void Prepare(EpochRound round, SubtaskSeal seal)
    {
        if (!_changeSets.TryTake(out var changes))
            changes = new ChangeSet();
        foreach (var table in seal.Tables)
            table.WriteTo(changes);
        var prepared = state.Backend.Prepare(round.Epoch, changes);
        changes.Clear();
        _changeSets.Add(changes);
        lock (round.Prepared)
            round.Prepared.Add(prepared);
    }

    void CheckSealed(EpochRound round)
    {
        if (round.Seals.Count < round.Subtasks || round.Preparing > 0 || _machine.Phase != EpochPhase.Sealing)
            return;
        _machine.Apply(EpochEvent.AllSealed);
        CrashPoint.Hit("epoch.all-sealed");
        var decision = events.OnAllSealed(round);
        if (decision == EpochDecision.Drop)
            End(round);
        else
            loop.RunOn(stateWriters, "commit", _ => Commit(round, decision == EpochDecision.CommitAndSnapshot), () => Committed(round));
    }

    void Commit(EpochRound round, bool snapshot)
    {
        CrashPoint.Hit("epoch.before-commit");
        _changes.Add(round.Prepared);
        state.Backend.Commit(round.Epoch, round.Prepared);
        CrashPoint.Hit("epoch.committed");
        // The snapshot lies between the commits of this epoch and the next, since only then the database holds exactly this epoch.
        if (!snapshot)
            return;
        round.Snapshot = state.Backend.Snapshot();
        round.TableSizes = state.Measure(_changes);
    }

    void Committed(EpochRound round)
    {
        foreach (var subtask in subtasks)
            subtask.Post(new EpochCommitted(round.Epoch));
        events.OnCommitted(round);
        End(round);
    }

    void End(EpochRound round)
    {
        _machine.Apply(EpochEvent.Committed);
        _round = null;
        foreach (var subtask in subtasks)
            subtask.Post(new EpochOver(round.Epoch));
        foreach (var follower in round.Followers)
            follower();
        events.OnEpochOver(round);
    }
}
