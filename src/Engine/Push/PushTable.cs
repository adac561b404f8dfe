using SqlStream.Core.Columns;
using SqlStream.Core.Rows;
using SqlStream.Core.Time;
using SqlStream.Core.Types;

namespace SqlStream.Engine.Push;

/// <summary>What was written and not read yet, in order: batches of rows and watermarks. Every reader sees what is written after it has come; the
/// first one also what was written before. Thread-safe.</summary>
/// <remarks>An entry is let go as soon as all readers have read it; without a reader it waits. Rows that are just being written are an entry of
/// their own, which ends when it is full or when somebody reads it.</remarks>
sealed class PushTable : IDisposable
{
    readonly Lock _lock = new();
    readonly long _rowsMax;
    readonly BatchBuilder _builder;
    readonly ColumnBuilder[] _columns;
    readonly List<PushEntry> _entries = [];
    readonly List<PushCursor> _cursors = [];
    TaskCompletionSource? _room;
    long _first;
    long _rows;
    bool _isComplete;
    bool _isGone;
    bool _isClosed;

    public PushTable(string name, Schema schema, long rowsMax, ColumnPool pool, long id)
    {
        Name = name;
        Schema = schema;
        Id = id;
        _rowsMax = rowsMax;
        _builder = new BatchBuilder(schema, pool);
        _columns = _builder.Columns.ToArray();
    }

    /// <summary>The qualified name.</summary>
    public string Name { get; }

    /// <summary>The columns.</summary>
    public Schema Schema { get; }

    /// <summary>Tells the table from one of the same name in another engine.</summary>
    public long Id { get; }

    /// <summary>Rows that wait to be read by somebody.</summary>
    public long Rows
    {
        get
        {
            lock (_lock)
                return _rows;
        }
    }

    /// <summary>Appends a row, if there is room; otherwise gives what to wait for.</summary>
    public Task? TryWrite<T>(Values.RowWriter<T> write, T row)
    {
        lock (_lock)
        {
            EnsureOpen();
            if (_rows >= _rowsMax)
                return (_room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            try
            {
                write(_columns, row);
            }
            catch
            {
                _builder.CancelRow();
                throw;
            }
            _builder.EndRow();
            _rows++;
            if (_builder.Rows == Batch.RowsMax)
                Seal();
            else if (_builder.Rows > 1)
                return null;
        }
        WakeReaders();
        return null;
    }

    /// <summary>No row that comes later is before that time.</summary>
    public void Advance(EventTime watermark)
    {
        lock (_lock)
        {
            EnsureOpen();
            Seal();
            _entries.Add(new PushEntry(null, watermark));
        }
        WakeReaders();
    }

    /// <summary>Nothing more will come.</summary>
    public void Complete()
    {
        lock (_lock)
        {
            if (_isGone)
                return;
            _isComplete = true;
        }
        WakeReaders();
    }

    /// <summary>A reader from a place on; null is the oldest entry that is kept where nobody else reads, otherwise what comes next.</summary>
    public PushCursor Open(PushPlace? place, Action wake)
    {
        lock (_lock)
        {
            var next = _first + _entries.Count;
            if (place is { } at && at.Entry < _first)
                throw PushErrors.NotKept(Name);
            var cursor = new PushCursor(place ?? new PushPlace(_cursors.Count == 0 ? _first : next, 0), wake);
            _cursors.Add(cursor);
            return cursor;
        }
    }

    /// <summary>A reader ends. What it alone has not read is kept for the next one.</summary>
    public void Close(PushCursor cursor)
    {
        lock (_lock)
        {
            _cursors.Remove(cursor);
            if (_cursors.Count > 0)
                Trim();
        }
    }

    /// <summary>The next entry for a reader: up to some rows, or a watermark; null where there is none.</summary>
    /// <param name="cursor">The reader.</param>
    /// <param name="rowsMax">Rows at the most.</param>
    /// <param name="pool">Where parts of batches come from.</param>
    /// <param name="isEnd">Nothing more will come.</param>
    public PushEntry? Read(PushCursor cursor, int rowsMax, ColumnPool pool, out bool isEnd)
    {
        lock (_lock)
        {
            isEnd = false;
            EnsureThere();
            if (cursor.Place.Entry == _first + _entries.Count)
                Seal();
            if (cursor.Place.Entry == _first + _entries.Count)
            {
                isEnd = _isComplete;
                return null;
            }
            var entry = _entries[(int)(cursor.Place.Entry - _first)];
            var given = entry.Rows is null ? entry : entry with { Rows = Part(entry.Rows, cursor.Place.Row, rowsMax, pool) };
            cursor.Place = entry.Rows is null || cursor.Place.Row + given.Rows!.Rows == entry.Rows.Rows
                ? new PushPlace(cursor.Place.Entry + 1, 0)
                : cursor.Place with { Row = cursor.Place.Row + given.Rows!.Rows };
            Trim();
            return given;
        }
    }

    public void Dispose() => Remove(isClosed: true);

    /// <summary>Takes the rows away; who writes or reads hears of it.</summary>
    /// <param name="isClosed">The engine has gone, too.</param>
    public void Remove(bool isClosed)
    {
        lock (_lock)
        {
            if (_isGone)
                return;
            _isGone = true;
            _isClosed = isClosed;
            foreach (var entry in _entries)
                entry.Rows?.Release();
            _entries.Clear();
            _builder.Dispose();
            _room?.TrySetResult();
        }
        WakeReaders();
    }

    static Batch Part(Batch batch, int start, int rowsMax, ColumnPool pool)
    {
        var count = Math.Min(rowsMax, batch.Rows - start);
        if (count == batch.Rows)
            return batch.Retain();
        Span<int> rows = stackalloc int[count];
        for (var i = 0; i < count; i++)
            rows[i] = start + i;
        return batch.Take(rows, pool);
    }

    void EnsureThere()
    {
        if (_isGone)
            throw _isClosed ? PushErrors.Closed() : PushErrors.Dropped(Name);
    }

    void EnsureOpen()
    {
        EnsureThere();
        if (_isComplete)
            throw PushErrors.Completed(Name);
    }

    void Seal()
    {
        if (_builder.Rows > 0)
            _entries.Add(new PushEntry(_builder.Build(), null));
    }

    void Trim()
    {
        var oldest = _cursors.Min(cursor => cursor.Place.Entry);
        var gone = (int)Math.Min(oldest - _first, _entries.Count);
        if (gone <= 0)
            return;
        for (var i = 0; i < gone; i++)
        {
            if (_entries[i].Rows is not { } rows)
                continue;
            _rows -= rows.Rows;
            rows.Release();
        }
        _entries.RemoveRange(0, gone);
        _first += gone;
        if (_rows < _rowsMax)
        {
            _room?.TrySetResult();
            _room = null;
        }
    }

    void WakeReaders()
    {
        List<PushCursor> cursors;
        lock (_lock)
            cursors = [.. _cursors];
        cursors.ForEach(cursor => cursor.Wake());
    }
}

/// <summary>Rows, or a watermark.</summary>
readonly record struct PushEntry(Batch? Rows, EventTime? Watermark);

/// <summary>The next row to read: number of the entry, and of the row in it.</summary>
readonly record struct PushPlace(long Entry, int Row);

/// <summary>Where a reader is.</summary>
sealed class PushCursor(PushPlace place, Action wake)
{
    public PushPlace Place { get; set; } = place;

    public Action Wake => wake;
}
