using System.Runtime.InteropServices;
using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;
using SqlStream.Planner.Physical;
using SqlStream.State.Codec;
using SqlStream.State.Tables;

namespace SqlStream.Execution.Operators;

/// <summary>The tables in which the groups of a window slice, or of a whole aggregation, keep what does not fit into their
/// fixed accumulators: counts of distinct values, and blobs.</summary>
/// <param name="Main">Group to row count and fixed accumulators.</param>
/// <param name="Extra">The tables beside it, in the order of <see cref="AggregateSet.ExtraNames"/>.</param>
readonly record struct AggregateTables(ValueTable Main, ValueTable[] Extra);

/// <summary>The aggregate calls of one operator: layout of the value of a group, and how batches are folded into it.</summary>
/// <remarks>A value is <c>rows i64 | fixed accumulators</c>; COUNT(*) is the first field. Mailbox thread only.</remarks>
sealed class AggregateSet
{
    readonly BoundAggregate[] _aggregates;
    readonly int[] _stateOffsets;
    readonly List<(DistinctValues Values, int Table)> _distinct = [];
    readonly int _maxParallelism;
    readonly BlobState _blob = new();
    int[] _scratchOffsets = new int[Batch.RowsMax];

    /// <param name="aggregates">The calls.</param>
    /// <param name="keys">The columns of the key of a group.</param>
    /// <param name="maxParallelism">Number of key groups.</param>
    /// <param name="isNumbered">Groups that begin anew are numbered, and what is kept beside their values bears the number.</param>
    public AggregateSet(ValueList<BoundAggregate> aggregates, ValueList<int> keys, int maxParallelism, bool isNumbered = false)
    {
        _aggregates = [.. aggregates];
        _maxParallelism = maxParallelism;
        _stateOffsets = new int[_aggregates.Length];
        var names = new List<string>();
        var bytes = sizeof(long);
        for (var i = 0; i < _aggregates.Length; i++)
        {
            _stateOffsets[i] = bytes;
            if (_aggregates[i].IsRowCount)
                _stateOffsets[i] = 0;
            else if (_aggregates[i].Call is FixedAggregate call)
                bytes += call.StateBytes;
            if (_aggregates[i].Distinct && AccumulatorTables.DistinctOwner(aggregates, i) == i)
            {
                _distinct.Add((new DistinctValues(aggregates, i, keys, isNumbered), names.Count));
                names.Add(AccumulatorTables.Distinct(i));
            }
            if (_aggregates[i].Call is BlobAggregate)
            {
                _blobTable[i] = names.Count;
                names.Add(AccumulatorTables.Values(i));
            }
        }
        ValueBytes = bytes;
        ExtraNames = names;
        ChangesWithEveryRow = Array.Exists(_aggregates, aggregate => aggregate.IsRowCount);
    }

    readonly Dictionary<int, int> _blobTable = [];

    /// <summary>Length of the value of a group.</summary>
    public int ValueBytes { get; }

    /// <summary>Some result is another one after every row that is added.</summary>
    public bool ChangesWithEveryRow { get; }

    /// <summary>Names of the tables beside the main one.</summary>
    public IReadOnlyList<string> ExtraNames { get; }

    /// <summary>The tables beside the main one, whose entries bear the numbers of groups where these are numbered.</summary>
    public INumberedTable[] Numbered(AggregateTables tables) =>
    [
        .. tables.Extra.Select((table, i) => _distinct.Exists(distinct => distinct.Table == i) ? (INumberedTable)new NumberedDistinct(table) : new NumberedBlob(table)),
    ];

    /// <summary>Number of aggregates.</summary>
    public int Count => _aggregates.Length;

    /// <summary>The result type of an aggregate.</summary>
    public SqlType ResultType(int index) => _aggregates[index].Call.ReturnType;

    /// <summary>Folds rows into their groups.</summary>
    /// <param name="tables">The tables.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="keys">The encoded group keys of the batch.</param>
    /// <param name="indexes">Which keys (entries of <paramref name="keys"/>) are folded; empty for all.</param>
    /// <param name="offsets">For each of them the offset of its group's value.</param>
    /// <param name="numbers">The numbers of the groups, by stored row, where they are numbered; they are then the last column of the keys, too.</param>
    public void Accumulate(
        AggregateTables tables, Batch batch, KeyBatch keys, ReadOnlySpan<int> indexes, ReadOnlySpan<int> offsets, Column? numbers = null)
    {
        var rows = RowNumbers(batch, indexes, offsets.Length);
        CountRows(tables.Main.Memory, batch, rows, offsets);
        for (var i = 0; i < _aggregates.Length; i++)
        {
            var aggregate = _aggregates[i];
            if (aggregate.IsRowCount || aggregate.Distinct)
                continue;
            var chosen = aggregate.Filter is { } filter ? Filtered((BoolColumn)batch[filter], rows, offsets) : offsets;
            Accumulate(i, tables, batch, keys, indexes, rows, chosen);
        }
        foreach (var (values, table) in _distinct)
        {
            if (!values.TryLocate(tables.Extra[table], batch, rows, offsets, numbers))
                continue;
            foreach (var member in values.Members)
                Accumulate(member, tables, batch, keys, indexes, rows, values.LetThrough(member, batch, offsets));
            values.End();
        }
    }

