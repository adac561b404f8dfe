using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;

namespace SqlStream.Functions.Aggregate;

/// <summary>The count of numbers, their mean and the sum of squared distances from it.</summary>
sealed class WelfordVariance<T>(bool isSample, bool isRoot, SqlType result) : FixedAggregate
    where T : unmanaged, IFloatingPoint<T>
{
    public override int StateBytes => Unsafe.SizeOf<State>();

    public override void Accumulate(AccumulatorRows rows, int stateOffset, ReadOnlySpan<Column> arguments) =>
        RowLoop.Run(rows, stateOffset, arguments, new Step(arguments[0]));

    public override void Merge(Span<byte> target, ReadOnlySpan<byte> source)
    {
        var left = MemoryMarshal.Read<State>(target);
        var right = MemoryMarshal.Read<State>(source);
        var count = left.Count + right.Count;
        if (left.Count <= 0 || right.Count <= 0 || count <= 0)
        {
            MemoryMarshal.Write(target, (left.Count > 0 ? left : right) with { Count = count });
            return;
        }
        var distance = right.Mean - left.Mean;
        MemoryMarshal.Write(target, new State(
            count,
            left.Mean + (distance * right.Count / count),
            left.Squares + right.Squares + (distance * distance * left.Count * right.Count / count)));
    }

    public override void Emit(ReadOnlySpan<byte> memory, ReadOnlySpan<int> offsets, int stateOffset, ColumnBuilder builder)
    {
        foreach (var offset in offsets)
        {
            var state = MemoryMarshal.Read<State>(memory[(offset + stateOffset)..]);
            if (state.Count <= (isSample ? 1 : 0))
            {
                builder.AppendNull();
                continue;
            }
            // What was taken away may leave a little less than nothing.
            var variance = Math.Max(0, state.Squares) / (isSample ? state.Count - 1 : state.Count);
            VarianceResult.Append(builder, result, isRoot ? Math.Sqrt(variance) : variance);
        }
    }

    readonly record struct State(long Count, double Mean, double Squares);

    readonly ref struct Step(Column argument) : IRowStep
    {
        readonly Kernels.FixedReader<T> _values = new(argument);

        public void Apply(ref byte accumulator, int row, int sign)
        {
            var state = Unsafe.ReadUnaligned<State>(ref accumulator);
            var count = state.Count + sign;
            if (count <= 0)
            {
                Unsafe.WriteUnaligned(ref accumulator, new State(count, 0, 0));
                return;
            }
            var value = double.CreateTruncating(_values[row]);
            var mean = state.Mean + (sign * (value - state.Mean) / count);
            var squares = state.Squares + (sign * (value - state.Mean) * (value - mean));
            Unsafe.WriteUnaligned(ref accumulator, new State(count, mean, squares));
        }
    }
}
