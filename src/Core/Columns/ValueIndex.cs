using System.Buffers;
using System.Numerics;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Core.Columns;

/// <summary>A set of different values of columns of one type, each with a number from 0 in the order of adding.</summary>
/// <remarks>Values are looked up by <see cref="RowHash.OfValue"/> and <see cref="ColumnValues.AreEqual"/>; the columns must live as long.
/// Not thread-safe. Dispose returns the arrays. It is made for each row, so it lives on the stack.</remarks>
public readonly ref struct ValueIndex : IDisposable
{
    // Behind the slots stands the number of values.
    readonly int[] _slots;
    readonly int _mask;
    readonly (Column Column, int Row, ulong Hash)[] _values;

    /// <summary>An index for at most that many values.</summary>
    public ValueIndex(int valuesMax)
    {
        var slots = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(4, valuesMax * 2));
        _mask = slots - 1;
        _slots = ArrayPool<int>.Shared.Rent(slots + 1);
        _slots.AsSpan(0, slots + 1).Clear();
        _values = ArrayPool<(Column, int, ulong)>.Shared.Rent(Math.Max(1, valuesMax));
    }

    /// <summary>Number of values.</summary>
    public int Count => _slots[_mask + 1];

    /// <summary>Adds a value; false if it is there already.</summary>
    public bool TryAdd(Column column, int row)
    {
        var hash = RowHash.OfValue(column, row);
        var slot = Slot(column, row, hash);
        if (_slots[slot] != 0)
            return false;
        var count = Count;
        Check.That(count < _values.Length && count <= _mask / 2);
        _values[count] = (column, row, hash);
        _slots[slot] = _slots[_mask + 1] = count + 1;
        return true;
    }

    /// <summary>The number of a value, or -1.</summary>
    public int Find(Column column, int row) => _slots[Slot(column, row, RowHash.OfValue(column, row))] - 1;

    /// <summary>Forgets the values.</summary>
    public void Clear() => _slots.AsSpan(0, _mask + 2).Clear();

    /// <inheritdoc/>
    public void Dispose()
    {
        ArrayPool<int>.Shared.Return(_slots);
        ArrayPool<(Column, int, ulong)>.Shared.Return(_values, clearArray: true);
    }

    // The slot of the value, or the free one where it belongs.
    int Slot(Column column, int row, ulong hash)
    {
        for (var slot = (int)((hash * 0x9E3779B97F4A7C15) >> 32) & _mask; ; slot = (slot + 1) & _mask)
        {
            if (_slots[slot] == 0)
                return slot;
            ref readonly var known = ref _values[_slots[slot] - 1];
            if (known.Hash == hash && ColumnValues.AreEqual(known.Column, known.Row, column, row))
                return slot;
        }
    }
}
