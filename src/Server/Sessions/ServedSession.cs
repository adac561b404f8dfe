using System.Globalization;
using SqlStream.Client;
using SqlStream.Core.Diagnostics;
using SqlStream.Engine.Sessions;
using SqlStream.Parser;
using SqlStream.Parser.Syntax;

namespace SqlStream.Server.Sessions;

/// <summary>A session of the API. Its statements begin one after the other; queries that have begun run beside one another. Thread-safe.</summary>
sealed class ServedSession : IAsyncDisposable
{
    readonly Lock _lock = new();
    readonly SemaphoreSlim _turn = new(1);
    readonly List<ServedStatement> _statements = [];
    readonly Session _session;
    readonly SessionTable _table;
    string? _stored;
    long _used;
    int _lastStatement;
    bool _isClosed;

    public ServedSession(SessionTable table, Session session, string id, string name, DateTimeOffset openedAt)
    {
        _table = table;
        _session = session;
        Id = id;
        Name = name;
        OpenedAt = openedAt;
        Touch();
    }

    /// <summary>Its id.</summary>
    public string Id { get; }

    /// <summary>What its user calls it.</summary>
    public string Name { get; }

    /// <summary>When it was opened.</summary>
    public DateTimeOffset OpenedAt { get; }

    /// <summary>How long nobody has used it.</summary>
    public TimeSpan Idle => _table.Clock.GetElapsedTime(Interlocked.Read(ref _used));

    /// <summary>The session as the API shows it.</summary>
    public SessionInfo Info()
    {
        lock (_lock)
        {
            return new SessionInfo(
                Id, Name, OpenedAt, (long)Idle.TotalMilliseconds, (long)_table.Limits.SessionIdleTimeout.TotalMilliseconds, _session.CurrentCatalog, _session.CurrentDatabase,
                new SortedDictionary<string, string>(_session.Settings.ToDictionary(), StringComparer.Ordinal), [.. _statements.Select(statement => statement.Id)]);
        }
    }

    /// <summary>The names that its statements may use.</summary>
    public async Task<VocabularyInfo> VocabularyAsync(CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            _session.Refresh();
            var vocabulary = _session.Vocabulary;
            return new VocabularyInfo(
                [.. vocabulary.Tables.Select(table => new TableInfo(
                    table.Name, table.Kind, table.Connector, [.. table.Columns.Fields.Select(column => new ColumnInfo(column.Name, column.Type.ToString()))]))],
                vocabulary.NameSpaces);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Somebody uses it.</summary>
    public void Touch() => Interlocked.Exchange(ref _used, _table.Clock.GetTimestamp());

    /// <summary>The statement of that id.</summary>
    public ServedStatement Statement(string id)
    {
        lock (_lock)
            return _statements.Find(statement => statement.Id == id) ?? throw ServerErrors.NoSuchStatement(id);
    }

    /// <summary>Begins a statement, which is known from then on.</summary>
    public ServedStatement Begin(SourceText source, bool asText)
    {
        var parsed = SqlParser.Parse(source).StatementsOrThrow();
        if (parsed is not [var one])
            throw ServerErrors.NotOneStatement(parsed.Count);
        var statement = Add(source, asText);
        _ = RunAsync(statement, one, source);
        return statement;
    }

    /// <summary>Forgets a statement; one that runs is canceled.</summary>
    public async Task RemoveAsync(ServedStatement statement)
    {
        statement.Cancel();
        await statement.Ended.ConfigureAwait(false);
        lock (_lock)
            _statements.Remove(statement);
        statement.Dispose();
    }

    /// <summary>Sets the session up; raises what is wrong.</summary>
    public void Set(Action<Session> change)
    {
        change(_session);
        _session.Run = _table.Jobs.Ledger();
        Store();
    }

    public async ValueTask DisposeAsync()
    {
        List<ServedStatement> statements;
        lock (_lock)
        {
            _isClosed = true;
            statements = [.. _statements];
        }
        foreach (var statement in statements)
            statement.Cancel();
        await Task.WhenAll(statements.Select(statement => statement.Ended)).ConfigureAwait(false);
    }

    ServedStatement Add(SourceText source, bool asText)
    {
        lock (_lock)
        {
            if (_isClosed)
                throw ServerErrors.NoSuchSession(Id);
            if (_statements.Count >= _table.Limits.StatementsMax)
            {
                var ended = _statements.Find(statement => statement.HasEnded) ?? throw ServerErrors.TooManyStatements(_table.Limits.StatementsMax);
                _statements.Remove(ended);
            }
            var statement = new ServedStatement((++_lastStatement).ToString(CultureInfo.InvariantCulture), source, asText, _table.Limits.ResultBytesMax);
            _statements.Add(statement);
            return statement;
        }
    }

    async Task RunAsync(ServedStatement statement, ParsedStatement parsed, SourceText source)
    {
        try
        {
            await _turn.WaitAsync(statement.Cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException e)
        {
            statement.Failed(e);
            return;
        }
        var changes = parsed.Syntax is not (QueryStatement or InsertStatement or ExplainStatement or ShowStatement or DescribeStatement);
        try
        {
            using var catalogTurn = changes && !WaitsForJob(parsed.Syntax) ? await _table.CatalogTurnAsync(statement.Cancellation).ConfigureAwait(false) : null;
            _session.Refresh();
            statement.Succeeded(_session, await _session.ExecuteAsync(parsed, source, statement.Cancellation).ConfigureAwait(false));
            if (changes)
            {
                await _table.Jobs.SettleAsync().ConfigureAwait(false);
                Store();
            }
        }
#pragma warning disable CA1031 // Told to whoever asks for the statement.
        catch (Exception e)
#pragma warning restore CA1031
        {
            statement.Failed(e);
        }
        finally
        {
            _turn.Release();
            Touch();
        }
    }

    // What waits for a job must not keep others from changing the catalog: the table of CREATE TABLE AS is there at once, its job may take for ever.
    static bool WaitsForJob(StatementSyntax syntax) => syntax is CheckpointStatement or SavepointStatement or StopJob or StatementSet or DeleteStatement or UpdateStatement
        or CreateTable { Query: not null };

    void Store()
    {
        var stored = _session.Store(Id, Name, OpenedAt);
        lock (_lock)
        {
            if (!_isClosed)
                _stored = _table.Files.Put(stored, _stored);
        }
    }
}
