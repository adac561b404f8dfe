using System.Buffers;
using System.Numerics;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Core.Columns;

/// <summary>A set of different values of columns of one type, each with a number from 0 in the order of adding.</summary>
/// <remarks>Values are looked up by <see cref="RowHash.OfValue"/> and <see cref="ColumnValues.AreEqual"/>; the columns must live as long.
/// Not thread-safe. Dispose returns the arrays.</remarks>
public sealed class ValueIndex : IDisposable
{
    readonly int[] _slots;
    readonly int _mask;
    readonly (Column Column, int Row, ulong Hash)[] _values;

    /// <summary>An index for at most that many values.</summary>
    public ValueIndex(int valuesMax)
    {
        var slots = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(4, valuesMax * 2));
        _mask = slots - 1;
        _slots = ArrayPool<int>.Shared.Rent(slots);
        _slots.AsSpan(0, slots).Clear();
        _values = ArrayPool<(Column, int, ulong)>.Shared.Rent(Math.Max(1, valuesMax));
    }

    /// <summary>Number of values.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a value; false if it is there already.</summary>
    public bool TryAdd(Column column, int row)
    {
        var hash = RowHash.OfValue(column, row);
        var slot = Slot(column, row, hash);
        if (_slots[slot] != 0)
            return false;
        Check.That(Count < _values.Length && Count <= _mask / 2);
        _values[Count++] = (column, row, hash);
        _slots[slot] = Count;
        return true;
    }

    /// <summary>The number of a value, or -1.</summary>
    public int Find(Column column, int row) => _slots[Slot(column, row, RowHash.OfValue(column, row))] - 1;

    /// <summary>Forgets the values.</summary>
    public void Clear()
    {
        _slots.AsSpan(0, _mask + 1).Clear();
        Count = 0;
    }

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
