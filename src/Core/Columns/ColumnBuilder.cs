using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SqlStream.Core.Types;

namespace SqlStream.Core.Columns;

/// <summary>Appends values and builds a column of them. After <see cref="Build"/> the builder is empty and may be used again.</summary>
/// <remarks>Not thread-safe. Dispose returns what was not built.</remarks>
public abstract class ColumnBuilder : IDisposable
{
    byte[]? _validity;

    private protected ColumnBuilder(SqlType type, ColumnPool pool)
    {
        Type = type;
        Pool = pool;
    }

    /// <summary>The type of the column that is built.</summary>
    public SqlType Type { get; }

    /// <summary>Where buffers come from.</summary>
    public ColumnPool Pool { get; }

    /// <summary>Rows appended so far.</summary>
    public int Count { get; private protected set; }

    /// <summary>A builder for the layout of a type.</summary>
    public static ColumnBuilder Create(SqlType type, ColumnPool pool) => type.Layout switch
    {
        ColumnLayout.Bool => new BoolColumnBuilder(type, pool),
        ColumnLayout.Int8 => new FixedColumnBuilder<sbyte>(type, pool),
        ColumnLayout.Int16 => new FixedColumnBuilder<short>(type, pool),
        ColumnLayout.Int32 => new FixedColumnBuilder<int>(type, pool),
        ColumnLayout.Int64 => new FixedColumnBuilder<long>(type, pool),
        ColumnLayout.Float32 => new FixedColumnBuilder<float>(type, pool),
        ColumnLayout.Float64 => new FixedColumnBuilder<double>(type, pool),
        ColumnLayout.Int128 => new FixedColumnBuilder<Int128>(type, pool),
        ColumnLayout.Bytes => new BytesColumnBuilder(type, pool),
        ColumnLayout.Row => new RowColumnBuilder(type, pool),
        ColumnLayout.List => new ListColumnBuilder(type, pool),
        ColumnLayout.Map => new MapColumnBuilder(type, pool),
        _ => throw new UnreachableException($"layout {type.Layout} has no builder"),
    };

    /// <summary>Appends NULL.</summary>
    public abstract void AppendNull();

    /// <summary>Appends one row of a column of the same layout.</summary>
    public abstract void AppendFrom(Column source, int row);

    /// <summary>Appends the given rows of a column of the same layout, in that order.</summary>
    public abstract void AppendRows(Column source, ReadOnlySpan<int> rows);

    /// <summary>Appends consecutive rows of a column of the same layout.</summary>
    public virtual void AppendRange(Column source, int start, int count)
    {
        for (var row = start; row < start + count; row++)
            AppendFrom(source, row);
    }

    /// <summary>Builds a column of the rows appended and starts anew.</summary>
    public abstract Column Build();

    /// <summary>Drops the last rows, so that <paramref name="count"/> remain, and what was appended of a row that has not ended: a row that
    /// turned out malformed half-way.</summary>
    public abstract void Truncate(int count);

    /// <summary>Drops all rows.</summary>
    public void Clear() => Truncate(0);

    /// <inheritdoc/>
    public virtual void Dispose()
    {
        if (_validity is not null)
            Pool.Return(_validity);
        _validity = null;
        Count = 0;
    }

    /// <summary>Marks the next row (number <see cref="Count"/>) valid or NULL, before its count is raised.</summary>
    private protected void MarkNext(bool valid)
    {
        if (_validity is null)
        {
            if (valid)
                return;
            _validity = Pool.Rent(Math.Max(512, Bitmap.Words(Count + 1) * 8));
            _validity.AsSpan().Fill(0xFF);
        }
        else if (Bitmap.Words(Count + 1) * 8 > _validity.Length)
        {
            _validity = Grow(_validity, _validity.Length, _validity.Length * 2);
            _validity.AsSpan(_validity.Length / 2).Fill(0xFF);
        }
        if (!valid)
            Bitmap.Clear(MemoryMarshal.Cast<byte, ulong>(_validity.AsSpan()), Count);
        else
            Bitmap.Set(MemoryMarshal.Cast<byte, ulong>(_validity.AsSpan()), Count);
    }

    /// <summary>Marks rows valid and counts them.</summary>
    private protected void MarkValid(int rows)
    {
        if (_validity is null)
        {
            Count += rows;
            return;
        }
        for (var i = 0; i < rows; i++)
        {
            MarkNext(valid: true);
            Count++;
        }
    }

    /// <summary>Appends the validity of gathered rows; the caller raises the count afterwards.</summary>
    private protected void MarkRows(Column source, ReadOnlySpan<int> rows)
    {
        if (!source.MayHaveNulls && _validity is null)
            return;
        var start = Count;
        for (var i = 0; i < rows.Length; i++)
        {
            Count = start + i;
            MarkNext(!source.IsNull(rows[i]));
        }
        Count = start;
    }

