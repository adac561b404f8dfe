using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;

namespace SqlStream.Functions.Kernels;

/// <summary>One fixed-width argument to one fixed-width result.</summary>
static class UnaryKernels
{
    /// <summary>Applies the operation to all lanes; failures are looked for afterwards, and only where a lane
    /// failed.</summary>
    public static Column Run<TInput, TResult, TOp>(EvaluationContext context, Column argument, SqlType type, TOp op)
        where TInput : unmanaged where TResult : unmanaged where TOp : struct, IUnary<TInput, TResult>
    {
        ReadOnlySpan<Column> arguments = [argument];
        if (Lanes.AnyConstantNull(arguments))
            return Lanes.Null(context, type);
        var inputs = ((FixedColumn<TInput>)argument).Values;
        var buffer = Lanes.Rent<TResult>(context.Pool, inputs.Length, out var results);
        var validity = Lanes.Validity(context, arguments);
        if (!Loop(inputs, results, op))
            validity = Recheck<TInput, TResult, TOp>(context, inputs, argument.IsConstant, op, buffer, validity);
        return new FixedColumn<TResult>(type, context.Rows, buffer, validity, context.Pool, argument.IsConstant);
    }

    static bool Loop<TInput, TResult, TOp>(ReadOnlySpan<TInput> inputs, Span<TResult> results, TOp op)
        where TOp : struct, IUnary<TInput, TResult>
    {
        var ok = true;
        for (var i = 0; i < results.Length; i++)
            ok &= op.TryApply(inputs[i], out results[i]);
        return ok;
    }

    static byte[]? Recheck<TInput, TResult, TOp>(
        EvaluationContext context, ReadOnlySpan<TInput> inputs, bool isConstant, TOp op, byte[] buffer, byte[]? validity)
        where TInput : unmanaged where TOp : struct, IUnary<TInput, TResult>
    {
        for (var i = 0; i < inputs.Length; i++)
        {
            if (op.TryApply(inputs[i], out _) || !Failures.Counts(context, isConstant, i, validity))
                continue;
            Failures.Handle(context, op.Error(inputs[i]), i, inputs.Length, buffer, ref validity);
        }
        return validity;
    }
}
