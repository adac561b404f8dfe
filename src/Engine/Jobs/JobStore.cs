using System.Text.Json;
using SqlStream.Core.Diagnostics;
using SqlStream.Engine.Runs;
using SqlStream.Execution;
using SqlStream.State.Checkpoints;

namespace SqlStream.Engine.Jobs;

/// <summary>The jobs of a server, kept in <c>jobs/</c> of its data directory: a job is durable before it is started, and goes on from its last checkpoint,
/// under the same identity, when the server is started again. Needs the lease on the data directory. Thread-safe.</summary>
public sealed class JobStore
{
    /// <summary>The directory of the files.</summary>
    public const string DirectoryName = "jobs";

    readonly Lock _lock = new();
    readonly List<ServedJob> _jobs = [];
    readonly List<string> _problems = [];
    readonly SqlStreamEngine _engine;
    readonly PrivateDirectory _files;
    readonly int _endedMax;
    readonly Action<string> _say;
    bool _isEnding;

    JobStore(SqlStreamEngine engine, int endedMax, Action<string> say)
    {
        _engine = engine;
        _endedMax = endedMax;
        _say = say;
        _files = new PrivateDirectory(Path.Combine(engine.DataDirectory, DirectoryName));
    }

    /// <summary>Reads what the data directory keeps. Nothing is started yet.</summary>
    /// <param name="engine">The engine, which holds the lease.</param>
    /// <param name="endedMax">Jobs that have ended and stay listed; of more the oldest go.</param>
    /// <param name="say">Told of what goes wrong in the background, as lines for people.</param>
    public static JobStore Open(SqlStreamEngine engine, int endedMax, Action<string> say)
    {
        var store = new JobStore(engine, endedMax, say);
        foreach (var path in store._files.Paths())
        {
            try
            {
                store._jobs.Add(new ServedJob(StoredFile.Parse(File.ReadAllBytes(path), path, StoredFile.Json.JobRecord)));
            }
            catch (SqlException e)
            {
                store._problems.Add($"{e.Message}: {e.Diagnostics[0].Detail}");
            }
        }
        store._jobs.Sort(static (left, right) => left.Record.CreatedAt.CompareTo(right.Record.CreatedAt));
        engine.Store = store;
        return store;
    }

    /// <summary>All jobs, oldest first.</summary>
    public IReadOnlyList<ServedJob> All
    {
        get
        {
            lock (_lock)
                return [.. _jobs];
        }
    }

    /// <summary>Files that could not be read, whose jobs are not listed.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>Those that ended before this process.</summary>
    internal IReadOnlyList<JobRecord> EndedBefore => [.. All.Where(job => job.Job is null).Select(job => job.Record)];

    /// <summary>The job with that id, one whose id begins with it, or the one of that name: the running one, else the last.</summary>
    public ServedJob Find(string id)
    {
        var jobs = All;
        var found = jobs.Where(job => id.Length > 0 && job.Id.StartsWith(id, StringComparison.OrdinalIgnoreCase)).ToList();
        if (found.Count == 1)
            return found[0];
        var named = jobs.Where(job => job.Record.Name == id).ToList();
        return named.LastOrDefault(job => job.IsActive) ?? named.LastOrDefault() ?? throw EngineErrors.NoSuchJob(id, jobs.Select(job => job.Id));
    }

    /// <summary>What gives the jobs of a session their identities.</summary>
    /// <param name="restorePath">A checkpoint or savepoint that they start from; null to begin afresh.</param>
    /// <param name="hasOwnName">Their name was chosen by their user: two must not run under it.</param>
    /// <param name="started">Told of each job that was started.</param>
    public IJobLedger Ledger(string? restorePath = null, bool hasOwnName = false, Action<ServedJob>? started = null) =>
        new SubmittedJobs(this, restorePath, hasOwnName, started);

    /// <summary>Starts all jobs that are to run. One that cannot be is listed as failed; the others do not mind.</summary>
    public async Task ResumeAsync()
    {
        foreach (var job in All.Where(job => job.IsActive))
        {
            try
            {
                await StartAsync(job).ConfigureAwait(false);
            }
            catch (Exception e) when (e is SqlException or ExternalException or EngineBugException)
            {
                _say($"job {job.Id} ({job.Record.Name}) cannot be started: {e.Message}");
                Ended(job, "FAILED", e);
            }
        }
    }

    /// <summary>Stops a job with a final checkpoint, and waits until its output is delivered and its end is durable.</summary>
    public async Task<CheckpointResult?> StopAsync(ServedJob served, StopKind kind, string? savepointDirectory, CancellationToken cancellation)
    {
        var job = Running(served);
        var result = await job.StopAsync(kind, savepointDirectory).WaitAsync(cancellation).ConfigureAwait(false);
        await job.Completion.WaitAsync(cancellation).ConfigureAwait(false);
        await served.Recorded.WaitAsync(cancellation).ConfigureAwait(false);
        return result;
    }

