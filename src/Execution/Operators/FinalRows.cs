using System.Runtime.InteropServices;
using SqlStream.Core.Columns;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;
using SqlStream.State.Codec;
using SqlStream.State.Tables;

namespace SqlStream.Execution.Operators;

/// <summary>A cursor over all groups of a table that builds one batch at a time: key columns, aggregates, and further columns with
/// one value for all rows.</summary>
sealed class FinalRows(OperatorContext context, SqlType[] keyTypes, AggregateSet aggregates) : IGroupKeys, IDisposable
{
    readonly ColumnBuilder[] _keys = [.. keyTypes.Select(type => ColumnBuilder.Create(type, context.Pool))];
    readonly ColumnBuilder[] _results = [.. Enumerable.Range(0, aggregates.Count).Select(i => ColumnBuilder.Create(aggregates.ResultType(i), context.Pool))];
    readonly List<(byte[] Key, ushort KeyGroup)> _encodedKeys = [];
    byte[] _values = [];
    int[] _offsets = [];
    (int Start, int Length)[] _places = [];
    AggregateTables _tables;
    IGroupCursor? _cursor;
    bool _emitEmptyRow;

    /// <summary>True from opening until the last batch.</summary>
    public bool IsOpen => _cursor is not null;

    /// <summary>Begins with the groups of some tables. <paramref name="emitEmptyRow"/>: if there is no group at all, one row of empty
    /// accumulators comes.</summary>
    public void Open(AggregateTables tables, bool emitEmptyRow)
    {
        _tables = tables;
        _cursor = tables.Main.Scan();
        _emitEmptyRow = emitEmptyRow;
    }

    /// <summary>Begins with groups all of whose state is in their values.</summary>
    public void Open(IGroupCursor groups) => _cursor = groups;

    /// <summary>The next batch; null if there was nothing (left).</summary>
    public Batch? Next(params ReadOnlySpan<Func<int, Column>> furtherColumns)
    {
        var width = aggregates.ValueBytes;
        if (_values.Length == 0)
        {
            _values = new byte[context.BatchRows * width];
            _offsets = new int[context.BatchRows];
        }
        if (_cursor is IGroupMemory groups)
            return NextInPlace(groups, furtherColumns);
        _encodedKeys.Clear();
        var count = 0;
        while (count < context.BatchRows)
        {
            if (!_cursor!.MoveNext())
            {
                Close();
                break;
            }
            // Over an input that takes rows away a group may have none left and still wait for its deletion.
            var value = _cursor.Value;
            if (MemoryMarshal.Read<long>(value) <= 0)
                continue;
            value.CopyTo(_values.AsSpan(count * width));
            _offsets[count] = count * width;
            KeyEncoder.Decode(_cursor.Key, _keys);
            if (aggregates.ExtraNames.Count > 0)
                _encodedKeys.Add((_cursor.Key.ToArray(), _cursor.KeyGroup));
            count++;
            _emitEmptyRow = false;
        }
        if (count == 0 && _emitEmptyRow && !IsOpen)
        {
            _values.AsSpan(0, width).Clear();
            _encodedKeys.Add(([], 0));
            count = 1;
            _emitEmptyRow = false;
        }
        return count == 0 ? null : Build(count, _values, furtherColumns);
    }

    // No aggregate has a table of its own.
    Batch? NextInPlace(IGroupMemory groups, ReadOnlySpan<Func<int, Column>> furtherColumns)
    {
        if (_places.Length == 0)
            _places = new (int, int)[context.BatchRows];
        var memory = groups.Memory;
        while (true)
        {
            var found = groups.Next(_offsets, _places);
            if (found == 0)
            {
                Close();
                return null;
            }
            var count = 0;
            for (var i = 0; i < found; i++)
            {
                var offset = _offsets[i];
                if (MemoryMarshal.Read<long>(memory[offset..]) <= 0)
                    continue;
                KeyEncoder.Decode(memory.Slice(_places[i].Start, _places[i].Length), _keys);
                _offsets[count++] = offset;
            }
            if (count > 0)
                return Build(count, memory, furtherColumns);
        }
    }

    public ReadOnlySpan<byte> Key(int group) => _encodedKeys[group].Key;

    public ushort KeyGroup(int group) => _encodedKeys[group].KeyGroup;

    public void Dispose()
    {
        Close();
        foreach (var key in _keys)
            key.Dispose();
        foreach (var result in _results)
            result.Dispose();
    }

    Batch Build(int count, ReadOnlySpan<byte> values, ReadOnlySpan<Func<int, Column>> furtherColumns)
    {
        aggregates.Emit(_tables, values, _offsets.AsSpan(0, count), this, _results);
        var columns = new Column[_keys.Length + _results.Length + furtherColumns.Length];
        var used = 0;
        foreach (var key in _keys)
            columns[used++] = key.Build();
        foreach (var result in _results)
            columns[used++] = result.Build();
        foreach (var further in furtherColumns)
            columns[used++] = further(count);
        context.Metrics.AddRowsOut(count);
        return new Batch(columns, count, context.Pool);
    }

    void Close()
    {
        _cursor?.Dispose();
        _cursor = null;
    }
}
