using System.Globalization;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Engine.Push;
using SqlStream.Engine.Results;
using SqlStream.Engine.Runs;
using SqlStream.Engine.Sessions;
using SqlStream.Engine.Values;
using SqlStream.Execution;
using SqlStream.Parser;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Catalog;

namespace SqlStream.Engine.Embedding;

/// <summary>The session of the program that embeds the engine: one catalog, used by any thread, one statement at a time. Rows are read and written
/// beside statements.</summary>
/// <remarks>The end of the engine ends the statement that is being executed and those that wait: each raises <see cref="ObjectDisposedException"/>.</remarks>
#pragma warning disable CA1001 // Neither has a handle to release, and who waits for them may still do.
sealed class ProgramSession(SqlStreamEngine engine)
#pragma warning restore CA1001
{
    const string SyncKey = "table.dml-sync";

    readonly SemaphoreSlim _gate = new(1);
    readonly CancellationTokenSource _closing = new();
    readonly Session _session = engine.OpenSession();
    int _inserts;

    /// <summary>Nothing is executed from now on. Ends when what was being executed has ended.</summary>
    public async Task CloseAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        // It does not come back: whoever waits for it is let go by the other.
        await _gate.WaitAsync().ConfigureAwait(false);
    }

    /// <summary>Raises that the engine was disposed, where it was.</summary>
    public void EnsureOpen() => ObjectDisposedException.ThrowIf(_closing.IsCancellationRequested, engine);

    /// <summary>Executes statements one after the other; a query among them is refused.</summary>
    public async Task<IReadOnlyList<StatementResult>> ExecuteAsync(string sql, CancellationToken cancellation)
    {
        EnsureOpen();
        var source = SourceOf(sql);
        var statements = Session.Parse(source);
        if (statements.FirstOrDefault(statement => statement.Syntax is QueryStatement) is { } query)
            throw EmbeddingErrors.QueryInExecute(query.Syntax.Span);
        return await InTurnAsync<IReadOnlyList<StatementResult>>(async stop =>
        {
            var results = new List<StatementResult>();
            foreach (var statement in statements)
            {
                results.Add(await _session.ExecuteAsync(statement, source, stop).ConfigureAwait(false));
                ThrowIfNotDone(results[^1]);
            }
            return results;
        }, cancellation).ConfigureAwait(false);
    }

    /// <summary>Executes one statement of any kind.</summary>
    public async Task<StatementResult> SingleAsync(string sql, CancellationToken cancellation)
    {
        EnsureOpen();
        var source = SourceOf(sql);
        var statement = Single(source);
        return await InTurnAsync(stop => _session.ExecuteAsync(statement, source, stop), cancellation).ConfigureAwait(false);
    }

    /// <summary>Starts the job of a statement and does not wait for it.</summary>
    public async Task<Job> StartAsync(string sql, string? restoreFrom, CancellationToken cancellation)
    {
        EnsureOpen();
        var source = SourceOf(sql);
        var statement = Single(source);
        return await InTurnAsync(stop => StartAsync(statement, source, restoreFrom, stop), cancellation).ConfigureAwait(false);
    }

    /// <summary>Ends the job of a query.</summary>
    public Task CloseAsync(QueryResult query) => _session.CloseAsync(query);

    /// <summary>A writer of a push table.</summary>
    public Task<PushWriter<T>> OpenWriterAsync<T>(string table, CancellationToken cancellation) => InTurnAsync(_ =>
    {
        var definition = Find(table);
        return Task.FromResult(IsPushed(definition) ? new PushWriter<T>(PushTableOf(definition)) : throw EmbeddingErrors.NotPushed(definition));
    }, cancellation);

    /// <summary>Writes rows into a table, by a job of their own, and waits until they are there.</summary>
    public async Task<long> InsertAsync<T>(string table, IAsyncEnumerable<T> rows, CancellationToken cancellation)
    {
        var (job, writer, name) = await InTurnAsync(stop => BeginInsertAsync<T>(table, stop), cancellation).ConfigureAwait(false);
        if (job is null)
            return await WriteAsync(writer, rows, cancellation).ConfigureAwait(false);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var ends = job.Completion.ContinueWith(_ => over.Cancel(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        var count = 0L;
        try
        {
            count = await WriteAsync(writer, rows, over.Token).ConfigureAwait(false);
            writer.Complete();
            await job.Completion.WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested && job.Completion.IsCompleted)
        {
            // Said below: the job has ended while there were rows to write.
        }
        finally
        {
            job.Cancel();
            await ends.ConfigureAwait(false);
            engine.Jobs.Remove(job);
            await DropAsync(name).ConfigureAwait(false);
        }
        job.ThrowIfFailed();
        if (job.Status == JobStatus.Finished)
            return count;
        EnsureOpen();
        throw EmbeddingErrors.InsertEnded(table, job.Status.ToString().ToUpperInvariant());
    }

    async Task DropAsync(string name)
    {
        try
        {
            await InTurnAsync(async _ =>
            {
                await RunAsync($"DROP TEMPORARY TABLE {name}").ConfigureAwait(false);
                return true;
            }, CancellationToken.None).ConfigureAwait(false);
        }
        catch (ObjectDisposedException)
        {
            // It has gone with the engine.
            return;
        }
    }

    static async Task<long> WriteAsync<T>(PushWriter<T> writer, IAsyncEnumerable<T> rows, CancellationToken cancellation)
    {
        var count = 0L;
        await foreach (var row in rows.WithCancellation(cancellation).ConfigureAwait(false))
        {
            await writer.WriteAsync(row, cancellation).ConfigureAwait(false);
            count++;
        }
        return count;
    }

    // A table that lives as long as the insert, a statement that reads it, and a writer.
    async Task<(Job? Job, PushWriter<T> Writer, string Name)> BeginInsertAsync<T>(string table, CancellationToken cancellation)
    {
        var target = Find(table);
        if (IsPushed(target))
            return (null, new PushWriter<T>(PushTableOf(target)), "");
        var schema = new Schema([.. target.PhysicalColumns.Select(column => new Field(column.Name, column.Type))]);
        var written = schema.Select(RowWriters.ColumnsOf<T>(schema));
        var name = Quote(string.Create(CultureInfo.InvariantCulture, $"rows${++_inserts}"));
        var columns = string.Join(", ", written.Fields.Select(field => Quote(field.Name)));
        var types = string.Join(", ", written.Fields.Select(field => $"{Quote(field.Name)} {field.Type}"));
        await RunAsync($"CREATE TEMPORARY TABLE {name} ({types}) WITH ('connector' = '{PushConnector.ConnectorName}', '{PushConnector.BoundedKey}' = 'true')")
            .ConfigureAwait(false);
        try
        {
            var writer = new PushWriter<T>(PushTableOf(Find(name)));
            var source = new SourceText($"INSERT INTO {Name(target)} ({columns}) SELECT {columns} FROM {name}");
            return (await StartAsync(Session.Parse(source)[0], source, null, cancellation).ConfigureAwait(false), writer, name);
        }
        catch
        {
            await RunAsync($"DROP TEMPORARY TABLE {name}").ConfigureAwait(false);
            throw;
        }
    }

    async Task<Job> StartAsync(ParsedStatement statement, SourceText source, string? restoreFrom, CancellationToken cancellation)
    {
        var waits = _session.Settings.GetValueOrDefault(SyncKey);
        if (waits is not null)
            _session.Set(SyncKey, "false");
        if (restoreFrom is not null)
            _session.Run = ScriptRun.Open(engine, source.Text, new RestoreMode(RestoreKind.Path, restoreFrom), discardUnfinished: false);
        try
        {
            var result = await _session.ExecuteAsync(statement, source, cancellation).ConfigureAwait(false);
            if (result is QueryResult query)
                await _session.CloseAsync(query).ConfigureAwait(false);
            return result is JobResult { Job: { } job } ? job : throw EmbeddingErrors.StartsNoJob(statement.Syntax.Span);
        }
        finally
        {
            _session.Run = null;
            if (waits is not null)
                _session.Set(SyncKey, waits);
        }
    }

    async Task RunAsync(string sql)
    {
        var source = new SourceText(sql);
        await _session.ExecuteAsync(Session.Parse(source)[0], source, CancellationToken.None).ConfigureAwait(false);
    }

    TableDefinition Find(string table)
    {
        var catalog = _session.Catalog;
        string[] parts = [.. NameOf(table).Parts.Select(part => part.Text)];
        var full = parts switch
        {
            [var one] => new ObjectName(catalog.CurrentCatalog, catalog.CurrentDatabase, one),
            [var database, var one] => new ObjectName(catalog.CurrentCatalog, database, one),
            [var first, var database, var one] => new ObjectName(first, database, one),
            _ => throw EmbeddingErrors.NoTableName(table),
        };
        return catalog.Find(full) switch
        {
            TableDefinition found => found,
            null => throw EmbeddingErrors.NoTable(table, catalog.Objects.OfType<TableDefinition>().Select(known => known.Name.Name)),
            _ => throw EmbeddingErrors.NoTableName(table),
        };
    }

    static QualifiedName NameOf(string table)
    {
        ArgumentNullException.ThrowIfNull(table);
        return SqlParser.Parse(new SourceText($"DROP TABLE {table}")) is { Diagnostics.Count: 0, Statements: [{ Syntax: DropStatement { Name: var name, IfExists: false } }] }
            ? name
            : throw EmbeddingErrors.NoTableName(table);
    }

    // Making the source gets the table that belongs to the definition, and checks its options.
    PushTable PushTableOf(TableDefinition definition)
    {
        var (connector, table) = Planner.SqlPlanner.Connect(definition, engine.Root.Connectors);
        connector.CreateSource(table, engine.Root.Connectors.Formats);
        return engine.Root.PushTables.Get(table, 0);
    }

    static bool IsPushed(TableDefinition table) => table.Options.Text("connector") == PushConnector.ConnectorName;

    static string Name(TableDefinition table) => $"{Quote(table.Name.Catalog)}.{Quote(table.Name.Database)}.{Quote(table.Name.Name)}";

    static string Quote(string name) => $"`{name.Replace("`", "``", StringComparison.Ordinal)}`";

    // A statement that has waited for its job has failed with it.
    void ThrowIfNotDone(StatementResult result)
    {
        if (result is not JobResult { Job: { } job } || _session.Settings.GetValueOrDefault(SyncKey) != "true")
            return;
        job.ThrowIfFailed();
        if (job.Status != JobStatus.Canceled)
            return;
        EnsureOpen();
        throw EmbeddingErrors.JobCanceled(job.Id);
    }

    static SourceText SourceOf(string sql)
    {
        ArgumentNullException.ThrowIfNull(sql);
        return new SourceText(sql);
    }

    static ParsedStatement Single(SourceText source)
    {
        var statements = Session.Parse(source);
        return statements.Count == 1 ? statements[0] : throw EmbeddingErrors.NotOneStatement(statements.Count);
    }

    // One at a time.
    async Task<T> InTurnAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellation)
    {
        EnsureOpen();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _closing.Token);
        try
        {
            await _gate.WaitAsync(either.Token).ConfigureAwait(false);
            try
            {
                EnsureOpen();
                return await work(either.Token).ConfigureAwait(false);
            }
            finally
            {
                _gate.Release();
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            EnsureOpen();
            throw;
        }
    }
}
