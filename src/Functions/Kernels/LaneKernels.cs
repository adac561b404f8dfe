using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;

namespace SqlStream.Functions.Kernels;

/// <summary>Loops over valid and active lanes, for what costs more than a test of a bit: strings, time zones,
/// calendars.</summary>
static class LaneKernels
{
    /// <summary>Fixed-width results.</summary>
    public static Column Run<TResult, TLane>(EvaluationContext context, ReadOnlySpan<Column> arguments, SqlType type, TLane lane)
        where TResult : unmanaged where TLane : struct, ILane<TResult>, allows ref struct
    {
        if (Lanes.AnyConstantNull(arguments) || (Lanes.AllConstant(arguments) && !Lanes.AnyActive(context)))
            return Lanes.Null(context, type);
        var isConstant = Lanes.AllConstant(arguments);
        var stored = isConstant ? 1 : context.Rows;
        var words = Bitmap.Words(stored);
        Span<ulong> scratch = words <= Lanes.StackWords ? stackalloc ulong[words] : new ulong[words];
        var validity = Lanes.Validity(context, arguments);
        var work = isConstant ? [] : Lanes.Work(context, validity, scratch);
        var buffer = Lanes.Rent<TResult>(context.Pool, stored, out var results);
        try
        {
            for (var row = 0; row < results.Length; row++)
            {
                if (!work.IsEmpty && !Bitmap.Get(work, row))
                    results[row] = default;
                else if (!lane.TryCompute(row, out results[row]))
                    Fail(context, lane.Error(row), row, stored, ref validity);
            }
        }
        catch
        {
            Lanes.Return(context.Pool, buffer, validity);
            throw;
        }
        return new FixedColumn<TResult>(type, context.Rows, buffer, validity, context.Pool, isConstant);
    }

    /// <summary>BOOLEAN results.</summary>
    public static Column RunBool<TLane>(EvaluationContext context, ReadOnlySpan<Column> arguments, SqlType type, TLane lane)
        where TLane : struct, ILane<bool>, allows ref struct
    {
        if (Lanes.AnyConstantNull(arguments) || (Lanes.AllConstant(arguments) && !Lanes.AnyActive(context)))
            return Lanes.Null(context, type);
        var isConstant = Lanes.AllConstant(arguments);
        var stored = isConstant ? 1 : context.Rows;
        var count = Bitmap.Words(stored);
        Span<ulong> scratch = count <= Lanes.StackWords ? stackalloc ulong[count] : new ulong[count];
        var validity = Lanes.Validity(context, arguments);
        var work = isConstant ? [] : Lanes.Work(context, validity, scratch);
        var buffer = Lanes.Rent<ulong>(context.Pool, count, out var results);
        results.Clear();
        try
        {
            for (var row = 0; row < stored; row++)
            {
                if (!work.IsEmpty && !Bitmap.Get(work, row))
                    continue;
                if (!lane.TryCompute(row, out var result))
                    Fail(context, lane.Error(row), row, stored, ref validity);
                else if (result)
                    Bitmap.Set(results, row);
            }
        }
        catch
        {
            Lanes.Return(context.Pool, buffer, validity);
            throw;
        }
        return new BoolColumn(type, context.Rows, buffer, validity, context.Pool, isConstant);
    }

    /// <summary>Byte string results.</summary>
    public static Column RunText<TLane>(EvaluationContext context, ReadOnlySpan<Column> arguments, SqlType type, TLane lane)
        where TLane : struct, ITextLane, allows ref struct
    {
        if (Lanes.AnyConstantNull(arguments) || (Lanes.AllConstant(arguments) && !Lanes.AnyActive(context)))
            return Lanes.Null(context, type);
        var isConstant = Lanes.AllConstant(arguments);
        var validity = Lanes.Validity(context, arguments);
        try
        {
            return isConstant ? ConstantText(context, type, lane) : Text(context, type, lane, validity);
        }
        finally
        {
            if (validity is not null)
                context.Pool.Return(validity);
        }
    }

    // Raises the error, or makes the lane NULL where there is none.
    static void Fail(EvaluationContext context, SqlException? error, int row, int stored, ref byte[]? validity)
    {
        if (error is not null)
            throw error;
        validity ??= Lanes.AllValid(context.Pool, stored);
        Bitmap.Clear(Lanes.Words(validity, stored), row);
    }

    static Column Text<TLane>(EvaluationContext context, SqlType type, TLane lane, byte[]? validity)
        where TLane : struct, ITextLane, allows ref struct
    {
        using var builder = new BytesColumnBuilder(type, context.Pool);
        for (var row = 0; row < context.Rows; row++)
        {
            if (validity is not null && !Bitmap.Get(Lanes.Words(validity, context.Rows), row))
                builder.AppendNull();
            else if (!context.IsActive(row))
                builder.Append([]);
            else
                Write(builder, lane, row);
        }
        return builder.Build();
    }

    static Column ConstantText<TLane>(EvaluationContext context, SqlType type, TLane lane)
        where TLane : struct, ITextLane, allows ref struct
    {
        using var builder = new BytesColumnBuilder(type, context.Pool);
        Write(builder, lane, 0);
        var single = builder.Build();
        var constant = ColumnFactory.Constant(type, PlanValue.Read(single, 0), context.Rows, context.Pool);
        single.Release();
        return constant;
    }

    static void Write<TLane>(BytesColumnBuilder builder, TLane lane, int row)
        where TLane : struct, ITextLane, allows ref struct
    {
        if (lane.TryWrite(row, builder))
            return;
        if (lane.Error(row) is { } error)
            throw error;
        builder.AppendNull();
    }
}
