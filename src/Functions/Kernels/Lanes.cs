using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;

namespace SqlStream.Functions.Kernels;

/// <summary>What all kernels do around their loops: constants, validity, active lanes.</summary>
/// <remarks>A kernel over constants alone computes one stored value; a constant NULL makes a strict call NULL in all
/// rows
/// before a loop is begun, so that within loops every constant has a value.</remarks>
static class Lanes
{
    /// <summary>Words that lie on the stack: a batch of 4,096 rows.</summary>
    public const int StackWords = 64;

    /// <summary>True if an argument is NULL in every row.</summary>
    public static bool AnyConstantNull(ReadOnlySpan<Column> arguments)
    {
        foreach (var argument in arguments)
        {
            if (argument.IsConstant && argument.IsNull(0))
                return true;
        }
        return false;
    }

    /// <summary>True if every argument is constant.</summary>
    public static bool AllConstant(ReadOnlySpan<Column> arguments)
    {
        foreach (var argument in arguments)
        {
            if (!argument.IsConstant)
                return false;
        }
        return true;
    }

    /// <summary>NULL in every row.</summary>
    public static Column Null(EvaluationContext context, SqlType type) =>
        ColumnFactory.Constant(type.WithNullability(true), null, context.Rows, context.Pool);

    /// <summary>True if there is a lane whose result counts.</summary>
    public static bool AnyActive(EvaluationContext context) =>
        context.ActiveLanes.IsEmpty ? context.Rows > 0 : Bitmap.Count(context.ActiveLanes, context.Rows) > 0;

    /// <summary>The rows in which no argument is NULL, as a new buffer; null if that is every row. Constants have a
    /// value.</summary>
    public static byte[]? Validity(EvaluationContext context, ReadOnlySpan<Column> arguments)
    {
        byte[]? buffer = null;
        Span<ulong> words = default;
        foreach (var argument in arguments)
        {
            if (argument.IsConstant || !argument.MayHaveNulls)
                continue;
            if (buffer is null)
            {
                buffer = context.Pool.Rent(Math.Max(8, Bitmap.Words(context.Rows) * 8));
                words = Words(buffer, context.Rows);
                argument.Validity.CopyTo(words);
            }
            else
            {
                Bitmap.And(words, argument.Validity, words);
            }
        }
        return buffer;
    }

    /// <summary>A validity buffer of which every bit is set.</summary>
    public static byte[] AllValid(ColumnPool pool, int rows)
    {
        var buffer = pool.Rent(Math.Max(8, Bitmap.Words(rows) * 8));
        buffer.AsSpan(0, Math.Max(8, Bitmap.Words(rows) * 8)).Fill(0xFF);
        return buffer;
    }

    /// <summary>The words of a buffer for a number of rows.</summary>
    public static Span<ulong> Words(byte[] buffer, int rows) =>
        MemoryMarshal.Cast<byte, ulong>(buffer.AsSpan())[..Bitmap.Words(rows)];

    /// <summary>The lanes to compute: valid and active; empty if all are. <paramref name="scratch"/> has room for the
    /// words.</summary>
    public static ReadOnlySpan<ulong> Work(EvaluationContext context, byte[]? validity, Span<ulong> scratch)
    {
        if (validity is null)
            return context.ActiveLanes;
        ReadOnlySpan<ulong> valid = Words(validity, context.Rows);
        if (context.ActiveLanes.IsEmpty)
            return valid;
        var words = scratch[..valid.Length];
        Bitmap.And(valid, context.ActiveLanes, words);
        return words;
    }

    /// <summary>A buffer for values, and its view.</summary>
    public static byte[] Rent<T>(ColumnPool pool, int count, out Span<T> values) where T : unmanaged
    {
        var buffer = pool.Rent(Math.Max(1, count) * Unsafe.SizeOf<T>());
        values = MemoryMarshal.Cast<byte, T>(buffer.AsSpan())[..count];
        return buffer;
    }

    /// <summary>Gives buffers back before an error leaves the kernel.</summary>
    public static void Return(ColumnPool pool, byte[]? first, byte[]? second)
    {
        if (first is not null)
            pool.Return(first);
        if (second is not null)
            pool.Return(second);
    }
}
