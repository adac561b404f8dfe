using System.Buffers;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Engine.Values;

namespace SqlStream.Engine.UserFunctions;

/// <summary>Gives the values of an argument as a span: those of the column itself where they lie there as .NET has them, else converted, once a
/// batch.</summary>
/// <param name="read">Reads the value of a row.</param>
/// <param name="isStrict">The function is not called for NULL.</param>
sealed class ArgumentReader<T>(ColumnReader<T> read, bool isStrict)
{
    /// <summary>A reader of arguments of a type.</summary>
    public static ArgumentReader<T> Create(SqlType type, string parameter, bool isStrict) =>
        new(ColumnReaders.Create<T>(type, new Mapping(parameter, parameter)), isStrict);

    /// <summary>The values of the rows that count. <paramref name="rented"/> goes back by <see cref="Return"/>.</summary>
    public Values Read(Column column, EvaluationContext context, out T[]? rented)
    {
        rented = null;
        var mask = column.IsConstant ? 0 : -1;
        if (TryDirect(column, out var direct))
            return new Values(direct, mask);
        var rows = column.StoredLength;
        rented = ArrayPool<T>.Shared.Rent(Math.Max(1, rows));
        for (var row = 0; row < rows; row++)
        {
            // What no call will see may be garbage that is no value.
            if ((column.IsConstant || context.IsActive(row)) && !(isStrict && column.IsNull(row)))
                rented[row] = read(column, row);
        }
        return new Values(rented.AsSpan(0, rows), mask);
    }

    /// <summary>Ends the use of the values.</summary>
    public static void Return(T[]? rented)
    {
        if (rented is not null)
            ArrayPool<T>.Shared.Return(rented, RuntimeHelpers.IsReferenceOrContainsReferences<T>());
    }

    static bool TryDirect(Column column, out ReadOnlySpan<T> values)
    {
        values = default;
        if (typeof(T) == typeof(long) && column is FixedColumn<long> longs)
            values = As(longs.Values);
        else if (typeof(T) == typeof(int) && column is FixedColumn<int> ints)
            values = As(ints.Values);
        else if (typeof(T) == typeof(double) && column is FixedColumn<double> doubles)
            values = As(doubles.Values);
        else if (typeof(T) == typeof(float) && column is FixedColumn<float> floats)
            values = As(floats.Values);
        else if (typeof(T) == typeof(short) && column is FixedColumn<short> shorts)
            values = As(shorts.Values);
        else if (typeof(T) == typeof(sbyte) && column is FixedColumn<sbyte> bytes)
            values = As(bytes.Values);
        else
            return false;
        return true;
    }

    static ReadOnlySpan<T> As<TStored>(ReadOnlySpan<TStored> values) where TStored : unmanaged
    {
        Debug.Assert(typeof(T) == typeof(TStored));
        return MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<TStored, T>(ref MemoryMarshal.GetReference(values)), values.Length);
    }

    /// <summary>One value for each row, or one for all.</summary>
    public readonly ref struct Values(ReadOnlySpan<T> values, int mask)
    {
        readonly ReadOnlySpan<T> _values = values;

        public T this[int row] => _values[row & mask];
    }
}
