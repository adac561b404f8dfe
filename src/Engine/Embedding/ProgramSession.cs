using System.Globalization;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Engine.Push;
using SqlStream.Engine.Results;
using SqlStream.Engine.Runs;
using SqlStream.Engine.Sessions;
using SqlStream.Engine.Values;
using SqlStream.Execution;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Catalog;

namespace SqlStream.Engine.Embedding;

/// <summary>The session of the program that embeds the engine: one catalog, used by any thread, one statement at a time. Rows are read and written
/// beside statements.</summary>
sealed class ProgramSession(SqlStreamEngine engine) : IDisposable
{
    const string SyncKey = "table.dml-sync";

    readonly SemaphoreSlim _gate = new(1);
    readonly Session _session = engine.OpenSession();
    int _inserts;

    public void Dispose() => _gate.Dispose();

    /// <summary>Executes statements one after the other; a query among them is refused.</summary>
    public async Task<IReadOnlyList<StatementResult>> ExecuteAsync(string sql, CancellationToken cancellation)
    {
        var source = new SourceText(sql);
        var statements = Session.Parse(source);
        if (statements.FirstOrDefault(statement => statement.Syntax is QueryStatement) is { } query)
            throw EmbeddingErrors.QueryInExecute(query.Syntax.Span);
        using var turn = await TurnAsync(cancellation).ConfigureAwait(false);
        var results = new List<StatementResult>();
        foreach (var statement in statements)
            results.Add(await _session.ExecuteAsync(statement, source, cancellation).ConfigureAwait(false));
        return results;
    }

    /// <summary>Executes one statement of any kind.</summary>
    public async Task<StatementResult> SingleAsync(string sql, CancellationToken cancellation)
    {
        var source = new SourceText(sql);
        var statements = Session.Parse(source);
        if (statements.Count != 1)
            throw EmbeddingErrors.NotOneStatement(statements.Count);
        using var turn = await TurnAsync(cancellation).ConfigureAwait(false);
        return await _session.ExecuteAsync(statements[0], source, cancellation).ConfigureAwait(false);
    }

    /// <summary>Starts the job of a statement and does not wait for it.</summary>
    public async Task<Job> StartAsync(string sql, string? restoreFrom, CancellationToken cancellation)
    {
        var source = new SourceText(sql);
        var statements = Session.Parse(source);
        if (statements.Count != 1)
            throw EmbeddingErrors.NotOneStatement(statements.Count);
        using var turn = await TurnAsync(cancellation).ConfigureAwait(false);
        return await StartAsync(statements[0], source, restoreFrom, cancellation).ConfigureAwait(false);
    }

    /// <summary>Ends the job of a query.</summary>
    public Task CloseAsync(QueryResult query) => _session.CloseAsync(query);

    /// <summary>A writer of a push table.</summary>
    public async Task<PushWriter<T>> OpenWriterAsync<T>(string table, CancellationToken cancellation)
    {
        using var turn = await TurnAsync(cancellation).ConfigureAwait(false);
        var definition = Find(table);
        return IsPushed(definition) ? new PushWriter<T>(PushTableOf(definition)) : throw EmbeddingErrors.NotPushed(definition);
    }

    /// <summary>Writes rows into a table, by a job of their own, and waits until they are there.</summary>
    public async Task<long> InsertAsync<T>(string table, IAsyncEnumerable<T> rows, CancellationToken cancellation)
    {
        var (job, writer, name) = await BeginInsertAsync<T>(table, cancellation).ConfigureAwait(false);
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
            // Said below: the job has failed while there were rows to write.
        }
        finally
        {
            job.Cancel();
            await ends.ConfigureAwait(false);
            engine.Jobs.Remove(job);
            using var turn = await TurnAsync(CancellationToken.None).ConfigureAwait(false);
            await RunAsync($"DROP TEMPORARY TABLE {name}").ConfigureAwait(false);
        }
        job.ThrowIfFailed();
        return count;
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
        using var turn = await TurnAsync(cancellation).ConfigureAwait(false);
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

    async Task<Job> StartAsync(Parser.ParsedStatement statement, SourceText source, string? restoreFrom, CancellationToken cancellation)
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
        var source = new SourceText($"DROP TABLE {table}");
        if (Session.Parse(source) is not [{ Syntax: DropStatement { Name: var name } }])
            throw EmbeddingErrors.NoTableName(table);
        var catalog = _session.Catalog;
        string[] parts = [.. name.Parts.Select(part => part.Text)];
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

    async Task<Turn> TurnAsync(CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation).ConfigureAwait(false);
        return new Turn(_gate);
    }

    readonly struct Turn(SemaphoreSlim gate) : IDisposable
    {
        public void Dispose() => gate.Release();
    }
}
