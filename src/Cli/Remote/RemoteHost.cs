using SqlStream.Cli.Commands;
using SqlStream.Cli.Hosts;
using SqlStream.Cli.Output;
using SqlStream.Client;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Engine.Sessions;
using SqlStream.Parser;

namespace SqlStream.Cli.Remote;

/// <summary>Executes statements in a session of a server.</summary>
sealed class RemoteHost : IStatementHost
{
    const int FirstWaitMs = 200;
    const int WaitMs = 2000;
    const int PageRows = 5000;
    static readonly TimeSpan _heartbeat = TimeSpan.FromMinutes(2);
    static readonly TimeSpan _vocabularyMax = TimeSpan.FromMilliseconds(500);

    readonly SqlStreamClient _client;
    readonly string _session;
    readonly IReadOnlyDictionary<string, string> _settings;
    readonly ITimer _timer;
    (long Time, Names Names)? _names;

    RemoteHost(SqlStreamClient client, string session, IReadOnlyDictionary<string, string> settings)
    {
        _client = client;
        _session = session;
        _settings = settings;
        // Somebody who thinks for an hour finds his session again.
        _timer = TimeProvider.System.CreateTimer(_ => _ = BeatAsync(), null, _heartbeat, _heartbeat);
    }

    /// <summary>Opens a session.</summary>
    public static async Task<RemoteHost> OpenAsync(ServerAddress address, IReadOnlyDictionary<string, string> settings, CancellationToken cancellation)
    {
        var client = new SqlStreamClient(address);
        try
        {
            var session = await client.OpenSessionAsync(new OpenSessionRequest("sqlstream shell", settings), cancellation).ConfigureAwait(false);
            return new RemoteHost(client, session.Id, settings);
        }
        catch (ApiException e)
        {
            client.Dispose();
            throw RemoteErrors.Of(e);
        }
    }

    // One completion asks for it several times.
    public IHostVocabulary Vocabulary
    {
        get
        {
            if (_names is { } known && TimeProvider.System.GetElapsedTime(known.Time) < _vocabularyMax)
                return known.Names;
            var names = new Names(Wait(_client.VocabularyAsync(_session)));
            _names = (TimeProvider.System.GetTimestamp(), names);
            return names;
        }
    }

    // They are the server's, and go on.
    public int JobsOfProcess => 0;

    public QueryProgress? Waiting => null;

    public async Task<HostResult> ExecuteAsync(ParsedStatement statement, SourceText source, bool asJson, CancellationToken cancellation)
    {
        var offset = statement.Span.Start;
        try
        {
            // Not canceled itself: what it has begun is, below.
            var info = await _client.ExecuteAsync(
                _session, new StatementRequest(statement.Text, asJson ? "json" : "text", FirstWaitMs, PageRows), CancellationToken.None).ConfigureAwait(false);
            while (info is { Status: "RUNNING", Kind: null })
            {
                if (cancellation.IsCancellationRequested)
                    await _client.CancelStatementAsync(_session, info.Id, CancellationToken.None).ConfigureAwait(false);
                info = await _client.StatementAsync(_session, info.Id, FirstWaitMs, CancellationToken.None).ConfigureAwait(false);
            }
            if (info.Error is { } error && info.Results is not { Rows.Count: > 0 })
                throw RemoteErrors.Of(error, offset);
            return await ResultAsync(info, offset).ConfigureAwait(false);
        }
        catch (ApiException e)
        {
            throw RemoteErrors.Of(e, offset);
        }
    }

