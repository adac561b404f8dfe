using SqlStream.Core.Functions;
using SqlStream.Execution;
using SqlStream.Planner.Physical;
using SqlStream.State.Checkpoints;

namespace SqlStream.Engine.Jobs;

/// <summary>The jobs of an engine, and what it takes to start one. Thread-safe.</summary>
public sealed class JobRegistry
{
    readonly Lock _lock = new();
    readonly List<(Job Job, IReadOnlyList<string> Targets)> _jobs = [];
    readonly CompositionRoot _root;
    readonly string _dataDirectory;
    readonly long _leaseIncarnation;
    bool _isClosed;

    /// <param name="root">The parts of the engine.</param>
    /// <param name="dataDirectory">Where jobs keep state and checkpoints.</param>
    /// <param name="leaseIncarnation">The number of the lease on it; 0 where it needs none.</param>
    internal JobRegistry(CompositionRoot root, string dataDirectory, long leaseIncarnation)
    {
        _root = root;
        _dataDirectory = dataDirectory;
        _leaseIncarnation = leaseIncarnation;
    }

    /// <summary>All jobs, oldest first.</summary>
    public IReadOnlyList<Job> All
    {
        get
        {
            lock (_lock)
                return [.. _jobs.Select(entry => entry.Job)];
        }
    }

    /// <summary>The job with that id, or one that begins with it.</summary>
    public Job Find(string id)
    {
        var jobs = All;
        var found = jobs.Where(job => job.Id.StartsWith(id, StringComparison.OrdinalIgnoreCase) || job.Name == id).ToList();
        return found.Count == 1 ? found[0] : throw EngineErrors.NoSuchJob(id, jobs.Select(job => job.Id));
    }

    /// <summary>Running jobs that write into a table, or all running jobs; if none runs, those that have finished.</summary>
    public IReadOnlyList<Job> Running(string? table)
    {
        lock (_lock)
        {
            var jobs = _jobs.Where(entry => entry.Job.Results is null && (table is null || entry.Targets.Contains(table))).Select(entry => entry.Job).ToList();
            var running = jobs.FindAll(job => job.Status is JobStatus.Running or JobStatus.Restarting);
            if (running.Count == 0)
                running = jobs.FindAll(job => job.Status == JobStatus.Finished);
            return running.Count > 0 ? running : throw EngineErrors.NoRunningJob(table);
        }
    }

    /// <summary>A job that has not ended and writes into a table; null if there is none.</summary>
    public Job? Writer(string table)
    {
        lock (_lock)
        {
            return _jobs.FirstOrDefault(
                entry => entry.Targets.Contains(table) && entry.Job.Status is JobStatus.Created or JobStatus.Running or JobStatus.Restarting).Job;
        }
    }

    /// <summary>A fresh id.</summary>
    public string NewId()
    {
        var bytes = new byte[16];
        lock (_root.Random)
            _root.Random.NextBytes(bytes);
        return Convert.ToHexStringLower(bytes);
    }

    /// <summary>Where a job's checkpoints go.</summary>
    public CheckpointStore StoreOf(string jobId, string? checkpointDirectory) =>
        new(new LocalFileStore(checkpointDirectory ?? Path.Combine(_dataDirectory, "checkpoints")), jobId, _root.Options.Clock);

    /// <summary>A job's own directory.</summary>
    public string WorkingDirectoryOf(string jobId) => Path.Combine(_dataDirectory, "work", jobId);

    /// <summary>Starts a job.</summary>
    internal Job Start(
        PhysicalPlan plan, JobOptions options, SessionContext session, CheckpointStore? store, RestorePoint? restore, IReadOnlyList<string> targets)
    {
        options = options with { BatchRows = _root.Options.BatchRows, ChannelCapacity = _root.Options.ChannelCapacity };
        var job = new Job(plan, options, _root.Services(session), store, restore, _leaseIncarnation);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isClosed, typeof(SqlStreamEngine));
            // One that was started again takes the place of what it was.
            _jobs.RemoveAll(entry => entry.Job.Id == options.JobId);
            _jobs.Add((job, targets));
        }
        job.Start();
        return job;
    }

    /// <summary>Cancels all jobs; none is started from now on.</summary>
    internal async Task CloseAsync()
    {
        lock (_lock)
            _isClosed = true;
        var jobs = All;
        foreach (var job in jobs)
            job.Cancel();
        await Task.WhenAll(jobs.Select(job => job.Completion)).ConfigureAwait(false);
    }

    /// <summary>Forgets a job that has ended.</summary>
    internal void Remove(Job job)
    {
        lock (_lock)
            _jobs.RemoveAll(entry => ReferenceEquals(entry.Job, job));
    }
}
