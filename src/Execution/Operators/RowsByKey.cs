using System.Runtime.InteropServices;
using SqlStream.Core.Columns;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;
using SqlStream.State.Codec;
using SqlStream.State.Tables;

namespace SqlStream.Execution.Operators;

/// <summary>The rows of a batch in chains, one for each key. Reused from batch to batch.</summary>
/// <param name="keys">The columns of the key.</param>
/// <param name="maxParallelism">Number of key groups.</param>
sealed class RowsByKey(ValueList<int> keys, int maxParallelism)
{
    const int LinkBytes = 2 * sizeof(int);

    readonly KeyBatch _keys = new();
    readonly BatchTable _groups = new();
    readonly TouchedEntries _touched = new();
    readonly Column[] _columns = new Column[keys.Count];
    int[] _offsets = new int[Batch.RowsMax];
    int[] _next = new int[Batch.RowsMax];

    /// <summary>The keys of the rows.</summary>
    public KeyBatch Keys => _keys;

    /// <summary>How many keys there are.</summary>
    public int Count => _touched.Count;

    /// <summary>The first row of a key, by its number from 0.</summary>
    public int First(int number) => _touched.FirstKeys[number];

    /// <summary>The next row of the key of a row, or -1.</summary>
    public int Next(int row) => _next[row];

    /// <summary>The encoded key of a row.</summary>
    public ReadOnlySpan<byte> Key(int row) => _keys[row];

    /// <summary>The key group of a row.</summary>
    public ushort KeyGroup(int row) => _keys.KeyGroup(row, maxParallelism);

    /// <summary>Takes the rows of a batch; rows are numbered as they are selected.</summary>
    public void Read(Batch batch)
    {
        for (var i = 0; i < _columns.Length; i++)
            _columns[i] = batch[keys[i]];
        _keys.Encode(_columns, batch.StoredRows, batch.Selection);
        if (_offsets.Length < _keys.Count)
            (_offsets, _next) = (new int[_keys.Count], new int[_keys.Count]);
        _groups.Locate(_keys, LinkBytes, _offsets, _touched);
        var memory = _groups.Memory;
        for (var i = 0; i < _keys.Count; i++)
        {
            var links = MemoryMarshal.Cast<byte, int>(memory.Slice(_offsets[i], LinkBytes));
            _next[i] = -1;
            // Zero is no row: they are numbered from 1.
            if (links[0] == 0)
                links[0] = i + 1;
            else
                _next[links[1]] = i;
            links[1] = i;
        }
    }

    /// <summary>Reads the lists of all keys together.</summary>
    public void Fetch(SortedLists lists)
    {
        lists.BeginBatch();
        foreach (var first in _touched.FirstKeys)
            lists.WillSelect(KeyGroup(first), Key(first));
        lists.Fetch();
    }

    /// <summary>Deletes the lists of some keys, between batches.</summary>
    public static void Forget(SortedLists lists, SweptKeys keys, int first, int count)
    {
        lists.BeginBatch();
        for (var i = first; i < first + count; i++)
            lists.WillSelect(keys.KeyGroup(i), keys[i]);
        lists.Fetch();
        for (var i = first; i < first + count; i++)
        {
            lists.Select(keys.KeyGroup(i), keys[i]);
            lists.Truncate(0);
        }
        lists.EndBatch();
    }
}
