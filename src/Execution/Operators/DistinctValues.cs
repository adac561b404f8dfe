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
/// <remarks>Aggregates that differ in their FILTER only share the table, so that a value is looked up and kept once. Where groups are numbered the number stands behind
/// the group, and behind the counts how long both are together, so that it is known what the values of a group are. For each batch: <see cref="TryLocate"/>, where
/// it is true <see cref="LetThrough"/> for each member, then <see cref="End"/>.</remarks>
sealed class DistinctValues
{
    readonly int[] _keys;
    readonly int[] _arguments;
    readonly int[] _members;
    readonly int?[] _filters;
    readonly Column[] _columns;
    readonly bool _isNumbered;
    readonly KeyBatch _encoded = new();
    readonly TouchedEntries _touched = new();
    readonly ByteBuffer _argumentBytes = new(256);
    int[] _offsets = new int[Batch.RowsMax];
    int[] _rows = new int[Batch.RowsMax];
    int[] _indexes = new int[Batch.RowsMax];
    int[] _let = new int[Batch.RowsMax];
    ValueTable? _table;
    int _count;

    /// <param name="aggregates">All aggregates of the operator.</param>
    /// <param name="owner">The first of those that share the table.</param>
    /// <param name="keys">The columns of the key of a group.</param>
    /// <param name="isNumbered">Groups are numbered.</param>
    public DistinctValues(ValueList<BoundAggregate> aggregates, int owner, ValueList<int> keys, bool isNumbered)
    {
        _keys = [.. keys];
        _arguments = [.. aggregates[owner].Arguments];
        _members = [.. AccumulatorTables.DistinctMembers(aggregates, owner)];
        _filters = [.. _members.Select(member => aggregates[member].Filter)];
        _isNumbered = isNumbered;
        _columns = new Column[PrefixColumns + _arguments.Length];
    }

    /// <summary>The aggregates that share the table, by their positions among those of the operator; so lie their counts.</summary>
    public ReadOnlySpan<int> Members => _members;

    int PrefixColumns => _isNumbered ? _keys.Length + 1 : _keys.Length;

    int CountBytes => _members.Length * sizeof(long);

    /// <summary>How long the part of a key is that is the group's with its number, from the value.</summary>
    public static int PrefixBytes(ReadOnlySpan<byte> value) => MemoryMarshal.Read<int>(value[^sizeof(int)..]);

    /// <summary>Finds the counts for rows; false if no row matters.</summary>
    /// <param name="table">The table.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="rows">The rows; empty for all.</param>
    /// <param name="offsets">For each of them where the value of its group is; below zero if it does not count.</param>
    /// <param name="numbers">The numbers of the groups, by stored row, where they are numbered.</param>
    public bool TryLocate(ValueTable table, Batch batch, ReadOnlySpan<int> rows, ReadOnlySpan<int> offsets, Column? numbers)
    {
        Grow(offsets.Length);
        Choose(batch, rows, offsets);
        if (_count == 0)
            return false;
        var width = PrefixColumns;
        for (var k = 0; k < _keys.Length; k++)
            _columns[k] = batch[_keys[k]];
        if (_isNumbered)
            _columns[width - 1] = numbers!;
        for (var a = 0; a < _arguments.Length; a++)
            _columns[width + a] = batch[_arguments[a]];
        var counted = _rows.AsSpan(0, _count);
        _encoded.Encode(_columns, batch.StoredRows, counted);
        // The key group is that of the group, so that a group and its distinct values stay together when the job is rescaled.
        _encoded.HashBy(_columns.AsSpan(0, _keys.Length), batch.StoredRows, counted);
        table.Locate(_encoded, [], _isNumbered ? CountBytes + sizeof(int) : CountBytes, _offsets, _touched);
        if (_isNumbered)
            NotePrefixes(table.Memory, _columns.AsSpan(width));
        Array.Clear(_columns);
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
            if (filter is not null && !Passes(filter, row))
                continue;
            ref var uses = ref MemoryMarshal.AsRef<long>(memory[(_offsets[n] + (place * sizeof(long)))..]);
            var sign = batch.Kind(row).Sign();
            // What was counted before the group began anew cannot go from it.
            if (_isNumbered && sign < 0 && uses == 0)
                continue;
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
        foreach (var entry in _touched.Entries)
        {
            if (!table.Memory.Slice(table.ValueOffset(entry), CountBytes).ContainsAnyExcept((byte)0))
                table.Delete(entry);
        }
        table.EndBatch(_touched);
        _table = null;
    }

    // The rows that count for some aggregate.
    void Choose(Batch batch, ReadOnlySpan<int> rows, ReadOnlySpan<int> offsets)
    {
        _count = 0;
        for (var i = 0; i < offsets.Length; i++)
        {
            var row = rows.IsEmpty ? i : rows[i];
            if (offsets[i] < 0 || AnyNull(batch, row) || !AnyPasses(batch, row))
                continue;
            _rows[_count] = row;
            _indexes[_count++] = i;
        }
    }

    // How long the part of the key is that is the group's: what is behind it are the arguments.
    void NotePrefixes(Span<byte> memory, ReadOnlySpan<Column> arguments)
    {
        for (var i = 0; i < _count; i++)
        {
            _argumentBytes.Clear();
            KeyEncoder.Encode(arguments, _rows[i], _argumentBytes);
            MemoryMarshal.Write(memory[(_offsets[i] + CountBytes)..], _encoded[i].Length - _argumentBytes.Length);
        }
    }

    bool AnyNull(Batch batch, int row)
    {
        foreach (var argument in _arguments)
        {
            if (batch[argument].IsNull(row))
                return true;
        }
        return false;
    }

    bool AnyPasses(Batch batch, int row)
    {
        foreach (var filter in _filters)
        {
            if (filter is not { } column || Passes((BoolColumn)batch[column], row))
                return true;
        }
        return false;
    }

    static bool Passes(BoolColumn filter, int row) => !filter.IsNull(row) && filter[row];

    void Grow(int rows)
    {
        if (_rows.Length >= rows)
            return;
        var length = Math.Max(rows, _rows.Length * 2);
        (_offsets, _rows, _indexes, _let) = (new int[length], new int[length], new int[length], new int[length]);
    }
}
