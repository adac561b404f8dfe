using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;

namespace SqlStream.Functions.Aggregate;

/// <summary>The first or last of fixed-width values that are never taken away: whether there is one, and the value.</summary>
sealed class FixedEdge<T>(bool isLast) : FixedAggregate where T : unmanaged
{
    public override int StateBytes => sizeof(long) + Math.Max(sizeof(long), Unsafe.SizeOf<T>());

    /// <summary>Slices of time are not in the order of arrival.</summary>
    public override bool IsMergeable => false;

    public override void Accumulate(AccumulatorRows rows, int stateOffset, ReadOnlySpan<Column> arguments) =>
        RowLoop.Run(rows, stateOffset, arguments, new Step(arguments[0], isLast));

    public override void Merge(Span<byte> target, ReadOnlySpan<byte> source)
    {
        if (MemoryMarshal.Read<long>(source) != 0 && (isLast || MemoryMarshal.Read<long>(target) == 0))
            source[..StateBytes].CopyTo(target);
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

    readonly ref struct Step(Column argument, bool isLast) : IRowStep
    {
        readonly Kernels.FixedReader<T> _values = new(argument);
        readonly bool _isLast = isLast;

        public void Apply(ref byte accumulator, int row, int sign)
        {
            Check.That(sign > 0);
            ref var present = ref Unsafe.As<byte, long>(ref accumulator);
            if (present != 0 && !_isLast)
                return;
            present = 1;
            Unsafe.WriteUnaligned(ref Unsafe.Add(ref accumulator, sizeof(long)), _values[row]);
        }
    }
}
