using System.Text.Json;
using System.Text.Json.Serialization;

namespace SqlStream.Client;

/// <summary>POST /v1/sessions/{session}/statements.</summary>
/// <param name="Sql">One statement.</param>
/// <param name="Format">How values come: <c>json</c> (numbers as numbers) or <c>text</c> (as CAST(... AS STRING) writes them).</param>
/// <param name="WaitMs">How long the answer may wait for the statement to end, in milliseconds.</param>
/// <param name="MaxRows">Rows of the first page at the most.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record StatementRequest(string Sql, string? Format = null, int? WaitMs = null, int? MaxRows = null);

/// <summary>A statement.</summary>
public sealed record StatementInfo
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>RUNNING, FINISHED, FAILED or CANCELED.</summary>
    public required string Status { get; init; }

    /// <summary><c>query</c>, <c>table</c> (SHOW, DESCRIBE), <c>text</c> (EXPLAIN), <c>job</c> or <c>done</c>; null while it is not known.</summary>
    public string? Kind { get; init; }

    /// <summary>Columns of a query or table.</summary>
    public IReadOnlyList<ColumnInfo>? Columns { get; init; }

    /// <summary>Rows change earlier ones.</summary>
    public bool IsUpdating { get; init; }

    /// <summary>The query ends by itself.</summary>
    public bool IsBounded { get; init; }

    /// <summary>The text of EXPLAIN.</summary>
    public string? Text { get; init; }

    /// <summary>The job that was started.</summary>
    public string? JobId { get; init; }

    /// <summary>Lines for people.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];

    /// <summary>What works, but probably not as it is meant.</summary>
    public IReadOnlyList<ProblemError> Warnings { get; init; } = [];

    /// <summary>What it failed with.</summary>
    public Problem? Error { get; init; }

    /// <summary>The first rows, where the answer has waited for them.</summary>
    public ResultPage? Results { get; init; }
}

/// <summary>Rows of a result.</summary>
public sealed record ResultPage
{
    /// <summary>Where the page begins: the number of rows before it.</summary>
    public required long Cursor { get; init; }

    /// <summary>Where the next page begins; asking for it lets the server forget what is before.</summary>
    public required long Next { get; init; }

    /// <summary>There are no rows behind this page.</summary>
    public required bool IsComplete { get; init; }

    /// <summary>For each row whether it comes or goes: <c>+I</c>, <c>-U</c>, <c>+U</c>, <c>-D</c>; null where all come.</summary>
    public IReadOnlyList<string>? Ops { get; init; }

    /// <summary>The rows: an array of values each, in the order of the columns.</summary>
    public required IReadOnlyList<JsonElement> Rows { get; init; }

    /// <summary>How far the query is.</summary>
    public ProgressInfo? Progress { get; init; }
}

/// <summary>What a job or query has done so far.</summary>
/// <param name="RowsIn">Rows read.</param>
/// <param name="RowsOut">Rows written.</param>
/// <param name="LateRows">Rows dropped because their windows were closed.</param>
/// <param name="BadRows">Rows that could not be decoded.</param>
/// <param name="WatermarkMicros">The lowest watermark of the sources, in microseconds since 1970; null if there is none.</param>
/// <param name="Share">How much of all input has been read, from 0 to 1; null where that is not known.</param>
/// <param name="Reason">What is wrong at the moment; null if all is well.</param>
public sealed record ProgressInfo(long RowsIn, long RowsOut, long LateRows, long BadRows, long? WatermarkMicros, double? Share, string? Reason);

/// <summary>POST /v1/scripts.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ScriptRequest
{
    /// <summary>The script.</summary>
    public required string Sql { get; init; }

    /// <summary>Name of its jobs; two of them must not run under it at once.</summary>
    public string? Name { get; init; }

    /// <summary>Options that hold from the beginning, as SET gives them.</summary>
    public IReadOnlyDictionary<string, string>? Settings { get; init; }

    /// <summary><c>own</c>: its tables are its own; <c>server</c>: it uses and changes the server's catalog.</summary>
    public string? Catalog { get; init; }

    /// <summary>It is planned and not executed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Check { get; init; }

    /// <summary>With <see cref="Check"/>: it may have queries, for its statements will be executed one by one in a session.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool AllowQueries { get; init; }

    /// <summary>A checkpoint or savepoint that its job starts from, as the server sees it.</summary>
    public string? RestorePath { get; init; }
}

/// <summary>What became of a script.</summary>
/// <param name="Jobs">The jobs that it started, in order.</param>
/// <param name="Notices">Lines for people.</param>
/// <param name="Warnings">What works, but probably not as it is meant.</param>
public sealed record ScriptResult(IReadOnlyList<JobInfo> Jobs, IReadOnlyList<string> Notices, IReadOnlyList<ProblemError> Warnings);