    /// <summary>Ends a job without a checkpoint.</summary>
    public async Task CancelAsync(ServedJob served, CancellationToken cancellation)
    {
        var job = Running(served);
        job.Cancel();
        await job.Completion.WaitAsync(cancellation).ConfigureAwait(false);
        await served.Recorded.WaitAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Starts a job again from its last checkpoint, under the same identity; one that runs is stopped first.</summary>
    public async Task RestartAsync(ServedJob served, CancellationToken cancellation)
    {
        if (served.Record.End is { Status: "FINISHED" })
            throw EngineErrors.JobHasFinished(served.Id);
        if (served.IsActive)
            await StopAsync(served, StopKind.Stop, null, cancellation).ConfigureAwait(false);
        var record = served.Record;
        if (record.End is { Status: "FINISHED" })
            throw EngineErrors.JobHasFinished(served.Id);
        Save(served, record with { Goal = JobGoal.Run, End = null });
        try
        {
            await StartAsync(served).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Ended(served, "FAILED", e);
            throw;
        }
    }

    /// <summary>Forgets a job that has ended, and deletes its checkpoints unless they are to be kept.</summary>
    public void Delete(ServedJob served, bool keepsCheckpoints)
    {
        lock (_lock)
        {
            if (served.IsActive)
                throw EngineErrors.JobRuns(served.Id);
            Forget(served, keepsCheckpoints);
        }
    }

    /// <summary>The job as it runs.</summary>
    public Job Running(ServedJob served) =>
        served.IsActive && served.Job is { } job ? job : throw EngineErrors.JobHasEnded(served.Id, served.Status);

    /// <summary>Waits until the end of every job that has ended is durable.</summary>
    public Task SettleAsync() => Task.WhenAll(All.Where(job => job.Job is { Completion.IsCompleted: true }).Select(job => job.Recorded));

    /// <summary>Stops all jobs with final checkpoints; they go on when the server is started again.</summary>
    /// <param name="timeout">How long is waited for the delivery of output.</param>
    public async Task ShutDownAsync(TimeSpan timeout)
    {
        lock (_lock)
            _isEnding = true;
        await Task.WhenAll(All.Where(job => job is { IsActive: true, Job: not null }).Select(job => ShutDownAsync(job, timeout))).ConfigureAwait(false);
    }

    async Task ShutDownAsync(ServedJob served, TimeSpan timeout)
    {
        var job = served.Job!;
        try
        {
            var result = await job.StopAsync(StopKind.Stop, null).WaitAsync(timeout).ConfigureAwait(false);
            if (result is not null)
                _say($"job {job.Id} ({job.Name}) stopped at checkpoint {result.CheckpointId}, epoch {result.Epoch}");
            await job.Completion.WaitAsync(timeout).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            foreach (var (table, rows, trouble) in job.Undelivered)
                _say($"{rows} rows of job {job.Id} for {table} are in the checkpoint and not delivered" + (trouble is null ? "" : $": {trouble}"));
            job.GiveUpShipping();
            job.Cancel();
        }
        catch (Exception e) when (e is SqlException or ExternalException)
        {
            if (job.Status is not (JobStatus.Finished or JobStatus.Failed))
                _say($"job {job.Id} ({job.Name}) stopped without its final checkpoint: {e.Message}");
            job.Cancel();
        }
        await job.Completion.ConfigureAwait(false);
        await served.Recorded.ConfigureAwait(false);
    }

    async Task StartAsync(ServedJob served)
    {
        var record = served.Record;
        var session = _engine.OpenSession();
        session.Run = new ResumedJob(this, served);
        await session.ResumeAsync(record).ConfigureAwait(false);
    }

    void Began(ServedJob served, Job job)
    {
        var recorded = job.Completion.ContinueWith(
            _ => Ended(served, job), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        served.Began(job, recorded);
        job.Notice += notice => _say($"job {job.Id[..8]} ({job.Name}): {notice}");
    }

    // A job that only the end of the server has stopped is to go on.
    void Ended(ServedJob served, Job job)
    {
        bool isEnding;
        lock (_lock)
            isEnding = _isEnding;
        if (isEnding && job.Status is JobStatus.Suspended or JobStatus.Canceled)
            return;
        if (job.Status == JobStatus.Failed)
            _say($"job {job.Id} ({job.Name}) failed: {job.Error?.Message}");
        Ended(served, job.Status.ToString().ToUpperInvariant(), job.Error);
    }

    void Ended(ServedJob served, string status, Exception? error)
    {
        var progress = served.Job?.Progress();
        var end = new JobEnd(
            status, _engine.Root.Options.Clock.GetUtcNow(), served.Job?.StartTime, progress?.RowsIn ?? 0, progress?.RowsOut ?? 0,
            error is null ? null : ServedJob.FailureOf(error));
        try
        {
            Save(served, served.Record with { Goal = JobGoal.End, End = end });
            Trim();
        }
        catch (ExternalException e)
        {
            // It is listed so, and starts again with the server: from its last checkpoint, so that nothing comes twice.
            served.Change(served.Record with { Goal = JobGoal.End, End = end });
            _say($"the end of job {served.Id} could not be written down: {e.Message}");
        }
    }

    void Add(JobRecord record, bool hasOwnName, Action<ServedJob>? started, out ServedJob served)
    {
        lock (_lock)
        {
            if (hasOwnName && _jobs.Find(job => job.IsActive && job.Record.Name == record.Name) is { } same)
                throw EngineErrors.JobNameTaken(record.Name, same.Id);
            if (_jobs.Exists(job => job.Id == record.Id))
                throw EngineErrors.JobIsServed(record.Id);
            served = new ServedJob(record);
            Save(served, record);
            _jobs.Add(served);
        }
        started?.Invoke(served);
    }

    void Save(ServedJob served, JobRecord record)
    {
        CrashPoint.Hit("job.before-record");
        _files.Put(record.Id, JsonSerializer.Serialize(record, StoredFile.Json.JobRecord));
        served.Change(record);
        CrashPoint.Hit("job.recorded");
    }

    void Trim()
    {
        lock (_lock)
        {
            var ended = _jobs.FindAll(job => !job.IsActive);
            foreach (var job in ended.OrderBy(job => job.Record.End?.At).Take(ended.Count - _endedMax).ToList())
                Forget(job, keepsCheckpoints: job.Record.End?.Status != "FINISHED");
        }
    }

    void Forget(ServedJob served, bool keepsCheckpoints)
    {
        _files.Remove(served.Id);
        _jobs.Remove(served);
        if (served.Job is { } job)
            _engine.Jobs.Remove(job);
        if (keepsCheckpoints)
            return;
        var checkpoints = served.Record.Settings.GetValueOrDefault("execution.checkpointing.dir") ?? Path.Combine(_engine.DataDirectory, "checkpoints");
        new LocalFileStore(checkpoints).DeleteTree(served.Id);
    }

    /// <summary>New jobs of a session.</summary>
    sealed class SubmittedJobs(JobStore store, string? restorePath, bool hasOwnName, Action<ServedJob>? started) : IJobLedger
    {
        readonly Dictionary<string, ServedJob> _identified = [];

        public JobIdentity Identify(JobRequest request)
        {
            var key = string.Join(",", request.Targets.Order(StringComparer.Ordinal));
            var identity = restorePath is null
                ? new JobIdentity(key, 0, store._engine.Jobs.NewId(), false, null, [])
                : RestorePoints.FromPath(store._engine, restorePath, key, 0, request.Plan, request.PlanText, request.Settings);
            var record = new JobRecord
            {
                Id = identity.JobId,
                Name = request.Name,
                Sql = request.Sql,
                Targets = request.Targets,
                Settings = new Dictionary<string, string>(request.Settings),
                RestorePath = restorePath is null ? null : Path.GetFullPath(restorePath),
                CreatedAt = store._engine.Root.Options.Clock.GetUtcNow(),
                Catalog = Catalogs.StoredSnapshot.Of(request.Catalog),
            };
            store.Add(record, hasOwnName, started, out var served);
            lock (_identified)
                _identified[identity.JobId] = served;
            return identity;
        }

        public void Started(JobIdentity identity, Job job)
        {
            lock (_identified)
                store.Began(_identified[identity.JobId], job);
        }

        public void NotStarted(JobIdentity identity)
        {
            ServedJob? served;
            lock (_identified)
                _identified.Remove(identity.JobId, out served);
            if (served is null)
                return;
            lock (store._lock)
                store.Forget(served, keepsCheckpoints: true);
        }

        public Task SettleAsync() => store.SettleAsync();
    }

    /// <summary>A job that is known.</summary>
    sealed class ResumedJob(JobStore store, ServedJob served) : IJobLedger
    {
        public JobIdentity Identify(JobRequest request)
        {
            var record = served.Record;
            var identity = RestorePoints.Latest(
                store._engine, new JobIdentity(record.Name, 0, record.Id, false, null, []), request.Plan, request.PlanText, request.Settings);
            // It was not yet so far that it had a checkpoint of its own.
            return identity.Restore is null && record.RestorePath is { } path
                ? RestorePoints.FromPath(store._engine, path, string.Join(",", request.Targets.Order(StringComparer.Ordinal)), 0, request.Plan, request.PlanText, request.Settings)
                : identity;
        }

        public void Started(JobIdentity identity, Job job) => store.Began(served, job);

        // Whoever wanted it started notes it as failed.
        public void NotStarted(JobIdentity identity)
        {
        }

        public Task SettleAsync() => store.SettleAsync();
    }
}