    private protected byte[]? TakeValidity()
    {
        var validity = _validity;
        _validity = null;
        return validity;
    }

    private protected byte[] Grow(byte[] buffer, int used, int bytesMin)
    {
        var larger = Pool.Rent(bytesMin);
        buffer.AsSpan(0, used).CopyTo(larger);
        Pool.Return(buffer);
        return larger;
    }
}

/// <summary>Builds fixed-width columns.</summary>
public sealed class FixedColumnBuilder<T>(SqlType type, ColumnPool pool) : ColumnBuilder(type, pool) where T : unmanaged
{
    byte[]? _values;
    int _capacity;

    /// <summary>Appends a value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Append(T value)
    {
        if (Count == _capacity)
            Reserve(Count + 1);
        MarkNext(valid: true);
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_values!), Count * Unsafe.SizeOf<T>()), value);
        Count++;
    }

    /// <summary>Appends that many valid rows and returns the place to write their values to.</summary>
    public Span<T> AppendSpan(int rows)
    {
        Reserve(Count + rows);
        var start = Count;
        MarkValid(rows);
        return MemoryMarshal.Cast<byte, T>(_values.AsSpan())[start..(start + rows)];
    }

    /// <inheritdoc/>
    public override void AppendNull()
    {
        if (Count == _capacity)
            Reserve(Count + 1);
        MarkNext(valid: false);
        MemoryMarshal.Cast<byte, T>(_values.AsSpan())[Count] = default;
        Count++;
    }

    /// <inheritdoc/>
    public override void AppendFrom(Column source, int row)
    {
        if (source.IsNull(row))
            AppendNull();
        else
            Append(((FixedColumn<T>)source)[row]);
    }

    /// <inheritdoc/>
    public override void AppendRows(Column source, ReadOnlySpan<int> rows)
    {
        Reserve(Count + rows.Length);
        MarkRows(source, rows);
        var typed = (FixedColumn<T>)source;
        var target = MemoryMarshal.Cast<byte, T>(_values.AsSpan()).Slice(Count, rows.Length);
        if (typed.IsConstant)
        {
            target.Fill(typed.Values[0]);
        }
        else
        {
            var values = typed.Values;
            for (var i = 0; i < target.Length; i++)
                target[i] = values[rows[i]];
        }
        Count += rows.Length;
    }

    /// <inheritdoc/>
    public override void AppendRange(Column source, int start, int count)
    {
        if (source.IsConstant || source.MayHaveNulls)
            base.AppendRange(source, start, count);
        else
            ((FixedColumn<T>)source).Values.Slice(start, count).CopyTo(AppendSpan(count));
    }

    /// <inheritdoc/>
    public override Column Build()
    {
        var column = new FixedColumn<T>(Type, Count, _values ?? Pool.Rent(64), TakeValidity(), Pool);
        _values = null;
        _capacity = 0;
        Count = 0;
        return column;
    }

    /// <inheritdoc/>
    public override void Truncate(int count) => Count = count;

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        if (_values is not null)
            Pool.Return(_values);
        _values = null;
        _capacity = 0;
    }

    void Reserve(int rows)
    {
        if (rows <= _capacity)
            return;
        var bytes = Math.Max(rows, Math.Max(256, _capacity * 2)) * Unsafe.SizeOf<T>();
        _values = _values is null ? Pool.Rent(bytes) : Grow(_values, Count * Unsafe.SizeOf<T>(), bytes);
        _capacity = _values.Length / Unsafe.SizeOf<T>();
    }
}

/// <summary>Builds BOOLEAN columns.</summary>
public sealed class BoolColumnBuilder(SqlType type, ColumnPool pool) : ColumnBuilder(type, pool)
{
    byte[]? _values;

    /// <summary>Appends a value.</summary>
    public void Append(bool value)
    {
        Reserve(Count + 1);
        MarkNext(valid: true);
        Bitmap.Put(MemoryMarshal.Cast<byte, ulong>(_values.AsSpan()), Count, value);
        Count++;
    }

    /// <inheritdoc/>
    public override void AppendNull()
    {
        Reserve(Count + 1);
        MarkNext(valid: false);
        Bitmap.Clear(MemoryMarshal.Cast<byte, ulong>(_values.AsSpan()), Count);
        Count++;
    }

    /// <inheritdoc/>
    public override void AppendFrom(Column source, int row)
    {
        if (source.IsNull(row))
            AppendNull();
        else
            Append(((BoolColumn)source)[row]);
    }

    /// <inheritdoc/>
    public override void AppendRows(Column source, ReadOnlySpan<int> rows)
    {
        foreach (var row in rows)
            AppendFrom(source, row);
    }

