using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;

namespace SqlStream.Functions.Kernels;

/// <summary>Two fixed-width arguments to one fixed-width result.</summary>
static class BinaryKernels
{
    /// <summary>Applies the operation to all lanes; failures are looked for afterwards, and only where a lane
    /// failed.</summary>
    public static Column Run<TLeft, TRight, TResult, TOp>(EvaluationContext context, ReadOnlySpan<Column> arguments, SqlType type, TOp op)
        where TLeft : unmanaged where TRight : unmanaged where TResult : unmanaged where TOp : struct, IBinary<TLeft, TRight, TResult>
    {
        if (Lanes.AnyConstantNull(arguments))
            return Lanes.Null(context, type);
        var left = (FixedColumn<TLeft>)arguments[0];
        var right = (FixedColumn<TRight>)arguments[1];
        var isConstant = left.IsConstant && right.IsConstant;
        var stored = isConstant ? 1 : context.Rows;
        var buffer = Lanes.Rent<TResult>(context.Pool, stored, out var results);
        var validity = Lanes.Validity(context, arguments);
        var ok = (left.IsConstant, right.IsConstant) switch
        {
            (false, false) => BothVary(left.Values, right.Values, results, op),
            (false, true) => LeftVaries(left.Values, right.Values[0], results, op),
            (true, false) => RightVaries(left.Values[0], right.Values, results, op),
            (true, true) => op.TryApply(left.Values[0], right.Values[0], out results[0]),
        };
        if (!ok)
            validity = Recheck<TLeft, TRight, TResult, TOp>(context, left, right, stored, op, buffer, validity);
        return new FixedColumn<TResult>(type, context.Rows, buffer, validity, context.Pool, isConstant);
    }

    static bool BothVary<TLeft, TRight, TResult, TOp>(
        ReadOnlySpan<TLeft> left, ReadOnlySpan<TRight> right, Span<TResult> results, TOp op) where TOp : struct, IBinary<TLeft, TRight, TResult>
    {
        left = left[..results.Length];
        right = right[..results.Length];
        var ok = true;
        for (var i = 0; i < results.Length; i++)
            ok &= op.TryApply(left[i], right[i], out results[i]);
        return ok;
    }

    static bool LeftVaries<TLeft, TRight, TResult, TOp>(ReadOnlySpan<TLeft> left, TRight right, Span<TResult> results, TOp op)
        where TOp : struct, IBinary<TLeft, TRight, TResult>
    {
        left = left[..results.Length];
        var ok = true;
        for (var i = 0; i < results.Length; i++)
            ok &= op.TryApply(left[i], right, out results[i]);
        return ok;
    }

    static bool RightVaries<TLeft, TRight, TResult, TOp>(TLeft left, ReadOnlySpan<TRight> right, Span<TResult> results, TOp op)
        where TOp : struct, IBinary<TLeft, TRight, TResult>
    {
        right = right[..results.Length];
        var ok = true;
        for (var i = 0; i < results.Length; i++)
            ok &= op.TryApply(left, right[i], out results[i]);
        return ok;
    }

    static byte[]? Recheck<TLeft, TRight, TResult, TOp>(
        EvaluationContext context, FixedColumn<TLeft> left, FixedColumn<TRight> right, int stored, TOp op, byte[] buffer, byte[]? validity)
        where TLeft : unmanaged where TRight : unmanaged where TOp : struct, IBinary<TLeft, TRight, TResult>
    {
        var isConstant = left.IsConstant && right.IsConstant;
        for (var i = 0; i < stored; i++)
        {
            if (op.TryApply(left[i], right[i], out _) || !Failures.Counts(context, isConstant, i, validity))
                continue;
            Failures.Handle(context, op.Error(left[i], right[i]), i, stored, buffer, ref validity);
        }
        return validity;
    }
}
