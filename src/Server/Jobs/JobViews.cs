using SqlStream.Client;
using SqlStream.Engine.Jobs;
using SqlStream.Execution;
using SqlStream.Execution.Graph;
using SqlStream.Parser;

namespace SqlStream.Server.Jobs;

/// <summary>Jobs as the API shows them.</summary>
sealed class JobViews(JobRates rates)
{
    /// <summary>A job of a server.</summary>
    public JobInfo Info(ServedJob served)
    {
        var record = served.Record;
        var info = new JobInfo { Id = record.Id, Name = record.Name, Status = served.Status };
        if (served.Job is { } job)
            info = Info(job);
        var end = record.End;
        return info with
        {
            Status = served.Status,
            IsActive = served.IsActive,
            CreatedAt = record.CreatedAt,
            StartedAt = info.StartedAt ?? end?.StartedAt,
            EndedAt = end?.At,
            Targets = record.Targets,
            Sql = SqlTokens.MaskSecrets(record.Sql),
            Reason = info.Reason ?? end?.Error?.Message,
            Error = info.Error ?? (end?.Error is { } error ? new ProblemError(error.SqlState, error.Message, error.Detail, error.Hint) : null),
            Progress = info.Progress ?? (end is null ? null : new ProgressInfo(end.RowsIn, end.RowsOut, 0, 0, null, null, null)),
        };
    }

    /// <summary>A job of which no more is known than itself.</summary>
    public JobInfo Info(Job job)
    {
        var operators = rates.Of(job);
        return new JobInfo
        {
            Id = job.Id,
            Name = job.Name,
            Status = job.Status.ToString().ToUpperInvariant(),
            IsActive = job.Status is JobStatus.Created or JobStatus.Running or JobStatus.Restarting,
            Reason = job.Reason,
            Error = job.Error is null ? null : Http.Problems.ErrorOf(DiagnosticOf(job.Error), null),
            CreatedAt = job.StartTime,
            StartedAt = job.StartTime,
            Restarts = job.Restarts,
            Parallelism = job.Options.Parallelism,
            Sql = job.Options.Sql,
            Progress = JobTexts.Progress(job),
            RowsInPerSecond = operators.Where(one => one.Operator.Stem == "Scan").Sum(one => one.RowsOut),
            RowsOutPerSecond = operators.Where(one => one.Operator.Stem == "Sink").Sum(one => one.RowsIn),
            LastCheckpoint = job.Checkpoints is [.., var last] ? JobTexts.Checkpoint(last) with { Operators = null } : null,
            Undelivered = [.. job.Undelivered.Select(sink => new UndeliveredInfo(sink.Table, sink.Rows, sink.Trouble))],
        };
    }

    /// <summary>The tasks of a job.</summary>
    public PlanInfo Plan(Job job)
    {
        var operators = rates.Of(job);
        return new PlanInfo(job.Id, SqlTokens.MaskSecrets(job.Options.PlanText), [.. job.Graph.Vertices.Select(vertex => Task(vertex, operators))]);
    }

    static TaskInfo Task(JobVertex vertex, IReadOnlyList<(OperatorProgress Operator, double RowsIn, double RowsOut)> operators) => new(
        vertex.Id, vertex.Name, vertex.Parallelism,
        [.. vertex.Inputs.Select(edge => new TaskInput(edge.From.Id, edge.Keys is null ? "forward" : edge.Keys.Count == 0 ? "single" : $"hash: {string.Join(", ", edge.KeyNames)}"))],
        [.. operators.Where(one => one.Operator.Vertex == vertex.Id).Select(one => new OperatorInfo(
            one.Operator.Stem, one.Operator.Table, vertex.Describe(one.Operator.Stem),
            one.Operator.RowsIn, one.Operator.RowsOut, one.RowsIn, one.RowsOut, one.Operator.LateRows, one.Operator.BadRows, one.Operator.Watermark?.Micros))]);

    static Core.Diagnostics.Diagnostic DiagnosticOf(Exception error) => error switch
    {
        Core.Diagnostics.SqlException sql => sql.Diagnostics[0],
        Core.Diagnostics.ExternalException external => external.ToDiagnostic(),
        _ => new Core.Diagnostics.Diagnostic(Core.Diagnostics.SqlState.InternalError, error.Message, Core.Diagnostics.SourceSpan.None),
    };
}
