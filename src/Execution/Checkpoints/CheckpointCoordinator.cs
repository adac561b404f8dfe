using SqlStream.Core.Diagnostics;
using SqlStream.Execution.Runtime;
using SqlStream.State.Checkpoints;

namespace SqlStream.Execution.Checkpoints;

/// <summary>What becomes of checkpoints. Called on the attempt's turns.</summary>
interface ICheckpointEvents
{
    /// <summary>A checkpoint is durable: what it holds may be delivered.</summary>
    void OnPublished(EpochRound round, CheckpointResult result);

    /// <summary>A checkpoint failed; a later epoch tries again.</summary>
    void OnFailed(EpochRound round, Exception error);
}

/// <summary>Brings committed epochs into the store, beside later epochs. Only this may fail or take too long, and nothing but time is lost.</summary>
sealed class CheckpointCoordinator(
    MailboxActor loop, JobOptions options, JobServices services, CheckpointStore store, CheckpointContents contents, ICheckpointEvents events)
{
    readonly Queue<(RunningCheckpoint Checkpoint, CheckpointDraft Draft)> _running = new();
    long? _lastEnd;
    IReadOnlyDictionary<int, (long Bytes, long Changed)>? _lastSizes;

    /// <summary>As many checkpoints are on their way as may be.</summary>
    public bool IsFull => _running.Count >= options.CheckpointsConcurrentMax;

    /// <summary>Checkpoints on their way.</summary>
    public int InProgress => _running.Count;

    /// <summary>How long the next checkpoint still has to wait that nobody waits for; zero or less if it need not.</summary>
    public TimeSpan PauseLeft =>
        _lastEnd is { } end ? options.CheckpointMinPause - services.Clock.GetElapsedTime(end) : TimeSpan.Zero;

    /// <summary>An epoch was committed that no checkpoint holds or is about to hold.</summary>
    public bool IsBehind { get; private set; }

    /// <summary>Checkpoints that failed since the last one that did not.</summary>
    public int Failures { get; private set; }

    /// <summary>An epoch was committed while another one's checkpoint was on its way.</summary>
    public void FallBehind() => IsBehind = true;

    /// <summary>Begins the checkpoint of an epoch whose snapshot is taken.</summary>
    public void Start(EpochRound round)
    {
        var checkpoint = new RunningCheckpoint(round);
        IsBehind = false;
        checkpoint.Apply(CheckpointEvent.Snapshotted);
        _running.Enqueue((checkpoint, contents.Draft(round)));
        if (_running.Count == 1)
            WriteNext();
    }

    // In the order of their epochs: the newest checkpoint in the store must be the newest one.
    void WriteNext()
    {
        if (!_running.TryPeek(out var next))
            return;
        var (checkpoint, draft) = next;
        var round = checkpoint.Round;
        draft = draft with { Operators = CheckpointContents.WithSizes(draft.Operators, round, _lastSizes) };
        var published = new Publication();
        loop.RunToEnd(services.Edge, "checkpoint", cancellation => Publish(round, draft, published, cancellation), error =>
        {
            if (published.Info is not null)
                Published(checkpoint, published, error);
            else
                Failed(checkpoint, error!);
        });
    }

    void Publish(EpochRound round, CheckpointDraft draft, Publication published, CancellationToken cancellation)
    {
        try
        {
            var left = options.CheckpointTimeout - services.Clock.GetElapsedTime(round.StartTimestamp);
            using var timeout = new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero, services.Clock);
            using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
            published.Info = store.Publish(draft with { CheckpointId = store.NextCheckpointId() }, linked.Token);
            published.SavepointPath = ExportSavepoints(round, published.Info, linked.Token);
            store.Retain(options.CheckpointsRetained, []);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw ExecutionErrors.CheckpointTimedOut(options.CheckpointTimeout);
        }
        finally
        {
            round.Snapshot!.Dispose();
        }
    }

    string? ExportSavepoints(EpochRound round, CheckpointInfo info, CancellationToken cancellation)
    {
        string? path = null;
        foreach (var request in round.Requests)
        {
            if (request.SavepointDirectory is not { } directory)
                continue;
            var name = $"savepoint-{options.JobId[..6]}-{info.CheckpointId:x12}";
            store.ExportSavepoint(info.Manifest!, new LocalFileStore(directory), name, cancellation);
            CrashPoint.Hit("savepoint.exported");
            path = Path.Combine(Path.GetFullPath(directory), name);
        }
        return path;
    }

    void Published(RunningCheckpoint checkpoint, Publication published, Exception? laterError)
    {
        var round = checkpoint.Round;
        checkpoint.Apply(CheckpointEvent.Published);
        _running.Dequeue();
        Failures = 0;
        _lastEnd = services.Clock.GetTimestamp();
        _lastSizes = round.TableSizes;
        var result = contents.Result(published.Info!, published.SavepointPath);
        foreach (var request in round.Requests)
        {
            if (request.SavepointDirectory is not null && published.SavepointPath is null)
                request.Completion.TrySetException(laterError!);
            else
                request.Completion.TrySetResult(result);
        }
        events.OnPublished(round, result);
        checkpoint.Apply(CheckpointEvent.Notified);
        WriteNext();
    }

    void Failed(RunningCheckpoint checkpoint, Exception error)
    {
        checkpoint.Apply(CheckpointEvent.Error);
        _running.Dequeue();
        // A later epoch that waits to be written holds everything that this one held.
        IsBehind |= _running.Count == 0;
        Failures++;
        foreach (var request in checkpoint.Round.Requests)
            request.Completion.TrySetException(error);
        events.OnFailed(checkpoint.Round, error);
        WriteNext();
    }

    sealed class Publication
    {
        public CheckpointInfo? Info { get; set; }
        public string? SavepointPath { get; set; }
    }
}
