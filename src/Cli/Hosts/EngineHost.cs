using System.Text.Json;
using SqlStream.Cli.Output;
using SqlStream.Cli.Shell;
using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;
using SqlStream.Engine;
using SqlStream.Engine.Results;
using SqlStream.Engine.Sessions;
using SqlStream.Execution;
using SqlStream.Parser;

namespace SqlStream.Cli.Hosts;

/// <summary>Executes statements in a session of the engine of this process.</summary>
/// <param name="engine">The engine.</param>
/// <param name="session">The session.</param>
/// <param name="cancelsJobs">A statement that is canceled while it waits for its job cancels that, too; otherwise the job goes on.</param>
sealed class EngineHost(SqlStreamEngine engine, Session session, bool cancelsJobs = false) : IStatementHost
{
    static readonly TimeSpan _stopMax = TimeSpan.FromSeconds(10);

    public IHostVocabulary Vocabulary => new Names(session.Vocabulary);

    public QueryProgress? Waiting => session.Awaited is { Status: JobStatus.Running or JobStatus.Restarting } job ? ProgressOf(job) : null;

    public int JobsOfProcess => engine.Jobs.All.Count(job => job.Status is JobStatus.Running or JobStatus.Restarting);

    public async Task<HostResult> ExecuteAsync(ParsedStatement statement, SourceText source, bool asJson, CancellationToken cancellation)
    {
        var result = await ExecuteAsync(statement, source, cancellation).ConfigureAwait(false);
        return result switch
        {
            DoneResult done => new HostDone(done.Warnings, done.Notices),
            TextResult text => new HostText(text.Warnings, text.Text),
            TableResult table => new HostListing(table.Warnings, Columns(table.Columns), Rows(table)),
            QueryResult query => new HostQueryResult(query.Warnings, new EngineQuery(session, query)),
            JobResult job => new HostJobResult(job.Warnings, job.Job is null ? null : new EngineJob(job.Job), job.Notice),
            _ => throw new EngineBugException($"result {result.GetType().Name} has no case"),
        };
    }

    public Task<IReadOnlyList<Diagnostic>> CheckAsync(IReadOnlyList<ParsedStatement> statements, SourceText source) => Task.FromResult(session.Check(statements, source));

    public IReadOnlyList<string?[]> JobRows() => JobTexts.Rows(engine.Jobs.All);

    public IReadOnlyList<string?[]> CheckpointRows(string job, long checkpoint)
    {
        var known = engine.Jobs.Find(job).Checkpoints;
        var found = known.FirstOrDefault(one => one.CheckpointId == checkpoint) ?? throw ShellErrors.NoSuchCheckpoint(job, checkpoint, known.Count);
        return OperatorSizes.Rows(found.Operators);
    }

    public void WarmUp()
    {
        try
        {
            var source = new SourceText("EXPLAIN SELECT 1 AS a");
            _ = engine.OpenSession().ExecuteAsync(Session.Parse(source)[0], source, CancellationToken.None);
        }
        catch (SqlException)
        {
            // The settings may be ones that no statement can work with; the first real one will say so.
            return;
        }
    }

    public async Task StopJobsAsync(Func<string, Task> say)
    {
        foreach (var job in engine.Jobs.All.Where(job => job.Status is JobStatus.Running or JobStatus.Restarting))
        {
            await say($"stopping job {job.Id[..JobTexts.IdLength]} ({job.Name})").ConfigureAwait(false);
            try
            {
                await job.StopAsync(StopKind.Stop, null).WaitAsync(_stopMax).ConfigureAwait(false);
                await job.Completion.WaitAsync(_stopMax).ConfigureAwait(false);
            }
            catch (Exception e) when (e is TimeoutException or SqlException or ExternalException)
            {
                await say($"job {job.Id[..JobTexts.IdLength]} ended without a last checkpoint: {e.Message}").ConfigureAwait(false);
            }
        }
    }

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    static IReadOnlyList<ResultColumn> Columns(Schema schema) =>
        [.. schema.Fields.Select(column => new ResultColumn(column.Name, column.Type.WithNullability(true).ToString()))];

