using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using SqlStream.Core.Diagnostics;
using SqlStream.Execution;
using SqlStream.Planner.Physical;
using SqlStream.State.Checkpoints;

namespace SqlStream.Engine.Runs;

/// <summary>What <c>--restore</c> asks for.</summary>
/// <param name="Kind">Which way.</param>
/// <param name="Path">The checkpoint, for <see cref="RestoreKind.Path"/>.</param>
public sealed record RestoreMode(RestoreKind Kind, string? Path = null)
{
    /// <summary>Go on with what the data directory holds.</summary>
    public static RestoreMode Auto { get; } = new(RestoreKind.Auto);
}

/// <summary>The ways of <c>--restore</c>.</summary>
public enum RestoreKind
{
    /// <summary>An unfinished run goes on, a finished one is not repeated.</summary>
    Auto,

    /// <summary>A new run with new identities.</summary>
    None,

    /// <summary>From a named checkpoint or savepoint, under the identity that it holds.</summary>
    Path,
}

/// <summary>Who a job of a script is.</summary>
/// <param name="Key">Name or sinks.</param>
/// <param name="Ordinal">Number among the jobs of that key.</param>
/// <param name="JobId">Identity.</param>
/// <param name="IsFinished">An earlier run finished it.</param>
/// <param name="Restore">Where it goes on from; null to start afresh.</param>
/// <param name="Report">Where the script has changed: what becomes of each operator's state.</param>
public sealed record JobIdentity(string Key, int Ordinal, string JobId, bool IsFinished, RestorePoint? Restore, IReadOnlyList<string> Report);

/// <summary>One run of a script in a data directory: keeps <c>run.json</c>, so that running the same command again goes on.</summary>
/// <remarks>Needs the lease on the directory. Not thread-safe but for <see cref="Finished"/>.</remarks>
public sealed class ScriptRun : IJobLedger
{
    const string RecordName = "run.json";

    readonly Lock _lock = new();
    readonly SqlStreamEngine _engine;
    readonly LocalFileStore _store;
    readonly RestoreMode _mode;
    readonly bool _scriptChanged;
    readonly Dictionary<string, int> _ordinals = [];
    readonly HashSet<(string Key, int Ordinal)> _identified = [];
    readonly List<Task> _notes = [];
    readonly RunRecord? _earlier;
    RunRecord _record;

    ScriptRun(SqlStreamEngine engine, LocalFileStore store, RestoreMode mode, RunRecord? earlier, RunRecord record, bool scriptChanged)
    {
        _engine = engine;
        _store = store;
        _mode = mode;
        _earlier = earlier;
        _record = record;
        _scriptChanged = scriptChanged;
    }

    /// <summary>When the same script was finished here, or null if there is something to do.</summary>
    public DateTimeOffset? FinishedAt => _record.FinishedAt;

    /// <summary>An earlier run of this or another script is being gone on with.</summary>
    public bool IsResumed => _earlier is not null;

    /// <summary>Unfinished jobs of the earlier run that the script, now that all of it was executed, does not have. They are kept: the run
    /// is not finished while there are any.</summary>
    public IReadOnlyList<(string JobId, string Name)> LeftOut =>
        [.. (_earlier?.Jobs ?? []).Where(job => !job.IsFinished && !_identified.Contains((job.Key, job.Ordinal))).Select(job => (job.JobId, job.Key))];

    /// <summary>Begins or resumes a run.</summary>
    /// <param name="engine">The engine, which holds the lease.</param>
    /// <param name="script">The text of the script after substitution of variables.</param>
    /// <param name="mode">What <c>--restore</c> asks for.</param>
    /// <param name="discardUnfinished">With <see cref="RestoreKind.None"/>: an unfinished run is given up.</param>
    public static ScriptRun Open(SqlStreamEngine engine, string script, RestoreMode mode, bool discardUnfinished)
    {
        var store = new LocalFileStore(engine.DataDirectory);
        var digest = Digest(script);
        var found = Read(store);
        var now = engine.Root.Options.Clock.GetUtcNow();
        var fresh = new RunRecord { RunId = engine.Jobs.NewId(), ScriptDigest = digest, StartedAt = now };
        switch (mode.Kind)
        {
            case RestoreKind.None:
                if (found is { IsFinished: false } && !discardUnfinished)
                    throw EngineErrors.UnfinishedRun(engine.DataDirectory);
                return new ScriptRun(engine, store, mode, null, fresh, false).Saved();
            case RestoreKind.Path:
                return new ScriptRun(engine, store, mode, null, fresh, false).Saved();
            default:
                if (found is null || (found.IsFinished && found.ScriptDigest != digest))
                    return new ScriptRun(engine, store, mode, null, fresh, false).Saved();
                if (found.IsFinished)
                    return new ScriptRun(engine, store, mode, found, found, false);
                var resumed = found with { ScriptDigest = digest };
                return new ScriptRun(engine, store, mode, found, resumed, found.ScriptDigest != digest);
        }
    }

