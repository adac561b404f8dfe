using SqlStream.Core.Columns;

namespace SqlStream.Functions.Kernels;

/// <summary>Reads a fixed-width column by row, constant or not, without a branch.</summary>
readonly ref struct FixedReader<T> where T : unmanaged
{
    readonly ReadOnlySpan<T> _values;
    readonly int _mask;

    public FixedReader(Column column)
    {
        _values = ((FixedColumn<T>)column).Values;
        _mask = column.IsConstant ? 0 : -1;
    }

    public T this[int row] => _values[row & _mask];
}

/// <summary>Reads a byte string column by row, constant or not.</summary>
readonly ref struct BytesReader
{
    readonly ReadOnlySpan<int> _offsets;
    readonly ReadOnlySpan<byte> _data;
    readonly int _mask;

    public BytesReader(Column column)
    {
        var bytes = (BytesColumn)column;
        _offsets = bytes.Offsets;
        _data = bytes.Data;
        _mask = column.IsConstant ? 0 : -1;
    }

    public ReadOnlySpan<byte> this[int row]
    {
        get
        {
            var stored = row & _mask;
            var start = _offsets[stored];
            return _data[start.._offsets[stored + 1]];
        }
    }
}
