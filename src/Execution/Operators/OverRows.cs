using SqlStream.Core.Columns;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;
using SqlStream.Planner.Physical;
using SqlStream.State.Codec;
using SqlStream.State.Tables;

namespace SqlStream.Execution.Operators;

/// <summary>Rows of a partition in their order, copied out of its lists, as columns, with what functions ask of their order.</summary>
/// <remarks>Mailbox thread only. Reused from partition to partition.</remarks>
sealed class OverRows : IDisposable
{
    readonly ByteBuffer _bytes = new(1024);
    readonly BatchBuilder _builder;
    readonly SortKey? _measured;
    Entry[] _entries = new Entry[16];
    int[] _peers = new int[32];
    long[] _places = [];
    Batch? _batch;

    /// <param name="input">The columns of the rows.</param>
    /// <param name="order">Their order.</param>
    /// <param name="calls">The functions that will be asked for their values.</param>
    /// <param name="pool">Where buffers come from.</param>
    public OverRows(Schema input, ValueList<SortKey> order, ValueList<OverCall> calls, ColumnPool pool)
    {
        _builder = new BatchBuilder(input, pool);
        if (calls.Any(call => call is OverAggregate { Frame.HasDistance: true }))
            _measured = order[0];
    }

    /// <summary>How many rows there are.</summary>
    public int Count { get; private set; }

    /// <summary>The first row whose values are asked for; those before it were given already.</summary>
    public int First { get; set; }

    /// <summary>How many rows of the partition come before row 0.</summary>
    public long Before { get; set; }

    /// <summary>The rows as columns.</summary>
    public Batch Batch => _batch!;

    /// <summary>What a row is sorted by.</summary>
    public ReadOnlySpan<byte> SortKey(int row) => _bytes.Written.Slice(_entries[row].Start, _entries[row].SortKeyBytes);

    /// <summary>A row as it is encoded.</summary>
    public ReadOnlySpan<byte> Row(int row) => _bytes.Written.Slice(_entries[row].Start + _entries[row].SortKeyBytes, _entries[row].RowBytes);

    /// <summary>The first of the rows that the order does not tell apart from a row.</summary>
    public int FirstPeer(int row) => _peers[2 * row];

    /// <summary>Behind the last of the rows that the order does not tell apart from a row.</summary>
    public int EndOfPeers(int row) => _peers[(2 * row) + 1];

    /// <summary>Where a row stands in the column of the order, ascending in the order of the rows; NULL is at one of the ends.</summary>
    public long Place(int row) => _places[row];

    /// <summary>No rows.</summary>
    public void Clear()
    {
        _batch?.Release();
        _batch = null;
        _bytes.Clear();
        (Count, First, Before) = (0, 0, 0);
    }

    /// <summary>Takes all rows of the selected list.</summary>
    public void AddAll(SortedLists list)
    {
        while (list.MoveNext())
            Add(list.SortKey, list.Row);
    }

    /// <summary>Takes a row, which comes behind the others.</summary>
    public void Add(ReadOnlySpan<byte> sortKey, ReadOnlySpan<byte> row)
    {
        if (Count == _entries.Length)
            Array.Resize(ref _entries, Count * 2);
        _entries[Count++] = new Entry(_bytes.Length, sortKey.Length, row.Length);
        _bytes.Append(sortKey);
        _bytes.Append(row);
        KeyEncoder.Decode(row, _builder.Columns);
        _builder.EndRow();
    }

    /// <summary>All rows are there.</summary>
    public void Complete()
    {
        _batch = _builder.Build();
        if (_peers.Length < 2 * Count)
            _peers = new int[4 * Count];
        for (var start = 0; start < Count;)
        {
            var end = start + 1;
            while (end < Count && SortKey(start).SequenceEqual(SortKey(end)))
                end++;
            for (var row = start; row < end; row++)
                (_peers[2 * row], _peers[(2 * row) + 1]) = (start, end);
            start = end;
        }
        if (_measured is not null)
            Measure(_measured);
    }

    public void Dispose()
    {
        _batch?.Release();
        _batch = null;
        _builder.Dispose();
    }

    void Measure(SortKey key)
    {
        if (_places.Length < Count)
            _places = new long[Count * 2];
        var column = Batch[key.Column];
        for (var row = 0; row < Count; row++)
        {
            if (column.IsNull(row))
                _places[row] = key.NullsFirst ? long.MinValue : long.MaxValue;
            else
                _places[row] = Math.Clamp(key.Descending ? -Math.Max(Value(column, row), -long.MaxValue) : Value(column, row), long.MinValue + 1, long.MaxValue - 1);
        }
    }

    static long Value(Column column, int row) => column switch
    {
        FixedColumn<long> wide => wide[row],
        FixedColumn<int> integer => integer[row],
        FixedColumn<short> small => small[row],
        FixedColumn<sbyte> tiny => tiny[row],
        _ => throw new Core.Diagnostics.EngineBugException($"no distance in a column of type {column.Type}"),
    };

    readonly record struct Entry(int Start, int SortKeyBytes, int RowBytes);
}
