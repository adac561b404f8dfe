using SqlStream.Core.Rows;

namespace SqlStream.Server.Sessions;

/// <summary>A row as it goes over the wire.</summary>
/// <param name="Kind">Whether it comes or goes.</param>
/// <param name="Json">Its values, as a JSON array.</param>
readonly record struct WireRow(RowKind Kind, byte[] Json);

/// <summary>Rows of a buffer.</summary>
/// <param name="Cursor">Number of the first one.</param>
/// <param name="Rows">The rows.</param>
/// <param name="IsComplete">There are none behind them.</param>
readonly record struct WirePage(long Cursor, IReadOnlyList<WireRow> Rows, bool IsComplete)
{
    /// <summary>Number of the row behind them.</summary>
    public long Next => Cursor + Rows.Count;
}

/// <summary>Rows of a result that wait for their reader. Full, it holds its writer back; asked for a page, it forgets what is before. Thread-safe.</summary>
sealed class ResultBuffer(int bytesMax)
{
    // What was sent as events may have been lost on its way, and is kept for a reader that comes back.
    const int SentRowsMax = 10_000;

    readonly object _lock = new();
    readonly Queue<WireRow> _rows = new();
    TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    long _first;
    long _sent;
    long _bytes;
    bool _isOver;
    bool _isClosed;

    /// <summary>Adds rows, once there is room. False when nobody will read them.</summary>
    public bool Add(List<WireRow> rows)
    {
        lock (_lock)
        {
            while (_bytes >= bytesMax && !_isClosed)
            {
                if (_first < _sent)
                    Drop(_first + 1);
                else
                    Monitor.Wait(_lock);
            }
            if (_isClosed)
                return false;
            foreach (var row in rows)
            {
                _rows.Enqueue(row);
                _bytes += row.Json.Length;
            }
            Signal();
            return true;
        }
    }

    /// <summary>No more rows will come.</summary>
    public void End()
    {
        lock (_lock)
        {
            _isOver = true;
            Signal();
        }
    }

    /// <summary>Nobody will read any more: the writer is let go.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _isClosed = true;
            _isOver = true;
            _rows.Clear();
            _bytes = 0;
            Monitor.PulseAll(_lock);
            Signal();
        }
    }

    /// <summary>Rows from a cursor on.</summary>
    /// <param name="cursor">Number of the first row; what is before it is forgotten.</param>
    /// <param name="keeps">What is before the cursor is not forgotten as long as there is room.</param>
    /// <param name="rowsMax">Rows at the most.</param>
    /// <param name="rowsMin">How many rows to wait for, unless there is no room or there are no more.</param>
    /// <param name="wait">How long to wait for them.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="cancellation">Nobody waits any more.</param>
    public async Task<WirePage> ReadAsync(long cursor, bool keeps, int rowsMax, int rowsMin, TimeSpan wait, TimeProvider clock, CancellationToken cancellation)
    {
        var start = clock.GetTimestamp();
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                // The statement tells why.
                if (_isClosed)
                    return new WirePage(cursor, [], true);
                Take(cursor, keeps);
                var before = (int)(cursor - _first);
                var there = _rows.Count - before;
                if (there >= rowsMin || _isOver || _bytes >= bytesMax || clock.GetElapsedTime(start) >= wait)
                {
                    var page = _rows.Skip(before).Take(rowsMax).ToList();
                    return new WirePage(cursor, page, _isOver && page.Count == there);
                }
                changed = _changed.Task;
            }
            try
            {
                var left = wait - clock.GetElapsedTime(start);
                await changed.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, clock, cancellation).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                // Looked at once more above.
            }
        }
    }

    void Take(long cursor, bool keeps)
    {
        if (cursor < _first)
            throw ServerErrors.CursorIsGone(cursor, _first);
        if (cursor > _first + _rows.Count)
            throw ServerErrors.CursorAhead(cursor, _first + _rows.Count);
        _sent = cursor;
        Drop(keeps ? cursor - SentRowsMax : cursor);
        Monitor.PulseAll(_lock);
    }

    void Drop(long cursor)
    {
        for (; _first < cursor; _first++)
            _bytes -= _rows.Dequeue().Json.Length;
    }

    void Signal()
    {
        _changed.TrySetResult();
        if (!_isOver)
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
