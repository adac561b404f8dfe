using System.Runtime.InteropServices;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;

namespace SqlStream.Core.Columns;

/// <summary>Values of one type in Arrow's physical layout: a validity bitmap beside the values. Immutable once built.</summary>
/// <remarks>Reference-counted: a new column has one reference; <see cref="Release"/> of the last one returns the buffers
/// to their pool. NULL lives in the bitmap only: the value of a NULL row is garbage (of a byte string: empty).
/// A constant column stores one value and stands for <see cref="Length"/> equal rows.</remarks>
public abstract class Column
{
    readonly ColumnPool _pool;
    readonly byte[]? _validity;
    int _references = 1;

    private protected Column(SqlType type, int length, bool isConstant, byte[]? validity, ColumnPool pool)
    {
        Type = type;
        Length = length;
        IsConstant = isConstant;
        _validity = validity;
        _pool = pool;
    }

    /// <summary>The type of the values.</summary>
    public SqlType Type { get; }

    /// <summary>Number of rows.</summary>
    public int Length { get; }

    /// <summary>One stored value stands for all rows.</summary>
    public bool IsConstant { get; }

    /// <summary>Number of stored values: 1 for a constant column.</summary>
    public int StoredLength => IsConstant ? 1 : Length;

    /// <summary>One bit a stored value, 1 = not NULL; empty if no row is NULL.</summary>
    public ReadOnlySpan<ulong> Validity =>
        _validity is null ? [] : MemoryMarshal.Cast<byte, ulong>(_validity)[..Bitmap.Words(StoredLength)];

    /// <summary>False if certainly no row is NULL.</summary>
    public bool MayHaveNulls => _validity is not null;

    /// <summary>True if the row is NULL.</summary>
    public bool IsNull(int row) => _validity is not null && !Bitmap.Get(Validity, IsConstant ? 0 : row);

    /// <summary>Bytes that the stored values take up; what is rented and not used does not count.</summary>
    public long ByteSize => ValueBytes + (_validity is null ? 0 : Bitmap.Words(StoredLength) * sizeof(ulong));

    private protected abstract long ValueBytes { get; }

    /// <summary>Adds a reference and returns the column.</summary>
    public Column Retain()
    {
        Check.That(Interlocked.Increment(ref _references) > 1);
        return this;
    }

    /// <summary>Ends a reference; the last one returns the buffers.</summary>
    public void Release()
    {
        var left = Interlocked.Decrement(ref _references);
        Check.That(left >= 0);
        if (left > 0)
            return;
        if (_validity is not null)
            _pool.Return(_validity);
        ReturnBuffers(_pool);
    }

    /// <summary>Makes a column of one stored row, which nobody else holds, stand for a number of equal rows. The column itself
    /// must not be used any more: its buffers have moved.</summary>
    internal Column TakeAsConstant(int length)
    {
        Check.That(StoredLength == 1 && _references == 1);
        return MakeConstant(length, _validity, _pool);
    }

    private protected abstract Column MakeConstant(int length, byte[]? validity, ColumnPool pool);

    private protected abstract void ReturnBuffers(ColumnPool pool);
}

/// <summary>Fixed-width values.</summary>
public sealed class FixedColumn<T> : Column where T : unmanaged
{
    readonly byte[] _values;

    /// <summary>Takes over the buffers, which come from <paramref name="pool"/>. A null <paramref name="validity"/> means no NULLs.</summary>
    public FixedColumn(SqlType type, int length, byte[] values, byte[]? validity, ColumnPool pool, bool isConstant = false)
        : base(type, length, isConstant, validity, pool) => _values = values;

    /// <summary>The stored values.</summary>
    public ReadOnlySpan<T> Values => MemoryMarshal.Cast<byte, T>(_values)[..StoredLength];

    /// <summary>The value of a row; garbage where it is NULL.</summary>
    public T this[int row] => Values[IsConstant ? 0 : row];

    private protected override unsafe long ValueBytes => (long)StoredLength * sizeof(T);

    private protected override Column MakeConstant(int length, byte[]? validity, ColumnPool pool) =>
        new FixedColumn<T>(Type, length, _values, validity, pool, isConstant: true);

    private protected override void ReturnBuffers(ColumnPool pool) => pool.Return(_values);
}

/// <summary>BOOLEAN values, one bit each.</summary>
public sealed class BoolColumn : Column
{
    readonly byte[] _values;

    /// <summary>Takes over the buffers, which come from <paramref name="pool"/>. A null <paramref name="validity"/> means no NULLs.</summary>
    public BoolColumn(SqlType type, int length, byte[] values, byte[]? validity, ColumnPool pool, bool isConstant = false)
        : base(type, length, isConstant, validity, pool) => _values = values;

    /// <summary>The stored values; bits beyond the length are garbage.</summary>
    public ReadOnlySpan<ulong> Values => MemoryMarshal.Cast<byte, ulong>(_values)[..Bitmap.Words(StoredLength)];

    /// <summary>The value of a row; garbage where it is NULL.</summary>
    public bool this[int row] => Bitmap.Get(Values, IsConstant ? 0 : row);

    private protected override long ValueBytes => Bitmap.Words(StoredLength) * sizeof(ulong);

    private protected override Column MakeConstant(int length, byte[]? validity, ColumnPool pool) =>
        new BoolColumn(Type, length, _values, validity, pool, isConstant: true);

    private protected override void ReturnBuffers(ColumnPool pool) => pool.Return(_values);
}

/// <summary>Byte strings: character strings as UTF-8, and binary strings.</summary>
public sealed class BytesColumn : Column
{
    readonly byte[] _offsets;
    readonly byte[] _data;

    /// <summary>Takes over the buffers, which come from <paramref name="pool"/>; <paramref name="offsets"/> holds one more
    /// 32-bit offset than values. A null <paramref name="validity"/> means no NULLs.</summary>
    public BytesColumn(SqlType type, int length, byte[] offsets, byte[] data, byte[]? validity, ColumnPool pool, bool isConstant = false)
        : base(type, length, isConstant, validity, pool)
    {
        _offsets = offsets;
        _data = data;
    }

    /// <summary>Value i lies at <c>Offsets[i]</c> up to <c>Offsets[i + 1]</c> of <see cref="Data"/>.</summary>
    public ReadOnlySpan<int> Offsets => MemoryMarshal.Cast<byte, int>(_offsets)[..(StoredLength + 1)];

    /// <summary>All bytes.</summary>
    public ReadOnlySpan<byte> Data => _data.AsSpan(0, Offsets[StoredLength]);

    /// <summary>The bytes of a row; empty where it is NULL.</summary>
    public ReadOnlySpan<byte> this[int row]
    {
        get
        {
            var stored = IsConstant ? 0 : row;
            var offsets = Offsets;
            var start = offsets[stored];
            return _data.AsSpan(start, offsets[stored + 1] - start);
        }
    }

    private protected override long ValueBytes => ((StoredLength + 1L) * sizeof(int)) + Offsets[StoredLength];

    private protected override Column MakeConstant(int length, byte[]? validity, ColumnPool pool) =>
        new BytesColumn(Type, length, _offsets, _data, validity, pool, isConstant: true);

    private protected override void ReturnBuffers(ColumnPool pool)
    {
        pool.Return(_offsets);
        pool.Return(_data);
    }
}
