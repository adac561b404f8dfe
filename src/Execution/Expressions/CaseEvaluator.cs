using System.Runtime.InteropServices;
using SqlStream.Core.Columns;
using SqlStream.Core.Types;

namespace SqlStream.Execution.Expressions;

/// <summary>CASE: each result is evaluated with only those lanes active that reach it, so that an arm which is not taken raises no error.</summary>
sealed class CaseEvaluator(ColumnEvaluator[] conditions, ColumnEvaluator[] results, ColumnEvaluator? otherwise, SqlType type) : ColumnEvaluator
{
    public override Column Evaluate(EvaluationInput input)
    {
        var words = Bitmap.Words(input.Rows);
        var bytes = Math.Max(1, words) * 8;
        var openBuffer = input.Pool.Rent(bytes);
        var takenBuffer = input.Pool.Rent(bytes);
        var armBuffer = input.Pool.Rent(Math.Max(1, input.Rows));
        var columns = new Column?[results.Length + 1];
        try
        {
            var open = MemoryMarshal.Cast<byte, ulong>(openBuffer.AsSpan())[..words];
            var taken = MemoryMarshal.Cast<byte, ulong>(takenBuffer.AsSpan())[..words];
            var arms = armBuffer.AsSpan(0, input.Rows);
            if (input.Active.IsEmpty)
                Bitmap.Fill(open, input.Rows);
            else
                input.Active[..words].CopyTo(open);
            arms.Fill(byte.MaxValue);
            for (var arm = 0; arm < conditions.Length; arm++)
            {
                var condition = (BoolColumn)conditions[arm].Evaluate(input.WithActive(open));
                Take(condition, open, taken);
                condition.Release();
                if (MarkArm(taken, arms, (byte)arm) > 0)
                    columns[arm] = results[arm].Evaluate(input.WithActive(taken));
            }
            if (otherwise is not null && MarkArm(open, arms, (byte)conditions.Length) > 0)
                columns[^1] = otherwise.Evaluate(input.WithActive(open));
            return Choose(columns, arms, input.Pool);
        }
        finally
        {
            foreach (var column in columns)
                column?.Release();
            input.Pool.Return(openBuffer);
            input.Pool.Return(takenBuffer);
            input.Pool.Return(armBuffer);
        }
    }

    static void Take(BoolColumn condition, Span<ulong> open, Span<ulong> taken)
    {
        for (var w = 0; w < open.Length; w++)
        {
            var isTrue = condition.IsConstant
                ? (!condition.IsNull(0) && condition[0] ? ulong.MaxValue : 0)
                : condition.Values[w] & (condition.MayHaveNulls ? condition.Validity[w] : ulong.MaxValue);
            taken[w] = open[w] & isTrue;
            open[w] &= ~isTrue;
        }
    }

    static int MarkArm(ReadOnlySpan<ulong> lanes, Span<byte> arms, byte arm)
    {
        var marked = 0;
        for (var row = 0; row < arms.Length; row++)
        {
            if (!Bitmap.Get(lanes, row))
                continue;
            arms[row] = arm;
            marked++;
        }
        return marked;
    }

    Column Choose(Column?[] columns, ReadOnlySpan<byte> arms, ColumnPool pool)
    {
        using var builder = ColumnBuilder.Create(type, pool);
        for (var row = 0; row < arms.Length; row++)
        {
            if (arms[row] != byte.MaxValue && columns[arms[row]] is { } column)
                builder.AppendFrom(column, row);
            else
                builder.AppendNull();
        }
        return builder.Build();
    }
}
