using SqlStream.Client;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Engine.Results;
using SqlStream.Engine.Sessions;
using SqlStream.Execution;
using SqlStream.Server.Http;
using SqlStream.Server.Jobs;

namespace SqlStream.Server.Sessions;

/// <summary>A statement that a client submitted: what it gives, and the rows of it that wait. Thread-safe.</summary>
sealed class ServedStatement : IDisposable
{
    readonly Lock _lock = new();
    readonly CancellationTokenSource _cancellation = new();
    readonly TaskCompletionSource _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly SourceText _source;
    readonly bool _asText;
    readonly int _bytesMax;
    StatementInfo _info;
    ResultBuffer? _buffer;
    QueryResult? _query;
    CancellationTokenSource? _reader;

    public ServedStatement(string id, SourceText source, bool asText, int bytesMax)
    {
        _source = source;
        _asText = asText;
        _bytesMax = bytesMax;
        _info = new StatementInfo { Id = id, Status = "RUNNING" };
    }

    /// <summary>Its id.</summary>
    public string Id => Info.Id;

    /// <summary>Where it is.</summary>
    public StatementInfo Info
    {
        get
        {
            lock (_lock)
                return _info;
        }
    }

    /// <summary>It has ended.</summary>
    public bool HasEnded => Info.Status != "RUNNING";

    /// <summary>Ends when what it is is known: its columns, the job that it started, or its end.</summary>
    public Task Answered => _answered.Task;

    /// <summary>Ends when it has ended; never fails.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Cancels what it waits for.</summary>
    public CancellationToken Cancellation => _cancellation.Token;

    /// <summary>Its rows.</summary>
    public ResultBuffer Buffer => _buffer ?? throw ServerErrors.NoResult(Id);

    /// <summary>It has rows.</summary>
    public bool HasRows => _buffer is not null;

    /// <summary>The query has ended, or was never one.</summary>
    public ProgressInfo? Progress => _query is { } query ? JobTexts.Progress(query.Job) : null;

    /// <summary>It gave a result.</summary>
    public void Succeeded(Session session, StatementResult result)
    {
        IReadOnlyList<ProblemError> warnings = [.. result.Warnings.Select(warning => Problems.ErrorOf(warning, _source))];
        switch (result)
        {
            case QueryResult query:
                Begin(session, query, warnings);
                break;
            case TableResult table:
                _buffer = new ResultBuffer(int.MaxValue);
                _buffer.Add(new RowEncoder(session, table.Columns, _asText).Encode(table));
                _buffer.End();
                End(Info with { Status = "FINISHED", Kind = "table", IsBounded = true, Columns = Columns(table.Columns), Warnings = warnings });
                break;
            case TextResult text:
                End(Info with { Status = "FINISHED", Kind = "text", Text = text.Text, Warnings = warnings });
                break;
            case JobResult job:
                End(Info with { Status = "FINISHED", Kind = "job", JobId = job.Job?.Id, Notices = [job.Notice], Warnings = warnings });
                break;
            case DoneResult done:
                End(Info with { Status = "FINISHED", Kind = "done", Notices = done.Notices, Warnings = warnings });
                break;
            default:
                throw new EngineBugException($"result {result.GetType().Name} has no case");
        }
    }

    /// <summary>It failed, or was canceled.</summary>
    public void Failed(Exception error)
    {
        var status = error is OperationCanceledException && _cancellation.IsCancellationRequested ? "CANCELED" : "FAILED";
        _buffer?.End();
        End(Info with { Status = status, Error = Problems.Of(error, _source).Problem });
    }

    /// <summary>There is a new reader of its rows as events; one before it ends. The caller disposes it.</summary>
    public CancellationTokenSource TakeOver()
    {
        var reader = new CancellationTokenSource();
        CancellationTokenSource? before;
        lock (_lock)
            (before, _reader) = (_reader, reader);
        try
        {
            before?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended by itself.
        }
        return reader;
    }

    /// <summary>Ends it, and whoever waits for its rows.</summary>
    public void Cancel()
    {
        _cancellation.Cancel();
        if (!HasEnded || _query is not null)
            _buffer?.Close();
    }

    public void Dispose() => _cancellation.Dispose();

    static IReadOnlyList<ColumnInfo> Columns(Schema schema) =>
        [.. schema.Fields.Select(column => new ColumnInfo(column.Name, column.Type.WithNullability(true).ToString()))];

    void Begin(Session session, QueryResult query, IReadOnlyList<ProblemError> warnings)
    {
        var results = query.Job.Results!;
        _query = query;
        _buffer = new ResultBuffer(_bytesMax);
        lock (_lock)
        {
            _info = _info with { Kind = "query", Columns = Columns(results.Schema), IsUpdating = query.IsUpdating, IsBounded = query.IsBounded, Warnings = warnings };
        }
        _answered.TrySetResult();
        var encoder = new RowEncoder(session, results.Schema, _asText);
        // Reading rows blocks: a thread that waits costs little, and there is a bounded number of them.
        new Thread(() => Pump(session, query, results, encoder)) { IsBackground = true, Name = "statement " + Id }.Start();
    }

    void Pump(Session session, QueryResult query, QueryResults results, RowEncoder encoder)
    {
        Exception? error = null;
        try
        {
            while (results.Next(Cancellation) is { } batch)
            {
                try
                {
                    if (!_buffer!.Add(encoder.Encode(batch)))
                        break;
                }
                finally
                {
                    batch.Release();
                }
            }
            Cancellation.ThrowIfCancellationRequested();
        }
#pragma warning disable CA1031 // Told to whoever asks for the statement.
        catch (Exception e)
#pragma warning restore CA1031
        {
            error = e;
        }
        session.CloseAsync(query).GetAwaiter().GetResult();
        if (error is not null)
        {
            Failed(error);
            return;
        }
        _buffer!.End();
        End(Info with { Status = "FINISHED" });
    }

    void End(StatementInfo info)
    {
        lock (_lock)
            _info = info;
        _answered.TrySetResult();
        _ended.TrySetResult();
    }
}
