using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;

namespace SqlStream.Functions.Aggregate;

/// <summary>How often the result of INTERSECT or EXCEPT holds a row: over the rows of both sides together, of which the argument says
/// whether they are from the left one.</summary>
/// <remarks>What the planner makes of a set operation. The names cannot be written without quotes.</remarks>
sealed class CopiesFunction(string name, Func<long, long, long> copies) : AggregateFunction
{
    public override string Name => name;

    public override string Signature => $"{name}(isLeft BOOLEAN) -> BIGINT";

    /// <summary>One for each set operation that counts.</summary>
    public static IReadOnlyList<CopiesFunction> All { get; } =
    [
        new("$INTERSECT", (left, right) => left > 0 && right > 0 ? 1 : 0),
        new("$INTERSECT ALL", Math.Min),
        new("$EXCEPT", (left, right) => left > 0 && right <= 0 ? 1 : 0),
        new("$EXCEPT ALL", (left, right) => Math.Max(0, left - right)),
    ];

    public override AggregateCall? Plan(ReadOnlySpan<ArgumentInfo> arguments, bool retracting) =>
        arguments is [{ Type.Kind: SqlTypeKind.Boolean }] ? new Copies(copies)
        {
            ParameterTypes = [arguments[0].Type],
            ReturnType = SqlType.BigInt.WithNullability(false),
            StateLayout = "left BIGINT, right BIGINT",
        }
        : null;

    sealed class Copies(Func<long, long, long> copies) : FixedAggregate
    {
        public override int StateBytes => 2 * sizeof(long);

        public override void Accumulate(AccumulatorRows rows, int stateOffset, ReadOnlySpan<Column> arguments) =>
            RowLoop.Run(rows, stateOffset, arguments, new Step((BoolColumn)arguments[0]));

        public override void Merge(Span<byte> target, ReadOnlySpan<byte> source)
        {
            var into = MemoryMarshal.Cast<byte, long>(target);
            var from = MemoryMarshal.Cast<byte, long>(source);
            into[0] += from[0];
            into[1] += from[1];
        }

        public override void Emit(ReadOnlySpan<byte> memory, ReadOnlySpan<int> offsets, int stateOffset, ColumnBuilder result)
        {
            var values = ((FixedColumnBuilder<long>)result).AppendSpan(offsets.Length);
            for (var i = 0; i < values.Length; i++)
            {
                var state = MemoryMarshal.Cast<byte, long>(memory.Slice(offsets[i] + stateOffset, 2 * sizeof(long)));
                values[i] = copies(state[0], state[1]);
            }
        }
    }

    readonly struct Step(BoolColumn isLeft) : IRowStep
    {
        public void Apply(ref byte accumulator, int row, int sign) =>
            Unsafe.Add(ref Unsafe.As<byte, long>(ref accumulator), isLeft[row] ? 0 : 1) += sign;
    }
}