    /// <inheritdoc/>
    public override Column Build()
    {
        var column = new BoolColumn(Type, Count, _values ?? Pool.Rent(64), TakeValidity(), Pool);
        _values = null;
        Count = 0;
        return column;
    }

    /// <inheritdoc/>
    public override void Truncate(int count) => Count = count;

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        if (_values is not null)
            Pool.Return(_values);
        _values = null;
    }

    void Reserve(int rows)
    {
        var bytes = Bitmap.Words(rows) * 8;
        if (_values is null)
            _values = Pool.Rent(Math.Max(512, bytes));
        else if (bytes > _values.Length)
            _values = Grow(_values, _values.Length, _values.Length * 2);
    }
}

/// <summary>Builds columns of byte strings.</summary>
public sealed class BytesColumnBuilder(SqlType type, ColumnPool pool) : ColumnBuilder(type, pool)
{
    byte[]? _offsets;
    byte[]? _data;
    int _used;

    /// <summary>Bytes appended so far.</summary>
    public int BytesUsed => _used;

    /// <summary>Appends a value; the bytes are copied.</summary>
    public void Append(ReadOnlySpan<byte> value)
    {
        value.CopyTo(Reserve(value.Length));
        Commit(value.Length);
    }

    /// <summary>Room for a value of up to that many bytes; <see cref="Commit"/> ends the value.</summary>
    public Span<byte> Reserve(int bytes)
    {
        var needed = (long)_used + bytes;
        if (_data is null)
            _data = Pool.Rent((int)Math.Min(Math.Max(1024, needed), int.MaxValue));
        else if (needed > _data.Length)
            _data = Grow(_data, _used, (int)Math.Min(Math.Max(needed, _data.Length * 2L), int.MaxValue));
        return _data.AsSpan(_used, bytes);
    }

    /// <summary>Ends the value written into the span of <see cref="Reserve"/>: its first <paramref name="bytes"/> bytes.</summary>
    public void Commit(int bytes)
    {
        MarkNext(valid: true);
        _used += bytes;
        WriteOffset();
    }

    /// <inheritdoc/>
    public override void AppendNull()
    {
        MarkNext(valid: false);
        WriteOffset();
    }

    /// <inheritdoc/>
    public override void AppendFrom(Column source, int row)
    {
        if (source.IsNull(row))
            AppendNull();
        else
            Append(((BytesColumn)source)[row]);
    }

    /// <inheritdoc/>
    public override void AppendRows(Column source, ReadOnlySpan<int> rows)
    {
        var typed = (BytesColumn)source;
        if (typed.MayHaveNulls || typed.IsConstant)
        {
            foreach (var row in rows)
                AppendFrom(source, row);
            return;
        }
        var offsets = typed.Offsets;
        var data = typed.Data;
        foreach (var row in rows)
            Append(data[offsets[row]..offsets[row + 1]]);
    }

    /// <inheritdoc/>
    public override void AppendRange(Column source, int start, int count)
    {
        var typed = (BytesColumn)source;
        if (typed.IsConstant || typed.MayHaveNulls)
        {
            base.AppendRange(source, start, count);
            return;
        }
        var offsets = typed.Offsets.Slice(start, count + 1);
        typed.Data[offsets[0]..offsets[^1]].CopyTo(Reserve(offsets[^1] - offsets[0]));
        for (var i = 0; i < count; i++)
            Commit(offsets[i + 1] - offsets[i]);
    }

    /// <inheritdoc/>
    public override Column Build()
    {
        if (_offsets is null)
        {
            _offsets = Pool.Rent(64);
            MemoryMarshal.Cast<byte, int>(_offsets.AsSpan())[0] = 0;
        }
        var column = new BytesColumn(Type, Count, _offsets, _data ?? Pool.Rent(64), TakeValidity(), Pool);
        _offsets = null;
        _data = null;
        _used = 0;
        Count = 0;
        return column;
    }

    /// <inheritdoc/>
    public override void Truncate(int count)
    {
        if (_offsets is not null)
            _used = MemoryMarshal.Cast<byte, int>(_offsets.AsSpan())[count];
        Count = count;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        if (_offsets is not null)
            Pool.Return(_offsets);
        if (_data is not null)
            Pool.Return(_data);
        _offsets = null;
        _data = null;
        _used = 0;
    }

    void WriteOffset()
    {
        if (_offsets is null)
        {
            _offsets = Pool.Rent(1024);
            MemoryMarshal.Cast<byte, int>(_offsets.AsSpan())[0] = 0;
        }
        else if ((Count + 2) * 4 > _offsets.Length)
        {
            _offsets = Grow(_offsets, (Count + 1) * 4, _offsets.Length * 2);
        }
        Count++;
        MemoryMarshal.Cast<byte, int>(_offsets.AsSpan())[Count] = _used;
    }
}
