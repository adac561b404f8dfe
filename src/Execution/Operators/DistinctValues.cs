using System.Runtime.InteropServices;
using SqlStream.Core.Columns;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;
using SqlStream.Planner.Physical;
using SqlStream.State.Codec;
using SqlStream.State.Tables;

namespace SqlStream.Execution.Operators;

/// <summary>The values that the DISTINCT aggregates over the same arguments have seen in each group: a table (group, arguments) to one count for each of them. A row
/// is let through to an aggregate when its count leaves or reaches zero.</summary>
/// <remarks>Aggregates that differ in their FILTER only share the table, so that a value is looked up and kept once. For each batch: <see cref="TryLocate"/>, where
/// it is true <see cref="LetThrough"/> for each member, then <see cref="End"/>.</remarks>
sealed class DistinctValues
{
    readonly int[] _keys;
    readonly int[] _arguments;
    readonly int[] _members;
    readonly int?[] _filters;
    readonly Column[] _columns;
    readonly KeyBatch _encoded = new();
    readonly TouchedEntries _touched = new();
    int[] _offsets = new int[Batch.RowsMax];
    int[] _rows = new int[Batch.RowsMax];
    int[] _indexes = new int[Batch.RowsMax];
    int[] _let = new int[Batch.RowsMax];
    ValueTable? _table;
    int _count;

    /// <param name="aggregates">All aggregates of the operator.</param>
    /// <param name="owner">The first of those that share the table.</param>
    /// <param name="keys">The columns of the group.</param>
    public DistinctValues(ValueList<BoundAggregate> aggregates, int owner, ValueList<int> keys)
    {
        _keys = [.. keys];
        _arguments = [.. aggregates[owner].Arguments];
        _members = [.. Enumerable.Range(0, aggregates.Count).Where(index => aggregates[index].Distinct && AccumulatorTables.DistinctOwner(aggregates, index) == owner)];
        _filters = [.. _members.Select(member => aggregates[member].Filter)];
        _columns = new Column[_keys.Length + _arguments.Length];
    }

    /// <summary>The aggregates that share the table, by their positions among those of the operator; so lie their counts.</summary>
    public ReadOnlySpan<int> Members => _members;

    /// <summary>Finds the counts for rows; false if no row matters.</summary>
    /// <param name="table">The table.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="rows">The rows; empty for all.</param>
    /// <param name="offsets">For each of them where the value of its group is; below zero if it does not count.</param>
    public bool TryLocate(ValueTable table, Batch batch, ReadOnlySpan<int> rows, ReadOnlySpan<int> offsets)
    {
        Grow(offsets.Length);
        for (var k = 0; k < _keys.Length; k++)
            _columns[k] = batch[_keys[k]];
        for (var a = 0; a < _arguments.Length; a++)
            _columns[_keys.Length + a] = batch[_arguments[a]];
        _count = 0;
        for (var i = 0; i < offsets.Length; i++)
        {
            var row = rows.IsEmpty ? i : rows[i];
            if (offsets[i] < 0 || AnyNull(row) || !AnyPasses(batch, row))
                continue;
            _rows[_count] = row;
            _indexes[_count++] = i;
        }
        if (_count == 0)
        {
            Array.Clear(_columns);
            return false;
        }
        var counted = _rows.AsSpan(0, _count);
        _encoded.Encode(_columns, batch.StoredRows, counted);
        // The key group is that of the group, so that a group and its distinct values stay together when the job is rescaled.
        _encoded.HashBy(_columns.AsSpan(0, _keys.Length), batch.StoredRows, counted);
        Array.Clear(_columns);
        table.Locate(_encoded, [], _members.Length * sizeof(long), _offsets, _touched);
        _table = table;
        return true;
    }

    /// <summary>Counts the values for one aggregate.</summary>
    /// <returns>For each row the offset that was given, or -1 where nothing changes for the aggregate. Valid until the next call.</returns>
    public ReadOnlySpan<int> LetThrough(int member, Batch batch, ReadOnlySpan<int> offsets)
    {
        var place = _members.AsSpan().IndexOf(member);
        var filter = _filters[place] is { } column ? (BoolColumn)batch[column] : null;
        var result = _let.AsSpan(0, offsets.Length);
        result.Fill(-1);
        var memory = _table!.Memory;
        for (var n = 0; n < _count; n++)
        {
            var row = _rows[n];
            if (filter is not null && (filter.IsNull(row) || !filter[row]))
                continue;
            ref var uses = ref MemoryMarshal.AsRef<long>(memory[(_offsets[n] + (place * sizeof(long)))..]);
            var sign = batch.Kind(row).Sign();
            uses += sign;
            if (sign > 0 ? uses == 1 : uses == 0)
                result[_indexes[n]] = offsets[_indexes[n]];
        }
        return result;
    }

    /// <summary>The batch ends: what nobody counts any more goes.</summary>
    public void End()
    {
        var table = _table!;
        var bytes = _members.Length * sizeof(long);
        foreach (var entry in _touched.Entries)
        {
            if (!table.Memory.Slice(table.ValueOffset(entry), bytes).ContainsAnyExcept((byte)0))
                table.Delete(entry);
        }
        table.EndBatch(_touched);
        _table = null;
    }

    bool AnyNull(int row)
    {
        for (var i = _keys.Length; i < _columns.Length; i++)
        {
            if (_columns[i].IsNull(row))
                return true;
        }
        return false;
    }

    bool AnyPasses(Batch batch, int row)
    {
        foreach (var filter in _filters)
        {
            if (filter is not { } column || (batch[column] is BoolColumn passes && !passes.IsNull(row) && passes[row]))
                return true;
        }
        return false;
    }

    void Grow(int rows)
    {
        if (_rows.Length >= rows)
            return;
        var length = Math.Max(rows, _rows.Length * 2);
        (_offsets, _rows, _indexes, _let) = (new int[length], new int[length], new int[length], new int[length]);
    }
}
