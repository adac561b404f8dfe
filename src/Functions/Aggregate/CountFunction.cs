using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;

namespace SqlStream.Functions.Aggregate;

/// <summary>COUNT(*) counts rows, COUNT(x, ...) those in which no argument is NULL. 0 over no rows.</summary>
sealed class CountFunction : AggregateFunction
{
    public override string Name => "COUNT";

    public override string Signature => "COUNT(*) -> BIGINT\nCOUNT(value, ...) -> BIGINT";

    public override AggregateCall? Plan(ReadOnlySpan<ArgumentInfo> arguments, bool retracting)
    {
        var types = new SqlType[arguments.Length];
        for (var i = 0; i < types.Length; i++)
            types[i] = arguments[i].Type.Kind == SqlTypeKind.Null ? SqlType.Boolean : arguments[i].Type;
        return new Count
        {
            ParameterTypes = types,
            ReturnType = SqlType.BigInt.WithNullability(false),
            StateLayout = "count BIGINT",
            CountsRows = types.Length == 0,
        };
    }

    sealed class Count : FixedAggregate
    {
        public override int StateBytes => sizeof(long);

        public override void Accumulate(AccumulatorRows rows, int stateOffset, ReadOnlySpan<Column> arguments) =>
            RowLoop.Run(rows, stateOffset, arguments, default(Step));

        public override void Merge(Span<byte> target, ReadOnlySpan<byte> source) =>
            MemoryMarshal.Write(target, MemoryMarshal.Read<long>(target) + MemoryMarshal.Read<long>(source));

        public override bool IsSubtractable => true;

        public override void Unmerge(Span<byte> target, ReadOnlySpan<byte> source) =>
            MemoryMarshal.Write(target, MemoryMarshal.Read<long>(target) - MemoryMarshal.Read<long>(source));

        public override void Emit(ReadOnlySpan<byte> memory, ReadOnlySpan<int> offsets, int stateOffset, ColumnBuilder result)
        {
            var counts = ((FixedColumnBuilder<long>)result).AppendSpan(offsets.Length);
            for (var i = 0; i < counts.Length; i++)
                counts[i] = MemoryMarshal.Read<long>(memory[(offsets[i] + stateOffset)..]);
        }
    }

    readonly struct Step : IRowStep
    {
        public void Apply(ref byte accumulator, int row, int sign) => Unsafe.As<byte, long>(ref accumulator) += sign;
    }
}