    public async Task<IReadOnlyList<Diagnostic>> CheckAsync(IReadOnlyList<ParsedStatement> statements, SourceText source)
    {
        // Commands of the shell are left out; what is left stands where it stood.
        var sql = source.Text.Select(c => c is '\n' ? c : ' ').ToArray();
        foreach (var statement in statements)
        {
            var end = statement.Span.Start + statement.Text.Length;
            statement.Text.CopyTo(0, sql, statement.Span.Start, statement.Text.Length);
            if (end < sql.Length)
                sql[end] = ';';
        }
        try
        {
            var result = await _client.SubmitAsync(new ScriptRequest { Sql = new string(sql), Catalog = "server", Check = true, AllowQueries = true, Settings = _settings }).ConfigureAwait(false);
            return [.. result.Warnings.Select(warning => RemoteErrors.Diagnostic(warning, 0, Severity.Warning))];
        }
        catch (ApiException e)
        {
            throw RemoteErrors.Of(e);
        }
    }

    public IReadOnlyList<string?[]> JobRows() => JobsCommand.Rows(Wait(_client.JobsAsync()).Jobs);

    public IReadOnlyList<string?[]> CheckpointRows(string job, long checkpoint) =>
        OperatorSizes.Rows(Wait(_client.CheckpointAsync(job, checkpoint)).Operators ?? []);

    public void WarmUp()
    {
    }

    public Task StopJobsAsync(Func<string, Task> say) => Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync().ConfigureAwait(false);
        try
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            await _client.CloseSessionAsync(_session, limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ApiException or OperationCanceledException)
        {
            // The server closes it when nobody has used it for a while.
        }
        _client.Dispose();
    }

    async Task<HostResult> ResultAsync(StatementInfo info, int offset)
    {
        IReadOnlyList<Diagnostic> warnings = [.. info.Warnings.Select(warning => RemoteErrors.Diagnostic(warning, offset, Severity.Warning))];
        IReadOnlyList<ResultColumn> columns = [.. (info.Columns ?? []).Select(column => new ResultColumn(column.Name, column.Type))];
        switch (info.Kind)
        {
            case "query":
                return new HostQueryResult(warnings, new RemoteQuery(_client, _session, info, columns, offset));
            case "table":
                var page = info.Results ?? await _client.ResultsAsync(_session, info.Id, 0, PageRows, WaitMs, CancellationToken.None).ConfigureAwait(false);
                var rows = page.Rows.ToList();
                for (; !page.IsComplete; rows.AddRange(page.Rows))
                    page = await _client.ResultsAsync(_session, info.Id, page.Next, PageRows, WaitMs, CancellationToken.None).ConfigureAwait(false);
                return new HostListing(warnings, columns, new RemoteBatch(columns, null, rows));
            case "text":
                return new HostText(warnings, info.Text ?? "");
            case "job":
                var job = info.JobId is { } id ? await RemoteJob.FollowAsync(_client, id).ConfigureAwait(false) : null;
                return new HostJobResult(warnings, job, info.Notices.Count > 0 ? info.Notices[0] : "");
            default:
                return new HostDone(warnings, info.Notices);
        }
    }

    async Task BeatAsync()
    {
        try
        {
            await _client.SessionAsync(_session).ConfigureAwait(false);
        }
        catch (ApiException)
        {
            // The next statement will say so.
        }
    }

    static T Wait<T>(Task<T> task)
    {
        try
        {
            return task.GetAwaiter().GetResult();
        }
        catch (ApiException e)
        {
            throw RemoteErrors.Of(e);
        }
    }

    sealed class Names(VocabularyInfo names) : IHostVocabulary
    {
        // Of the same version, as far as completion is concerned.
        static readonly SessionVocabulary s_builtin = SessionVocabulary.Builtin();

        public IReadOnlyList<HostTable> Tables { get; } =
            [.. names.Tables.Select(table => new HostTable(table.Name, table.Kind, table.Connector, [.. table.Columns.Select(column => new ResultColumn(column.Name, column.Type))]))];

        public IReadOnlyList<string> NameSpaces => names.NameSpaces;

        public IReadOnlyList<(string Name, string Signature)> Functions => s_builtin.Functions;

        public IReadOnlyList<IConnector> Connectors => s_builtin.Connectors;

        public IReadOnlyList<IFormat> Formats => s_builtin.Formats;
    }
}
