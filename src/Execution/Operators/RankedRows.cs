using SqlStream.Core.Columns;
using SqlStream.Planner.Physical;
using SqlStream.State.Tables;

namespace SqlStream.Execution.Operators;

/// <summary>The rows of a partition whose numbers lie in a range, in their order, copied out of its list.</summary>
/// <param name="kind">How they are numbered.</param>
/// <param name="first">The first number, from 1.</param>
/// <param name="last">The last number.</param>
sealed class RankedRows(RankKind kind, long first, long last)
{
    readonly ByteBuffer _bytes = new(1024);
    Entry[] _entries = new Entry[16];

    /// <summary>How many rows are in the range.</summary>
    public int Count { get; private set; }

    /// <summary>How many rows of the list come before the end of the range.</summary>
    public long Kept { get; private set; }

    /// <summary>What a row is sorted by.</summary>
    public ReadOnlySpan<byte> SortKey(int index) => _bytes.Written.Slice(_entries[index].Start, _entries[index].SortKeyBytes);

    /// <summary>A row.</summary>
    public ReadOnlySpan<byte> Row(int index) => _bytes.Written.Slice(_entries[index].Start + _entries[index].SortKeyBytes, _entries[index].RowBytes);

    /// <summary>The number of a row.</summary>
    public long Rank(int index) => _entries[index].Rank;

    /// <summary>No rows.</summary>
    public void Clear()
    {
        Count = 0;
        Kept = 0;
        _bytes.Clear();
    }

    /// <summary>Takes the rows of the selected list.</summary>
    public void Read(SortedLists list)
    {
        Clear();
        var rank = 0L;
        var previous = 0;
        var previousBytes = -1;
        while (list.MoveNext())
        {
            var isEqual = previousBytes >= 0 && _bytes.Written.Slice(previous, previousBytes).SequenceEqual(list.SortKey);
            rank = kind switch
            {
                RankKind.RowNumber => rank + 1,
                RankKind.Rank => isEqual ? rank : Kept + 1,
                _ => isEqual ? rank : rank + 1,
            };
            if (rank > last)
                return;
            Kept++;
            // Of rows before the range only the sort key of the last one matters.
            if (rank < first)
                _bytes.Clear();
            previous = _bytes.Length;
            previousBytes = list.SortKey.Length;
            _bytes.Append(list.SortKey);
            if (rank < first)
                continue;
            if (Count == _entries.Length)
                Array.Resize(ref _entries, Count * 2);
            _bytes.Append(list.Row);
            _entries[Count++] = new Entry(previous, previousBytes, list.Row.Length, rank);
        }
    }

    readonly record struct Entry(int Start, int SortKeyBytes, int RowBytes, long Rank);
}
