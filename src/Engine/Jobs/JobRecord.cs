using System.Text.Json.Serialization;
using SqlStream.Engine.Catalogs;

namespace SqlStream.Engine.Jobs;

/// <summary>What is to become of a job when its server starts.</summary>
public enum JobGoal
{
    /// <summary>It goes on.</summary>
    Run,

    /// <summary>It has ended, or was ended by somebody.</summary>
    End,
}

/// <summary>A job as a server keeps it: all that is needed to go on with it, and how it ended.</summary>
public sealed record JobRecord
{
    /// <summary>Identity, which its checkpoints and sinks know.</summary>
    public required string Id { get; init; }

    /// <summary>Name.</summary>
    public required string Name { get; init; }

    /// <summary>The statement, with its secrets.</summary>
    public required string Sql { get; init; }

    /// <summary>The tables that it writes.</summary>
    public required IReadOnlyList<string> Targets { get; init; }

    /// <summary>The settings of the session that started it.</summary>
    public required IReadOnlyDictionary<string, string> Settings { get; init; }

    /// <summary>The checkpoint or savepoint that it was first started from; null if it began afresh.</summary>
    public string? RestorePath { get; init; }

    /// <summary>When it was submitted.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>What is to become of it.</summary>
    public JobGoal Goal { get; init; } = JobGoal.Run;

    /// <summary>How it ended; null while it runs.</summary>
    public JobEnd? End { get; init; }

    /// <summary>The tables, views and functions that its plan stands on.</summary>
    [JsonInclude]
    internal StoredSnapshot? Catalog { get; init; }
}

/// <summary>How a job ended.</summary>
/// <param name="Status">FINISHED, FAILED, CANCELED or SUSPENDED.</param>
/// <param name="At">When.</param>
/// <param name="StartedAt">When it was started last.</param>
/// <param name="RowsIn">Rows read since then.</param>
/// <param name="RowsOut">Rows written since then.</param>
/// <param name="Error">What it failed with.</param>
public sealed record JobEnd(string Status, DateTimeOffset At, DateTimeOffset? StartedAt, long RowsIn, long RowsOut, JobFailure? Error);

/// <summary>What a job failed with.</summary>
/// <param name="SqlState">Its code.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Detail">More facts.</param>
/// <param name="Hint">What to do.</param>
public sealed record JobFailure(string SqlState, string Message, string? Detail, string? Hint);
