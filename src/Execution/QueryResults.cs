using SqlStream.Core.Rows;
using SqlStream.Core.Types;
using SqlStream.Execution.Exchange;
using SqlStream.Execution.Messages;

namespace SqlStream.Execution;

/// <summary>The rows of a query on their way to its client. A client that does not read holds the query back. One reader at a time.</summary>
#pragma warning disable CA1001 // The semaphore has no wait handle to release.
public sealed class QueryResults
#pragma warning restore CA1001
{
    readonly IReadOnlyList<Channel> _channels;
    readonly SemaphoreSlim _ready = new(0);
    readonly Lock _lock = new();
    int _ended;
    bool _over;
    Exception? _error;

    internal QueryResults(IReadOnlyList<Channel> channels, Schema schema)
    {
        _channels = channels;
        Schema = schema;
        foreach (var channel in channels)
            channel.WakeConsumer = () => _ready.Release();
    }

    /// <summary>The columns.</summary>
    public Schema Schema { get; }

    /// <summary>Waits for the next batch; null when the query has ended. The caller releases the batch. Throws what the query failed with.</summary>
    public Batch? Next(CancellationToken cancellation)
    {
        Batch? batch;
        while (!TryNext(out batch))
            _ready.Wait(cancellation);
        return batch;
    }

    /// <summary>The same without a thread that waits.</summary>
    public async ValueTask<Batch?> NextAsync(CancellationToken cancellation)
    {
        Batch? batch;
        while (!TryNext(out batch))
            await _ready.WaitAsync(cancellation).ConfigureAwait(false);
        return batch;
    }

    // False where there is nothing yet.
    bool TryNext(out Batch? batch)
    {
        // Looked up before the channels are: what is put into them just before the end must not be missed.
        bool isOver;
        lock (_lock)
            isOver = _over;
        batch = null;
        foreach (var channel in _channels)
        {
            while (channel.TryTake(out var message))
            {
                if (message.Kind == MessageKind.Data)
                {
                    batch = message.Batch!;
                    return true;
                }
                if (message.Kind is MessageKind.End or MessageKind.Halt)
                    _ended++;
            }
        }
        if (isOver && _error is not null)
            throw _error;
        return isOver || _ended == _channels.Count;
    }

    /// <summary>Drops what was not read, and what may still come.</summary>
    public void Close()
    {
        foreach (var channel in _channels)
            channel.Close();
    }

    internal void End(Exception? error)
    {
        lock (_lock)
        {
            _error = error;
            _over = true;
        }
        _ready.Release();
    }
}
