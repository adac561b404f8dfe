using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;

namespace SqlStream.Functions.Aggregate;

/// <summary>The count of integers, their sum and the sum of their squares, without rounding.</summary>
sealed class ExactVariance<T>(bool isSample, bool isRoot, int scale, SqlType result) : FixedAggregate
    where T : unmanaged, IBinaryInteger<T>
{
    public override int StateBytes => Unsafe.SizeOf<State>();

    public override void Accumulate(AccumulatorRows rows, int stateOffset, ReadOnlySpan<Column> arguments) =>
        RowLoop.Run(rows, stateOffset, arguments, new Step(arguments[0]));

    public override void Merge(Span<byte> target, ReadOnlySpan<byte> source)
    {
        var left = MemoryMarshal.Read<State>(target);
        var right = MemoryMarshal.Read<State>(source);
        MemoryMarshal.Write(target, new State(left.Count + right.Count, left.Sum + right.Sum, WideSum.Merge(left.Squares, right.Squares)));
    }

    public override void Emit(ReadOnlySpan<byte> memory, ReadOnlySpan<int> offsets, int stateOffset, ColumnBuilder builder)
    {
        foreach (var offset in offsets)
        {
            var state = MemoryMarshal.Read<State>(memory[(offset + stateOffset)..]);
            if (state.Count <= (isSample ? 1 : 0))
                builder.AppendNull();
            else
                Append(state, builder);
        }
    }

    void Append(State state, ColumnBuilder builder)
    {
        var (negative, magnitude) = state.Squares.Split();
        var squares = ((BigInteger)magnitude.High << 128) + (BigInteger)magnitude.Low;
        // Rows that were taken away and never added can leave less than nothing.
        var numerator = ((negative ? -squares : squares) * state.Count) - ((BigInteger)state.Sum * (BigInteger)state.Sum);
        var denominator = (BigInteger)state.Count * (isSample ? state.Count - 1 : state.Count) * BigInteger.Pow(100, scale);
        if (numerator.Sign < 0)
            builder.AppendNull();
        else if (isRoot)
            VarianceResult.Append(builder, result, Math.Sqrt((double)numerator / (double)denominator));
        else
            VarianceResult.Append(builder, result, numerator, denominator);
    }

    /// <summary>As it lies in memory: 48 bytes.</summary>
    readonly record struct State(long Count, Int128 Sum, WideSum Squares);

    readonly ref struct Step(Column argument) : IRowStep
    {
        readonly Kernels.FixedReader<T> _values = new(argument);

        public void Apply(ref byte accumulator, int row, int sign)
        {
            var state = Unsafe.ReadUnaligned<State>(ref accumulator);
            var value = Int128.CreateTruncating(_values[row]);
            var square = value * value;
            Unsafe.WriteUnaligned(ref accumulator, new State(
                state.Count + sign,
                sign > 0 ? state.Sum + value : state.Sum - value,
                sign > 0 ? WideSum.Add(state.Squares, square) : WideSum.Subtract(state.Squares, square)));
        }
    }
}
