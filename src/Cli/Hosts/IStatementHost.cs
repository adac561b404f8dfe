using SqlStream.Cli.Output;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Time;
using SqlStream.Parser;

namespace SqlStream.Cli.Hosts;

/// <summary>Where statements are executed: the engine of this process, or a server. Not thread-safe, but for the vocabulary.</summary>
interface IStatementHost : IAsyncDisposable
{
    /// <summary>The names that a statement may use.</summary>
    IHostVocabulary Vocabulary { get; }

    /// <summary>Jobs that run and end with this process.</summary>
    int JobsOfProcess { get; }

    /// <summary>How far the job is that the statement waits for which is being executed; null where it waits for none, or it is not known. Thread-safe.</summary>
    QueryProgress? Waiting { get; }

    /// <summary>Executes a statement.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="source">The text that it stands in.</param>
    /// <param name="asJson">Rows will be written as JSON; otherwise as text.</param>
    /// <param name="cancellation">Cancels it, on a server too.</param>
    Task<HostResult> ExecuteAsync(ParsedStatement statement, SourceText source, bool asJson, CancellationToken cancellation);

    /// <summary>Plans the statements of a script and executes none. Raises every error; returns the warnings.</summary>
    Task<IReadOnlyList<Diagnostic>> CheckAsync(IReadOnlyList<ParsedStatement> statements, SourceText source);

    /// <summary>A line a job: the columns of <see cref="Shell.JobTexts.Columns"/>.</summary>
    IReadOnlyList<string?[]> JobRows();

    /// <summary>What a checkpoint of a job holds of each operator: the columns of <see cref="OperatorSizes.Columns"/>.</summary>
    IReadOnlyList<string?[]> CheckpointRows(string job, long checkpoint);

    /// <summary>Does what the first statement would have to wait for.</summary>
    void WarmUp();

    /// <summary>Stops the jobs that would end with this process, each with a last checkpoint.</summary>
    Task StopJobsAsync(Func<string, Task> say);
}

/// <summary>The names that a statement may use: what completion offers and listings show.</summary>
interface IHostVocabulary
{
    /// <summary>Tables and views.</summary>
    IReadOnlyList<HostTable> Tables { get; }

    /// <summary>Catalogs and databases.</summary>
    IReadOnlyList<string> NameSpaces { get; }

    /// <summary>Functions, each with its signatures.</summary>
    IReadOnlyList<(string Name, string Signature)> Functions { get; }

    /// <summary>Connectors.</summary>
    IReadOnlyList<IConnector> Connectors { get; }

    /// <summary>Formats.</summary>
    IReadOnlyList<IFormat> Formats { get; }
}

/// <summary>A table or view.</summary>
/// <param name="Name">The shortest text that names it.</param>
/// <param name="Kind"><c>table</c> or <c>view</c>.</param>
/// <param name="Connector">What holds its rows; null for a view.</param>
/// <param name="Columns">Its columns.</param>
sealed record HostTable(string Name, string Kind, string? Connector, IReadOnlyList<ResultColumn> Columns);

/// <summary>What a statement gives.</summary>
/// <param name="Warnings">What works, but probably not as it is meant.</param>
abstract record HostResult(IReadOnlyList<Diagnostic> Warnings);

/// <summary>It was carried out.</summary>
sealed record HostDone(IReadOnlyList<Diagnostic> Warnings, IReadOnlyList<string> Notices) : HostResult(Warnings);

/// <summary>Text as it stands.</summary>
sealed record HostText(IReadOnlyList<Diagnostic> Warnings, string Text) : HostResult(Warnings);

/// <summary>A short table; dispose its rows.</summary>
sealed record HostListing(IReadOnlyList<Diagnostic> Warnings, IReadOnlyList<ResultColumn> Columns, IResultBatch Rows) : HostResult(Warnings);

/// <summary>A query that runs.</summary>
sealed record HostQueryResult(IReadOnlyList<Diagnostic> Warnings, IHostQuery Query) : HostResult(Warnings);

/// <summary>A job that was started; null if there was nothing left to do.</summary>
sealed record HostJobResult(IReadOnlyList<Diagnostic> Warnings, IHostJob? Job, string Notice) : HostResult(Warnings);

/// <summary>A query that runs. One reader; its progress may be asked for from anywhere.</summary>
interface IHostQuery
{
    IReadOnlyList<ResultColumn> Columns { get; }

    /// <summary>Rows come with kinds other than +I.</summary>
    bool IsUpdating { get; }

    /// <summary>It ends by itself.</summary>
    bool IsBounded { get; }

    /// <summary>How far it is.</summary>
    QueryProgress Progress { get; }

    /// <summary>Waits for the next rows; null when it has ended. The caller disposes them. Throws what it failed with.</summary>
    IResultBatch? Next(CancellationToken cancellation);

    /// <summary>Ends it.</summary>
    Task CloseAsync();
}

/// <summary>How far a query is.</summary>
/// <param name="RowsIn">Rows read.</param>
/// <param name="LateRows">Rows that came when their windows were closed.</param>
/// <param name="BadRows">Rows that could not be read.</param>
/// <param name="Watermark">The lowest watermark.</param>
/// <param name="Share">How much of all input has been read, from 0 to 1.</param>
/// <param name="Reason">What is wrong at the moment.</param>
sealed record QueryProgress(long RowsIn, long LateRows, long BadRows, EventTime? Watermark, double? Share, string? Reason);

/// <summary>A job that was started.</summary>
interface IHostJob
{
    string Id { get; }

    string Name { get; }

    /// <summary>Ends when it has ended.</summary>
    Task Completion { get; }

    /// <summary>What it failed with; null while it runs, and if it did not fail.</summary>
    Exception? Error { get; }

    /// <summary>How it has ended, as a line for people.</summary>
    string EndText(TimeSpan time);

    /// <summary>Told of what happens to it.</summary>
    void Listen(Action<string> notice);
}
