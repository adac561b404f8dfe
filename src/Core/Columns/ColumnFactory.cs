using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;

namespace SqlStream.Core.Columns;

/// <summary>Makes constant columns and gathers rows.</summary>
public static class ColumnFactory
{
    /// <summary>A column of <paramref name="length"/> rows that all hold one plan-time value (see
    /// <see cref="PlanValue"/> for how values are represented); null is NULL.</summary>
    public static Column Constant(SqlType type, object? value, int length, ColumnPool pool)
    {
        byte[]? validity = null;
        if (value is null)
        {
            validity = pool.Rent(8);
            validity.AsSpan(0, 8).Clear();
        }
        switch (type.Layout)
        {
            case ColumnLayout.Bool:
                return new BoolColumn(type, length, Store(value is true ? 1UL : 0UL, pool), validity, pool, isConstant: true);
            case ColumnLayout.Int8:
                return Fixed(type, value is null ? (sbyte)0 : (sbyte)value, length, validity, pool);
            case ColumnLayout.Int16:
                return Fixed(type, value is null ? (short)0 : (short)value, length, validity, pool);
            case ColumnLayout.Int32:
                return Fixed(type, value is null ? 0 : (int)value, length, validity, pool);
            case ColumnLayout.Int64:
                return Fixed(type, value is null ? 0L : (long)value, length, validity, pool);
            case ColumnLayout.Float32:
                return Fixed(type, value is null ? 0f : (float)value, length, validity, pool);
            case ColumnLayout.Float64:
                return Fixed(type, value is null ? 0d : (double)value, length, validity, pool);
            case ColumnLayout.Int128:
                return Fixed(type, value is null ? Int128.Zero : (Int128)value, length, validity, pool);
            case ColumnLayout.Bytes:
                return Bytes(type, value, length, validity, pool);
            default:
                throw new EngineBugException($"layout {type.Layout} has no constants");
        }
    }

    /// <summary>A column of the given rows of a column, in that order.</summary>
    public static Column Gather(Column source, ReadOnlySpan<int> rows, ColumnPool pool)
    {
        if (source.IsConstant)
            return Resize(source, rows.Length, pool);
        using var builder = ColumnBuilder.Create(source.Type, pool);
        builder.AppendRows(source, rows);
        return builder.Build();
    }

    /// <summary>A constant column with another number of rows.</summary>
    public static Column Resize(Column constant, int length, ColumnPool pool)
    {
        Check.That(constant.IsConstant);
        return constant.Length == length ? constant.Retain() : Constant(constant.Type, PlanValue.Read(constant, 0), length, pool);
    }

    /// <summary>A stored column with the values of a constant one; any other column is retained and returned.</summary>
    public static Column Flatten(Column column, ColumnPool pool)
    {
        if (!column.IsConstant)
            return column.Retain();
        using var builder = ColumnBuilder.Create(column.Type, pool);
        for (var row = 0; row < column.Length; row++)
            builder.AppendFrom(column, row);
        return builder.Build();
    }

    static FixedColumn<T> Fixed<T>(SqlType type, T value, int length, byte[]? validity, ColumnPool pool) where T : unmanaged =>
        new(type, length, Store(value, pool), validity, pool, isConstant: true);

    static byte[] Store<T>(T value, ColumnPool pool) where T : unmanaged
    {
        var buffer = pool.Rent(Unsafe.SizeOf<T>());
        MemoryMarshal.Write(buffer, value);
        return buffer;
    }

    static BytesColumn Bytes(SqlType type, object? value, int length, byte[]? validity, ColumnPool pool)
    {
        ReadOnlySpan<byte> bytes = value switch
        {
            null => [],
            string text => Encoding.UTF8.GetBytes(text),
            ValueList<byte> binary => binary.AsSpan(),
            _ => throw new EngineBugException($"{value.GetType().Name} is no plan value of {type}"),
        };
        var offsets = pool.Rent(8);
        MemoryMarshal.Cast<byte, int>(offsets.AsSpan())[0] = 0;
        MemoryMarshal.Cast<byte, int>(offsets.AsSpan())[1] = bytes.Length;
        var data = pool.Rent(Math.Max(1, bytes.Length));
        bytes.CopyTo(data);
        return new BytesColumn(type, length, offsets, data, validity, pool, isConstant: true);
    }
}
