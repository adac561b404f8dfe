using SqlStream.Core.Diagnostics;
using SqlStream.Execution;

namespace SqlStream.Engine.Jobs;

/// <summary>A job of a server: what is kept of it, and the job itself while it runs. Thread-safe.</summary>
public sealed class ServedJob
{
    readonly Lock _lock = new();
    JobRecord _record;
    Job? _job;
    Task _recorded = Task.CompletedTask;

    internal ServedJob(JobRecord record) => _record = record;

    /// <summary>Identity.</summary>
    public string Id => Record.Id;

    /// <summary>What is kept.</summary>
    public JobRecord Record
    {
        get
        {
            lock (_lock)
                return _record;
        }
    }

    /// <summary>The job; null for one that ended before the server was started, or could not be started.</summary>
    public Job? Job
    {
        get
        {
            lock (_lock)
                return _job;
        }
    }

    /// <summary>CREATED, RUNNING, RESTARTING, FINISHED, FAILED, CANCELED or SUSPENDED.</summary>
    public string Status
    {
        get
        {
            lock (_lock)
                return _record.End?.Status ?? (_job?.Status ?? JobStatus.Created).ToString().ToUpperInvariant();
        }
    }

    /// <summary>It runs, or will by itself.</summary>
    public bool IsActive => Record.Goal == JobGoal.Run;

    /// <summary>Ends when the end of the job, if it has ended, is durable.</summary>
    internal Task Recorded
    {
        get
        {
            lock (_lock)
                return _recorded;
        }
    }

    internal void Began(Job job, Task recorded)
    {
        lock (_lock)
            (_job, _recorded) = (job, recorded);
    }

    internal void Change(JobRecord record)
    {
        lock (_lock)
            _record = record;
    }

    /// <summary>What a job failed with.</summary>
    internal static JobFailure FailureOf(Exception error)
    {
        var diagnostic = error switch
        {
            SqlException sql => sql.Diagnostics[0],
            ExternalException external => external.ToDiagnostic(),
            _ => new Diagnostic(SqlState.InternalError, error.Message, SourceSpan.None),
        };
        return new JobFailure(diagnostic.SqlState, diagnostic.Message, diagnostic.Detail, diagnostic.Hint);
    }
}