    void Accumulate(
        int index, AggregateTables tables, Batch batch, KeyBatch keys, ReadOnlySpan<int> indexes, ReadOnlySpan<int> rows, ReadOnlySpan<int> chosen)
    {
        var aggregate = _aggregates[index];
        var arguments = Arguments(aggregate, batch);
        if (aggregate.Call is FixedAggregate call)
            call.Accumulate(new AccumulatorRows(tables.Main.Memory, chosen, rows, batch.Kinds), _stateOffsets[index], arguments);
        else
            AccumulateBlob(tables.Extra[_blobTable[index]], (BlobAggregate)aggregate.Call, batch, keys, indexes, rows, chosen, arguments);
    }

    /// <summary>Folds rows into values that lie outside of a table. All aggregates have fixed accumulators and none is DISTINCT.</summary>
    /// <param name="memory">Memory of the values.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="offsets">For each row the offset of its group's value.</param>
    public void Fold(Span<byte> memory, Batch batch, ReadOnlySpan<int> offsets)
    {
        var rows = RowNumbers(batch, [], offsets.Length);
        CountRows(memory, batch, rows, offsets);
        for (var i = 0; i < _aggregates.Length; i++)
        {
            var aggregate = _aggregates[i];
            if (aggregate.IsRowCount)
                continue;
            var chosen = aggregate.Filter is { } filter ? Filtered((BoolColumn)batch[filter], rows, offsets) : offsets;
            ((FixedAggregate)aggregate.Call).Accumulate(new AccumulatorRows(memory, chosen, rows, batch.Kinds), _stateOffsets[i], Arguments(aggregate, batch));
        }
    }

    /// <summary>Adds values that were folded before to those of groups.</summary>
    /// <param name="memory">Memory of the values that are added to.</param>
    /// <param name="batch">The batch that holds what is added.</param>
    /// <param name="column">Where: values as <see cref="Fold"/> makes them.</param>
    /// <param name="indexes">Which entries of the batch are added; empty for all.</param>
    /// <param name="offsets">For each of them the offset of its group's value.</param>
    public void Merge(Span<byte> memory, Batch batch, int column, ReadOnlySpan<int> indexes, ReadOnlySpan<int> offsets)
    {
        var rows = RowNumbers(batch, indexes, offsets.Length);
        var partials = (BytesColumn)batch[column];
        for (var j = 0; j < offsets.Length; j++)
            Merge(memory.Slice(offsets[j], ValueBytes), partials[rows.IsEmpty ? j : rows[j]]);
    }

    /// <summary>How many rows were folded into some of the values of a column.</summary>
    public static long FoldedRows(BytesColumn partials, ReadOnlySpan<int> rows)
    {
        var count = 0L;
        foreach (var row in rows)
            count += MemoryMarshal.Read<long>(partials[row]);
        return count;
    }

    /// <summary>Appends one result of every aggregate for each group.</summary>
    /// <param name="tables">The tables, for blobs.</param>
    /// <param name="memory">Memory of the values.</param>
    /// <param name="offsets">Where the groups' values begin.</param>
    /// <param name="keyOf">The encoded key and key group of group j, for blobs.</param>
    /// <param name="results">One builder for each aggregate.</param>
    public void Emit(AggregateTables tables, ReadOnlySpan<byte> memory, ReadOnlySpan<int> offsets, IGroupKeys keyOf, ReadOnlySpan<ColumnBuilder> results)
    {
        for (var i = 0; i < _aggregates.Length; i++)
        {
            if (_aggregates[i].Call is FixedAggregate call)
            {
                call.Emit(memory, offsets, _stateOffsets[i], results[i]);
                continue;
            }
            for (var j = 0; j < offsets.Length; j++)
            {
                _blob.Select(tables.Extra[_blobTable[i]], keyOf.KeyGroup(j), keyOf.Key(j));
                ((BlobAggregate)_aggregates[i].Call).Emit(_blob, results[i]);
            }
        }
    }

    /// <summary>Adds values of groups to others. All aggregates have fixed accumulators.</summary>
    /// <param name="targetMemory">Memory of the values that are added to.</param>
    /// <param name="targets">Where they begin.</param>
    /// <param name="sourceMemory">Memory of the values that are added.</param>
    /// <param name="sources">Where they begin, one for each target.</param>
    public void Merge(Span<byte> targetMemory, ReadOnlySpan<int> targets, ReadOnlySpan<byte> sourceMemory, ReadOnlySpan<int> sources)
    {
        for (var j = 0; j < targets.Length; j++)
            MemoryMarshal.AsRef<long>(targetMemory[targets[j]..]) += MemoryMarshal.Read<long>(sourceMemory[sources[j]..]);
        for (var i = 0; i < _aggregates.Length; i++)
        {
            if (!_aggregates[i].IsRowCount)
                ((FixedAggregate)_aggregates[i].Call).Merge(targetMemory, targets, sourceMemory, sources, _stateOffsets[i]);
        }
    }

