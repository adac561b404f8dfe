using System.Runtime.InteropServices;
using SqlStream.Core.Columns;
using SqlStream.Core.Types;
using SqlStream.Planner.Expressions;

namespace SqlStream.Execution.Expressions;

/// <summary>AND and OR in three-valued logic. A later operand counts only in lanes that the earlier ones leave open, so
/// that <c>b &lt;&gt; 0 AND a / b &gt; 1</c> raises no division by zero.</summary>
sealed class LogicalEvaluator(LogicalOperator op, ColumnEvaluator[] operands, SqlType type) : ColumnEvaluator
{
    public override Column Evaluate(EvaluationInput input)
    {
        var words = Bitmap.Words(input.Rows);
        var bytes = Math.Max(1, words) * 8;
        // Two bitmaps say everything: lanes that are decided (FALSE for AND, TRUE for OR), and lanes that saw a NULL.
        var decidedBuffer = input.Pool.Rent(bytes);
        var nullsBuffer = input.Pool.Rent(bytes);
        var activeBuffer = input.Pool.Rent(bytes);
        try
        {
            var decided = MemoryMarshal.Cast<byte, ulong>(decidedBuffer.AsSpan())[..words];
            var nulls = MemoryMarshal.Cast<byte, ulong>(nullsBuffer.AsSpan())[..words];
            var active = MemoryMarshal.Cast<byte, ulong>(activeBuffer.AsSpan())[..words];
            decided.Clear();
            nulls.Clear();
            if (input.Active.IsEmpty)
                Bitmap.Fill(active, input.Rows);
            else
                input.Active[..words].CopyTo(active);
            for (var i = 0; i < operands.Length; i++)
            {
                var value = (BoolColumn)operands[i].Evaluate(i == 0 ? input : input.WithActive(active));
                Fold(value, decided, nulls, active);
                value.Release();
                if (i + 1 < operands.Length && Bitmap.Count(active, input.Rows) == 0)
                    break;
            }
            return Result(input, decided, nulls);
        }
        finally
        {
            input.Pool.Return(decidedBuffer);
            input.Pool.Return(nullsBuffer);
            input.Pool.Return(activeBuffer);
        }
    }

    void Fold(BoolColumn value, Span<ulong> decided, Span<ulong> nulls, Span<ulong> active)
    {
        var flip = op == LogicalOperator.And ? ulong.MaxValue : 0;
        if (value.IsConstant)
        {
            var isNull = value.IsNull(0) ? ulong.MaxValue : 0;
            var decides = isNull == 0 && value[0] == (op == LogicalOperator.Or) ? ulong.MaxValue : 0;
            for (var w = 0; w < decided.Length; w++)
                FoldWord(decides, isNull, ref decided[w], ref nulls[w], ref active[w]);
            return;
        }
        var values = value.Values;
        var validity = value.Validity;
        for (var w = 0; w < decided.Length; w++)
        {
            var valid = validity.IsEmpty ? ulong.MaxValue : validity[w];
            FoldWord((values[w] ^ flip) & valid, ~valid, ref decided[w], ref nulls[w], ref active[w]);
        }
    }

    // Lanes that were not active hold garbage, so only active ones are folded.
    static void FoldWord(ulong decides, ulong isNull, ref ulong decided, ref ulong nulls, ref ulong active)
    {
        decided |= decides & active;
        nulls |= isNull & active;
        active &= ~decides;
    }

    BoolColumn Result(EvaluationInput input, ReadOnlySpan<ulong> decided, ReadOnlySpan<ulong> nulls)
    {
        var bytes = Math.Max(1, decided.Length) * 8;
        var valueBuffer = input.Pool.Rent(bytes);
        var values = MemoryMarshal.Cast<byte, ulong>(valueBuffer.AsSpan());
        byte[]? validityBuffer = null;
        var anyNull = 0UL;
        for (var w = 0; w < decided.Length; w++)
        {
            values[w] = op == LogicalOperator.And ? ~decided[w] : decided[w];
            anyNull |= nulls[w] & ~decided[w];
        }
        if (anyNull != 0)
        {
            validityBuffer = input.Pool.Rent(bytes);
            var validity = MemoryMarshal.Cast<byte, ulong>(validityBuffer.AsSpan());
            for (var w = 0; w < decided.Length; w++)
                validity[w] = ~nulls[w] | decided[w];
        }
        return new BoolColumn(type, input.Rows, valueBuffer, validityBuffer, input.Pool);
    }
}
