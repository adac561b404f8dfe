using System.Runtime.InteropServices;
using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Core.Rows;

/// <summary>Equal-length columns, a kind for each row, and an optional selection of rows. Immutable once emitted.</summary>
/// <remarks>Reference-counted: a new batch has one reference, which <c>Emit</c> gives away; <see cref="Retain"/> adds a
/// reader, <see cref="Release"/> ends one, and the last one releases the columns. State copies out of batches; it never
/// keeps their memory.</remarks>
public sealed class Batch
{
    /// <summary>Rows of a batch at the most, unless a test configures less.</summary>
    public const int RowsMax = 4096;

    readonly Column[] _columns;
    readonly ColumnPool _pool;
    readonly byte[]? _kinds;
    readonly byte[]? _selection;
    int _references = 1;

    /// <summary>Takes over one reference to each column, and the buffers, which come from <paramref name="pool"/>.</summary>
    /// <param name="columns">Columns of <paramref name="rows"/> rows each.</param>
    /// <param name="rows">Number of stored rows.</param>
    /// <param name="pool">Where the buffers go back to.</param>
    /// <param name="kinds">One <see cref="RowKind"/> byte a stored row; null if all are inserts.</param>
    /// <param name="selection">32-bit numbers of the stored rows that count, ascending; null if all do.</param>
    /// <param name="selected">How many rows the selection holds.</param>
    /// <param name="split">Ordinal of the source split that the rows come from, or -1 beyond the source.</param>
    public Batch(Column[] columns, int rows, ColumnPool pool, byte[]? kinds = null, byte[]? selection = null, int selected = 0, int split = -1)
    {
        foreach (var column in columns)
            Check.That(column.Length == rows);
        _columns = columns;
        _pool = pool;
        _kinds = kinds;
        _selection = selection;
        StoredRows = rows;
        Rows = selection is null ? rows : selected;
        Split = split;
    }

    /// <summary>Number of rows that count.</summary>
    public int Rows { get; }

    /// <summary>Number of rows stored in the columns; more than <see cref="Rows"/> where a selection leaves some out.</summary>
    public int StoredRows { get; }

    /// <summary>Ordinal of the source split that the rows come from; -1 beyond the watermark assigner.</summary>
    public int Split { get; private set; }

    /// <summary>About how many bytes the rows that count take up: their part of the columns, and their kinds.</summary>
    public long ByteSize
    {
        get
        {
            var bytes = _kinds is null ? 0L : StoredRows;
            foreach (var column in _columns)
                bytes += column.ByteSize;
            return Rows == StoredRows ? bytes : bytes * Rows / StoredRows;
        }
    }

    /// <summary>The columns.</summary>
    public ReadOnlySpan<Column> Columns => _columns;

    /// <summary>Number of columns.</summary>
    public int Width => _columns.Length;

    /// <summary>The column at a position.</summary>
    public Column this[int index] => _columns[index];

    /// <summary>True if every row is an insert.</summary>
    public bool IsInsertOnly => _kinds is null;

    /// <summary>The kinds of the stored rows; empty if all are inserts.</summary>
    public ReadOnlySpan<RowKind> Kinds => _kinds is null ? [] : MemoryMarshal.Cast<byte, RowKind>(_kinds.AsSpan(0, StoredRows));

    /// <summary>True if only some of the stored rows count.</summary>
    public bool HasSelection => _selection is not null;

    /// <summary>Numbers of the stored rows that count; empty if all do.</summary>
    public ReadOnlySpan<int> Selection => _selection is null ? [] : MemoryMarshal.Cast<byte, int>(_selection.AsSpan())[..Rows];

    /// <summary>The number of the stored row that is the index-th of those that count.</summary>
    public int StoredRow(int index) => _selection is null ? index : Selection[index];

    /// <summary>The kind of a stored row.</summary>
    public RowKind Kind(int storedRow) => _kinds is null ? RowKind.Insert : (RowKind)_kinds[storedRow];

    /// <summary>Adds a reference and returns the batch.</summary>
    public Batch Retain()
    {
        Check.That(Interlocked.Increment(ref _references) > 1);
        return this;
    }

    /// <summary>Ends a reference; the last one releases columns and buffers.</summary>
    public void Release()
    {
        var left = Interlocked.Decrement(ref _references);
        Check.That(left >= 0);
        if (left > 0)
            return;
        foreach (var column in _columns)
            column.Release();
        if (_kinds is not null)
            _pool.Return(_kinds);
        if (_selection is not null)
            _pool.Return(_selection);
    }

    /// <summary>Marks a batch, before it is emitted, with the split that its rows come from.</summary>
    public Batch WithSplit(int split)
    {
        Split = split;
        return this;
    }

    /// <summary>A batch over the same columns in which only some rows count.</summary>
    /// <param name="selection">32-bit numbers of stored rows, ascending; from the pool, taken over.</param>
    /// <param name="selected">How many.</param>
    public Batch WithSelection(byte[] selection, int selected)
    {
        foreach (var column in _columns)
            column.Retain();
        byte[]? kinds = null;
        if (_kinds is not null)
        {
            kinds = _pool.Rent(StoredRows);
            _kinds.AsSpan(0, StoredRows).CopyTo(kinds);
        }
        return new Batch(_columns, StoredRows, _pool, kinds, selection, selected, Split);
    }

    /// <summary>A batch without a selection: this one retained where it has none, else the selected rows copied together.</summary>
    public Batch Dense(ColumnPool pool)
    {
        if (_selection is null)
            return Retain();
        return Take(Selection, pool);
    }

    /// <summary>A new batch of the given stored rows, in that order.</summary>
    public Batch Take(ReadOnlySpan<int> rows, ColumnPool pool)
    {
        var columns = new Column[_columns.Length];
        for (var i = 0; i < columns.Length; i++)
            columns[i] = ColumnFactory.Gather(_columns[i], rows, pool);
        byte[]? kinds = null;
        if (_kinds is not null)
        {
            kinds = pool.Rent(rows.Length);
            for (var i = 0; i < rows.Length; i++)
                kinds[i] = _kinds[rows[i]];
        }
        return new Batch(columns, rows.Length, pool, kinds, split: Split);
    }
}