    /// <summary>What <see cref="Merge(Span{byte}, ReadOnlySpan{int}, ReadOnlySpan{byte}, ReadOnlySpan{int})"/> adds can be taken away again.</summary>
    public bool IsSubtractable => Array.TrueForAll(_aggregates, aggregate => aggregate.IsRowCount || aggregate.Call is FixedAggregate { IsSubtractable: true });

    /// <summary>Takes values of groups away from others that they were added to. Parameters as those of
    /// <see cref="Merge(Span{byte}, ReadOnlySpan{int}, ReadOnlySpan{byte}, ReadOnlySpan{int})"/>.</summary>
    public void Unmerge(Span<byte> targetMemory, ReadOnlySpan<int> targets, ReadOnlySpan<byte> sourceMemory, ReadOnlySpan<int> sources)
    {
        for (var j = 0; j < targets.Length; j++)
            MemoryMarshal.AsRef<long>(targetMemory[targets[j]..]) -= MemoryMarshal.Read<long>(sourceMemory[sources[j]..]);
        for (var i = 0; i < _aggregates.Length; i++)
        {
            if (!_aggregates[i].IsRowCount)
                ((FixedAggregate)_aggregates[i].Call).Unmerge(targetMemory, targets, sourceMemory, sources, _stateOffsets[i]);
        }
    }

    void Merge(Span<byte> target, ReadOnlySpan<byte> source)
    {
        MemoryMarshal.AsRef<long>(target) += MemoryMarshal.Read<long>(source);
        for (var i = 0; i < _aggregates.Length; i++)
        {
            if (_aggregates[i].IsRowCount)
                continue;
            var call = (FixedAggregate)_aggregates[i].Call;
            var (offset, length) = (_stateOffsets[i], call.StateBytes);
            call.Merge(target.Slice(offset, length), source.Slice(offset, length));
        }
    }

    static Column[] Arguments(BoundAggregate aggregate, Batch batch)
    {
        var arguments = new Column[aggregate.Arguments.Count];
        for (var a = 0; a < arguments.Length; a++)
            arguments[a] = batch[aggregate.Arguments[a]];
        return arguments;
    }

    static void CountRows(Span<byte> memory, Batch batch, ReadOnlySpan<int> rows, ReadOnlySpan<int> offsets)
    {
        if (batch.IsInsertOnly)
        {
            foreach (var offset in offsets)
                MemoryMarshal.AsRef<long>(memory[offset..])++;
            return;
        }
        var kinds = batch.Kinds;
        for (var i = 0; i < offsets.Length; i++)
            MemoryMarshal.AsRef<long>(memory[offsets[i]..]) += kinds[rows.IsEmpty ? i : rows[i]].Sign();
    }

    ReadOnlySpan<int> RowNumbers(Batch batch, ReadOnlySpan<int> indexes, int count)
    {
        if (!batch.HasSelection)
            return indexes;
        if (indexes.IsEmpty)
            return batch.Selection;
        if (_rowNumbers.Length < count)
            _rowNumbers = new int[count * 2];
        for (var i = 0; i < count; i++)
            _rowNumbers[i] = batch.Selection[indexes[i]];
        return _rowNumbers.AsSpan(0, count);
    }

    int[] _rowNumbers = [];

    ReadOnlySpan<int> Filtered(BoolColumn filter, ReadOnlySpan<int> rows, ReadOnlySpan<int> offsets)
    {
        if (_scratchOffsets.Length < offsets.Length)
            _scratchOffsets = new int[offsets.Length * 2];
        for (var i = 0; i < offsets.Length; i++)
        {
            var row = rows.IsEmpty ? i : rows[i];
            _scratchOffsets[i] = !filter.IsNull(row) && filter[row] ? offsets[i] : -1;
        }
        return _scratchOffsets.AsSpan(0, offsets.Length);
    }

    void AccumulateBlob(
        ValueTable table, BlobAggregate call, Batch batch, KeyBatch keys, ReadOnlySpan<int> indexes, ReadOnlySpan<int> rows,
        ReadOnlySpan<int> offsets, ReadOnlySpan<Column> arguments)
    {
        for (var i = 0; i < offsets.Length; i++)
        {
            if (offsets[i] < 0)
                continue;
            var row = rows.IsEmpty ? i : rows[i];
            var index = indexes.IsEmpty ? i : indexes[i];
            _blob.Select(table, keys.KeyGroup(index, _maxParallelism), keys[index]);
            call.Accumulate(_blob, arguments, row, batch.Kind(row));
        }
    }
}

/// <summary>The keys of the groups whose results are emitted.</summary>
interface IGroupKeys
{
    /// <summary>The encoded key of group j.</summary>
    ReadOnlySpan<byte> Key(int group);

    /// <summary>Its key group.</summary>
    ushort KeyGroup(int group);
}