    /// <summary>Finds out who the next job of the script is.</summary>
    /// <param name="pipelineName">The name that was given to it, or null.</param>
    /// <param name="targets">Its sinks.</param>
    /// <param name="plan">Its plan.</param>
    /// <param name="planText">The plan as its checkpoints keep it.</param>
    /// <param name="settings">The session's.</param>
    public JobIdentity Identify(
        string? pipelineName, IReadOnlyList<string> targets, PhysicalPlan plan, string planText, IReadOnlyDictionary<string, string> settings)
    {
        var key = pipelineName ?? string.Join(",", targets.Order(StringComparer.Ordinal));
        var ordinal = _ordinals.GetValueOrDefault(key);
        _ordinals[key] = ordinal + 1;
        if (_mode.Kind == RestoreKind.Path)
            return RestorePoints.FromPath(_engine, _mode.Path!, key, ordinal, plan, planText, settings);
        _identified.Add((key, ordinal));
        var known = _earlier?.Jobs.FirstOrDefault(job => job.Key == key && job.Ordinal == ordinal);
        if (known is null)
            return new JobIdentity(key, ordinal, _engine.Jobs.NewId(), false, null, []);
        if (known.IsFinished && !_scriptChanged)
            return new JobIdentity(key, ordinal, known.JobId, true, null, []);
        return RestorePoints.Latest(_engine, new JobIdentity(key, ordinal, known.JobId, false, null, []), plan, planText, settings);
    }

    /// <summary>A job has been started: it is written down before it can have done anything that a later run would have to know.</summary>
    public void Started(JobIdentity identity, Job job)
    {
        Update(new RunJob(identity.Key, identity.Ordinal, identity.JobId, "", false));
        _notes.Add(job.Completion.ContinueWith(
            _ =>
            {
                if (job.Status == JobStatus.Finished)
                    Update(new RunJob(identity.Key, identity.Ordinal, identity.JobId, "", true));
            },
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default));
    }

    JobIdentity IJobLedger.Identify(JobRequest request) =>
        Identify(request.PipelineName, request.Targets, request.Plan, request.PlanText, request.Settings);

    // The script has failed, and tries again when it is run again.
    void IJobLedger.NotStarted(JobIdentity identity)
    {
    }

    /// <summary>Waits until the end of every job has been written down.</summary>
    public Task SettleAsync() => Task.WhenAll(_notes);

    /// <summary>Every job of the script has finished.</summary>
    public void Finished()
    {
        lock (_lock)
        {
            _record = _record with { FinishedAt = _engine.Root.Options.Clock.GetUtcNow() };
            Save();
        }
    }

    void Update(RunJob job)
    {
        lock (_lock)
        {
            var others = _record.Jobs.Where(known => known.Key != job.Key || known.Ordinal != job.Ordinal);
            _record = _record with { Jobs = [.. others, job] };
            Save();
        }
    }

    ScriptRun Saved()
    {
        Save();
        return this;
    }

    void Save()
    {
        CrashPoint.Hit("run.before-record");
        _store.Replace(RecordName, JsonSerializer.SerializeToUtf8Bytes(_record, RunJson.Default.RunRecord));
        CrashPoint.Hit("run.recorded");
    }

    static RunRecord? Read(LocalFileStore store)
    {
        if (!store.Exists(RecordName))
            return null;
        using var stream = store.OpenRead(RecordName);
        try
        {
            var record = JsonSerializer.Deserialize(stream, RunJson.Default.RunRecord);
            if (record?.FormatVersion > RunRecord.CurrentVersion)
                throw EngineErrors.NewerRunRecord(store.Locate(RecordName), record.FormatVersion);
            return record;
        }
        catch (JsonException e)
        {
            throw EngineErrors.DamagedRunRecord(store.Locate(RecordName), e.Message);
        }
    }

    static string Digest(string script) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(script)));
}
