using System.Runtime.InteropServices;
using SqlStream.Core.Columns;
using SqlStream.Core.Rows;
using SqlStream.Planner.Physical;
using SqlStream.State.Codec;
using SqlStream.State.Tables;

namespace SqlStream.Execution.Operators;

/// <summary>Counts the values of DISTINCT aggregates by group.</summary>
/// <remarks>A key of the table is <c>group | arguments</c>, a value the count. Where groups are numbered the number stands behind the group, and
/// behind the count how long both are together, so that it is known what the values of a group are.</remarks>
/// <param name="keys">The columns of the key of a group.</param>
/// <param name="isNumbered">Groups are numbered.</param>
sealed class DistinctValues(int[] keys, bool isNumbered)
{
    readonly KeyBatch _encoded = new();
    readonly TouchedEntries _touched = new();
    readonly ByteBuffer _argumentBytes = new(256);
    int[] _offsets = new int[Batch.RowsMax];
    int[] _rows = new int[Batch.RowsMax];
    int[] _indexes = new int[Batch.RowsMax];

    /// <summary>How long the part of a key is that is the group's with its number, from the value.</summary>
    public static int PrefixBytes(ReadOnlySpan<byte> value) => MemoryMarshal.Read<int>(value[sizeof(long)..]);

    /// <summary>Gives the offsets of rows whose values are the first of them in a group, or the last to go; -1 for the others.</summary>
    /// <param name="table">The counts.</param>
    /// <param name="aggregate">The aggregate, which says what the values are.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="rows">The stored rows; empty for all.</param>
    /// <param name="offsets">For each of them the offset of its group's value; -1 for those that do not count.</param>
    /// <param name="numbers">The numbers of the groups, by stored row, where they are numbered.</param>
    /// <param name="result">Receives the offsets; it may be the memory of <paramref name="offsets"/>.</param>
    public void LetThrough(
        ValueTable table, BoundAggregate aggregate, Batch batch, ReadOnlySpan<int> rows, ReadOnlySpan<int> offsets, Column? numbers, Span<int> result)
    {
        Grow(ref _rows, offsets.Length);
        Grow(ref _indexes, offsets.Length);
        Grow(ref _offsets, offsets.Length);
        var count = 0;
        for (var i = 0; i < offsets.Length; i++)
        {
            var offset = offsets[i];
            var row = rows.IsEmpty ? i : rows[i];
            if (offset >= 0 && !AnyNull(aggregate, batch, row))
            {
                _rows[count] = row;
                _indexes[count++] = i;
            }
        }
        if (count == 0)
        {
            result.Fill(-1);
            return;
        }
        var width = keys.Length + (isNumbered ? 1 : 0);
        var columns = new Column[width + aggregate.Arguments.Count];
        for (var k = 0; k < keys.Length; k++)
            columns[k] = batch[keys[k]];
        if (isNumbered)
            columns[width - 1] = numbers!;
        for (var a = 0; a < aggregate.Arguments.Count; a++)
            columns[width + a] = batch[aggregate.Arguments[a]];
        _encoded.Encode(columns, batch.StoredRows, _rows.AsSpan(0, count));
        // The key group is that of the group, so that a group and its distinct values stay together when the job is rescaled.
        _encoded.HashBy(columns.AsSpan(0, keys.Length), batch.StoredRows, _rows.AsSpan(0, count));
        table.Locate(_encoded, [], isNumbered ? sizeof(long) + sizeof(int) : sizeof(long), _offsets, _touched);
        if (isNumbered)
            NotePrefixes(table.Memory, columns.AsSpan(width), count);
        Choose(table.Memory, batch, offsets, result, count);
        foreach (var entry in _touched.Entries)
        {
            if (MemoryMarshal.Read<long>(table.Memory[table.ValueOffset(entry)..]) == 0)
                table.Delete(entry);
        }
        table.EndBatch(_touched);
    }

    // How long the part of the key is that is the group's: what is behind it are the arguments.
    void NotePrefixes(Span<byte> memory, ReadOnlySpan<Column> arguments, int count)
    {
        for (var i = 0; i < count; i++)
        {
            _argumentBytes.Clear();
            KeyEncoder.Encode(arguments, _rows[i], _argumentBytes);
            MemoryMarshal.Write(memory[(_offsets[i] + sizeof(long))..], _encoded[i].Length - _argumentBytes.Length);
        }
    }

    void Choose(Span<byte> memory, Batch batch, ReadOnlySpan<int> offsets, Span<int> result, int count)
    {
        var next = 0;
        for (var i = 0; i < offsets.Length; i++)
        {
            // Read before it is overwritten.
            var offset = offsets[i];
            result[i] = -1;
            if (next == count || _indexes[next] != i)
                continue;
            ref var uses = ref MemoryMarshal.AsRef<long>(memory[_offsets[next]..]);
            var sign = batch.Kind(_rows[next]).Sign();
            next++;
            // What was counted before the group began anew cannot go from it.
            if (isNumbered && sign < 0 && uses == 0)
                continue;
            var before = uses;
            uses += sign;
            if ((sign > 0 && before == 0) || (sign < 0 && uses == 0))
                result[i] = offset;
        }
    }

    static bool AnyNull(BoundAggregate aggregate, Batch batch, int row)
    {
        foreach (var argument in aggregate.Arguments)
        {
            if (batch[argument].IsNull(row))
                return true;
        }
        return false;
    }

    static void Grow(ref int[] array, int length)
    {
        if (array.Length < length)
            array = new int[Math.Max(length, array.Length * 2)];
    }
}
