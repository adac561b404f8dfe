using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;

namespace SqlStream.Functions.Kernels;

/// <summary>How a function makes a value of any type of the arguments of a row.</summary>
interface INestedComputation
{
    /// <summary>Appends one value, or appends nothing and returns false for NULL. Runs on active lanes only, in which no strict argument is
    /// NULL, so that it may throw a <see cref="SqlException"/>.</summary>
    static abstract bool TryWrite(ReadOnlySpan<Column> arguments, int row, ColumnBuilder output);
}

/// <summary>The same with a state of its own.</summary>
interface INestedLane
{
    /// <summary>Appends one value, or appends nothing and returns false where there is no result.</summary>
    bool TryWrite(int row, ColumnBuilder output);

    /// <summary>What to raise for a lane without result; null makes the result NULL.</summary>
    SqlException? Error(int row);
}

/// <summary>Loops that append results of any type to a builder.</summary>
static class NestedKernels
{
    /// <summary>Runs a computation; where one of the first <paramref name="strict"/> arguments is NULL, so is the result.</summary>
    public static Column Run<TOp>(EvaluationContext context, ReadOnlySpan<Column> arguments, int strict, SqlType type)
        where TOp : struct, INestedComputation
    {
        var required = arguments[..strict];
        if (Lanes.AnyConstantNull(required) || (Lanes.AllConstant(arguments) && !Lanes.AnyActive(context)))
            return Lanes.Null(context, type);
        var isConstant = Lanes.AllConstant(arguments);
        using var builder = ColumnBuilder.Create(type, context.Pool);
        for (var row = 0; row < (isConstant ? 1 : context.Rows); row++)
        {
            if ((!isConstant && !context.IsActive(row)) || IsAnyNull(required, row) || !TOp.TryWrite(arguments, row, builder))
                builder.AppendNull();
        }
        return Finish(context, builder, isConstant);
    }

    /// <summary>Runs a computation; where an argument is NULL, so is the result.</summary>
    public static Column Run<TLane>(EvaluationContext context, ReadOnlySpan<Column> arguments, SqlType type, TLane lane)
        where TLane : struct, INestedLane, allows ref struct
    {
        if (Lanes.AnyConstantNull(arguments) || (Lanes.AllConstant(arguments) && !Lanes.AnyActive(context)))
            return Lanes.Null(context, type);
        var isConstant = Lanes.AllConstant(arguments);
        using var builder = ColumnBuilder.Create(type, context.Pool);
        for (var row = 0; row < (isConstant ? 1 : context.Rows); row++)
        {
            if ((isConstant || context.IsActive(row)) && !IsAnyNull(arguments, row))
            {
                if (lane.TryWrite(row, builder))
                    continue;
                if (lane.Error(row) is { } error)
                    throw error;
            }
            builder.AppendNull();
        }
        return Finish(context, builder, isConstant);
    }

    /// <summary>The column of a builder; of its only row where the result is constant.</summary>
    public static Column Finish(EvaluationContext context, ColumnBuilder builder, bool isConstant)
    {
        var built = builder.Build();
        if (!isConstant)
            return built;
        var constant = ColumnFactory.Repeat(built, 0, context.Rows, context.Pool);
        built.Release();
        return constant;
    }

    static bool IsAnyNull(ReadOnlySpan<Column> arguments, int row)
    {
        foreach (var argument in arguments)
        {
            if (argument.IsNull(row))
                return true;
        }
        return false;
    }
}
