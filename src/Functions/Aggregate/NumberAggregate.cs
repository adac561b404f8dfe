using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;

namespace SqlStream.Functions.Aggregate;

/// <summary>What becomes of a sum and a count.</summary>
interface IAggregateResult<TSum, TResult>
{
    /// <summary>False where there is no result. The count is not zero.</summary>
    bool TryCompute(TSum sum, long count, out TResult result);

    /// <summary>What to raise where there is no result; null gives NULL.</summary>
    SqlException? Error();
}

/// <summary>SUM and AVG: the count of values and their sum, in a type that holds every sum of up to 2^63
/// values.</summary>
sealed class NumberAggregate<TValue, TSum, TResult, TFinish>(TFinish finish) : FixedAggregate
    where TValue : unmanaged
    where TSum : unmanaged, ISum<TValue, TSum>
    where TResult : unmanaged
    where TFinish : struct, IAggregateResult<TSum, TResult>
{
    public override int StateBytes => sizeof(long) + Unsafe.SizeOf<TSum>();

    public override void Accumulate(AccumulatorRows rows, int stateOffset, ReadOnlySpan<Column> arguments) =>
        RowLoop.Run(rows, stateOffset, arguments, new Step(arguments[0]));

    public override void Merge(Span<byte> target, ReadOnlySpan<byte> source)
    {
        MemoryMarshal.Write(target, MemoryMarshal.Read<long>(target) + MemoryMarshal.Read<long>(source));
        MemoryMarshal.Write(
            target[sizeof(long)..], TSum.Merge(MemoryMarshal.Read<TSum>(target[sizeof(long)..]), MemoryMarshal.Read<TSum>(source[sizeof(long)..])));
    }

    public override bool IsSubtractable => TSum.IsExact;

    public override void Unmerge(Span<byte> target, ReadOnlySpan<byte> source)
    {
        MemoryMarshal.Write(target, MemoryMarshal.Read<long>(target) - MemoryMarshal.Read<long>(source));
        MemoryMarshal.Write(
            target[sizeof(long)..], TSum.Unmerge(MemoryMarshal.Read<TSum>(target[sizeof(long)..]), MemoryMarshal.Read<TSum>(source[sizeof(long)..])));
    }

    public override void Merge(Span<byte> targetMemory, ReadOnlySpan<int> targets, ReadOnlySpan<byte> sourceMemory, ReadOnlySpan<int> sources, int stateOffset)
    {
        for (var i = 0; i < targets.Length; i++)
            Merge(targetMemory[(targets[i] + stateOffset)..], sourceMemory[(sources[i] + stateOffset)..]);
    }

    public override void Unmerge(Span<byte> targetMemory, ReadOnlySpan<int> targets, ReadOnlySpan<byte> sourceMemory, ReadOnlySpan<int> sources, int stateOffset)
    {
        for (var i = 0; i < targets.Length; i++)
            Unmerge(targetMemory[(targets[i] + stateOffset)..], sourceMemory[(sources[i] + stateOffset)..]);
    }

    public override void Emit(ReadOnlySpan<byte> memory, ReadOnlySpan<int> offsets, int stateOffset, ColumnBuilder result)
    {
        var builder = (FixedColumnBuilder<TResult>)result;
        foreach (var offset in offsets)
        {
            var state = memory[(offset + stateOffset)..];
            var count = MemoryMarshal.Read<long>(state);
            if (count == 0)
                builder.AppendNull();
            else if (finish.TryCompute(MemoryMarshal.Read<TSum>(state[sizeof(long)..]), count, out var value))
                builder.Append(value);
            else if (finish.Error() is { } error)
                throw error;
            else
                builder.AppendNull();
        }
    }

    readonly ref struct Step(Column argument) : IRowStep
    {
        readonly Kernels.FixedReader<TValue> _values = new(argument);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply(ref byte accumulator, int row, int sign)
        {
            Unsafe.As<byte, long>(ref accumulator) += sign;
            ref var place = ref Unsafe.Add(ref accumulator, sizeof(long));
            var sum = Unsafe.ReadUnaligned<TSum>(ref place);
            Unsafe.WriteUnaligned(ref place, sign > 0 ? TSum.Add(sum, _values[row]) : TSum.Subtract(sum, _values[row]));
        }
    }
}
