using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;

namespace SqlStream.Functions.Aggregate;

/// <summary>Which of two values is kept.</summary>
interface IExtreme
{
    /// <summary>True if the candidate takes the place of the current value; the argument is how it compares.</summary>
    static abstract bool Wins(int comparison);
}

readonly struct IsLess : IExtreme
{
    public static bool Wins(int comparison) => comparison < 0;
}

readonly struct IsGreater : IExtreme
{
    public static bool Wins(int comparison) => comparison > 0;
}

/// <summary>MIN or MAX of fixed-width values that are never taken away: whether there is one, and the value.</summary>
sealed class FixedExtreme<T, TExtreme> : FixedAggregate
    where T : unmanaged, IComparable<T> where TExtreme : struct, IExtreme
{
    public override int StateBytes => sizeof(long) + Math.Max(sizeof(long), Unsafe.SizeOf<T>());

    public override void Accumulate(AccumulatorRows rows, int stateOffset, ReadOnlySpan<Column> arguments) =>
        RowLoop.Run(rows, stateOffset, arguments, new Step(arguments[0]));

    public override void Merge(Span<byte> target, ReadOnlySpan<byte> source)
    {
        if (MemoryMarshal.Read<long>(source) != 0)
            Offer(ref target[0], MemoryMarshal.Read<T>(source[sizeof(long)..]));
    }

    public override void Emit(ReadOnlySpan<byte> memory, ReadOnlySpan<int> offsets, int stateOffset, ColumnBuilder result)
    {
        var builder = (FixedColumnBuilder<T>)result;
        foreach (var offset in offsets)
        {
            var state = memory[(offset + stateOffset)..];
            if (MemoryMarshal.Read<long>(state) == 0)
                builder.AppendNull();
            else
                builder.Append(MemoryMarshal.Read<T>(state[sizeof(long)..]));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Offer(ref byte accumulator, T value)
    {
        ref var place = ref Unsafe.Add(ref accumulator, sizeof(long));
        ref var present = ref Unsafe.As<byte, long>(ref accumulator);
        if (present != 0 && !TExtreme.Wins(Compare(value, Unsafe.ReadUnaligned<T>(ref place))))
            return;
        present = 1;
        Unsafe.WriteUnaligned(ref place, value);
    }

    // .NET orders NaN before all numbers; here it comes last.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static int Compare(T left, T right)
    {
        if (typeof(T) == typeof(double) || typeof(T) == typeof(float))
        {
            var leftIsNaN = IsNaN(left);
            if (leftIsNaN || IsNaN(right))
                return (leftIsNaN ? 1 : 0) - (IsNaN(right) ? 1 : 0);
        }
        return left.CompareTo(right);
    }

    static bool IsNaN(T value) => typeof(T) == typeof(double)
        ? double.IsNaN(Unsafe.As<T, double>(ref value))
        : float.IsNaN(Unsafe.As<T, float>(ref value));

    readonly ref struct Step(Column argument) : IRowStep
    {
        readonly Kernels.FixedReader<T> _values = new(argument);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply(ref byte accumulator, int row, int sign)
        {
            Check.That(sign > 0);
            Offer(ref accumulator, _values[row]);
        }
    }
}
