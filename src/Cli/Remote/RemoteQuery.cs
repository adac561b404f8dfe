using System.Text.Json;
using SqlStream.Cli.Hosts;
using SqlStream.Cli.Output;
using SqlStream.Client;
using SqlStream.Core.Rows;
using SqlStream.Core.Time;

namespace SqlStream.Cli.Remote;

/// <summary>A query that runs on a server; its rows come by pages.</summary>
sealed class RemoteQuery : IHostQuery
{
    const int WaitMs = 2000;
    const int PageRows = 5000;

    readonly SqlStreamClient _client;
    readonly string _session;
    readonly StatementInfo _info;
    readonly int _offset;
    ResultPage? _next;
    long _cursor;
    bool _isComplete;
    QueryProgress _progress = new(0, 0, 0, null, null, null);

    public RemoteQuery(SqlStreamClient client, string session, StatementInfo info, IReadOnlyList<ResultColumn> columns, int offset)
    {
        _client = client;
        _session = session;
        _info = info;
        _offset = offset;
        _next = info.Results;
        Columns = columns;
    }

    public IReadOnlyList<ResultColumn> Columns { get; }

    public bool IsUpdating => _info.IsUpdating;

    public bool IsBounded => _info.IsBounded;

    public QueryProgress Progress => Volatile.Read(ref _progress);

    public IResultBatch? Next(CancellationToken cancellation)
    {
        while (!_isComplete)
        {
            cancellation.ThrowIfCancellationRequested();
            var page = _next ?? Page(cancellation);
            _next = null;
            _cursor = page.Next;
            if (page.Progress is { } progress)
            {
                Volatile.Write(ref _progress, new QueryProgress(
                    progress.RowsIn, progress.LateRows, progress.BadRows, progress.WatermarkMicros is { } micros ? new EventTime(micros) : null, progress.Share, progress.Reason));
            }
            // An empty last page is asked for by its own, for it tells what the query failed with.
            _isComplete = page.IsComplete && (page.Rows.Count == 0 || _info.Status == "FINISHED");
            if (page.Rows.Count > 0)
                return new RemoteBatch(Columns, page.Ops, page.Rows);
        }
        return null;
    }

    public async Task CloseAsync()
    {
        try
        {
            await _client.CloseStatementAsync(_session, _info.Id).ConfigureAwait(false);
        }
        catch (ApiException)
        {
            // It ends with its session.
        }
    }

    ResultPage Page(CancellationToken cancellation)
    {
        try
        {
            return _client.ResultsAsync(_session, _info.Id, _cursor, PageRows, WaitMs, cancellation).GetAwaiter().GetResult();
        }
        catch (ApiException e)
        {
            throw RemoteErrors.Of(e, _offset);
        }
    }
}

/// <summary>Rows that a server sent.</summary>
sealed class RemoteBatch(IReadOnlyList<ResultColumn> columns, IReadOnlyList<string>? ops, IReadOnlyList<JsonElement> rows) : IResultBatch
{
    public int Rows => rows.Count;

    public IEnumerable<(RowKind Kind, string?[] Values)> Texts(int skip = 0)
    {
        for (var i = skip; i < rows.Count; i++)
            yield return (KindOf(i), [.. rows[i].EnumerateArray().Select(value => value.ValueKind == JsonValueKind.String ? value.GetString() : value.ValueKind == JsonValueKind.Null ? null : value.GetRawText())]);
    }

    public void Json(Action<RowKind, Action<Utf8JsonWriter>> write)
    {
        for (var i = 0; i < rows.Count; i++)
        {
            var row = rows[i];
            write(KindOf(i), json =>
            {
                var column = 0;
                foreach (var value in row.EnumerateArray())
                {
                    json.WritePropertyName(columns[column++].Name);
                    json.WriteRawValue(value.GetRawText(), skipInputValidation: true);
                }
            });
        }
    }

    public void Dispose()
    {
    }

    RowKind KindOf(int row) => ops?[row] switch
    {
        null or "+I" => RowKind.Insert,
        "-U" => RowKind.UpdateBefore,
        "+U" => RowKind.UpdateAfter,
        _ => RowKind.Delete,
    };
}