    static QueryProgress ProgressOf(Job job)
    {
        var progress = job.Progress();
        return new QueryProgress(progress.RowsIn, progress.LateRows, progress.BadRows, progress.Watermark, progress.Share, job.Reason);
    }

    async Task<StatementResult> ExecuteAsync(ParsedStatement statement, SourceText source, CancellationToken cancellation)
    {
        try
        {
            return await session.ExecuteAsync(statement, source, cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancelsJobs && session.Awaited is not null)
        {
            var job = session.Awaited;
            job.Cancel();
            await job.Completion.ConfigureAwait(false);
            throw;
        }
    }

    EngineBatch Rows(TableResult table)
    {
        using var rows = new BatchBuilder(table.Columns, new ColumnPool());
        foreach (var row in table.Rows)
        {
            for (var i = 0; i < row.Count; i++)
                PlanValue.Append(rows[i], row[i]);
            rows.EndRow();
        }
        return new EngineBatch(rows.Build(), new Forms(session, table.Columns));
    }

    sealed class Names(SessionVocabulary vocabulary) : IHostVocabulary
    {
        public IReadOnlyList<HostTable> Tables =>
            [.. vocabulary.Tables.Select(table => new HostTable(
                table.Name, table.Kind, table.Connector, [.. table.Columns.Fields.Select(column => new ResultColumn(column.Name, column.Type.ToString()))]))];

        public IReadOnlyList<string> NameSpaces => vocabulary.NameSpaces;

        public IReadOnlyList<(string Name, string Signature)> Functions => vocabulary.Functions;

        public IReadOnlyList<IConnector> Connectors => vocabulary.Connectors;

        public IReadOnlyList<IFormat> Formats => vocabulary.Formats;
    }

    // Made when they are asked for: of the two a result is written in one.
    sealed class Forms(Session session, Schema schema)
    {
        ResultText? _text;
        ResultJson? _json;

        public ResultText Text => _text ??= session.TextOf(schema);

        public ResultJson Json => _json ??= session.JsonOf(schema);
    }

    sealed class EngineBatch(Batch batch, Forms forms) : IResultBatch
    {
        public int Rows => batch.Rows;

        public IEnumerable<(RowKind Kind, string?[] Values)> Texts(int skip = 0) => forms.Text.Rows(batch, skip);

        public void Json(Action<RowKind, Action<Utf8JsonWriter>> write) => forms.Json.Write(batch, write);

        public void Dispose() => batch.Release();
    }

    sealed class EngineQuery(Session session, QueryResult query) : IHostQuery
    {
        readonly Forms _forms = new(session, query.Job.Results!.Schema);

        public IReadOnlyList<ResultColumn> Columns { get; } = EngineHost.Columns(query.Job.Results!.Schema);

        public bool IsUpdating => query.IsUpdating;

        public bool IsBounded => query.IsBounded;

        public QueryProgress Progress => ProgressOf(query.Job);

        public IResultBatch? Next(CancellationToken cancellation) =>
            query.Job.Results!.Next(cancellation) is { } batch ? new EngineBatch(batch, _forms) : null;

        public Task CloseAsync() => session.CloseAsync(query);
    }
}

/// <summary>A job of the engine of this process.</summary>
sealed class EngineJob(Job job) : IHostJob
{
    /// <summary>The job itself.</summary>
    public Job Job => job;

    public string Id => job.Id;

    public string Name => job.Name;

    public Task Completion => job.Completion;

    public Exception? Error => job.Status == JobStatus.Failed ? job.Error : null;

    public string EndText(TimeSpan time) => JobTexts.End(job, time);

    public void Listen(Action<string> notice) => job.Notice += notice;
}
