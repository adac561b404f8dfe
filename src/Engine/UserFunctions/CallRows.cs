using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Engine.Values;

namespace SqlStream.Engine.UserFunctions;

/// <summary>What all calls of functions of the program have in common.</summary>
/// <param name="Name">The name.</param>
/// <param name="Type">The type of the result.</param>
/// <param name="Options">What was registered with it.</param>
/// <param name="Strict">For each parameter whether the function is not called for NULL.</param>
sealed record CallPlan(string Name, SqlType Type, FunctionOptions Options, IReadOnlyList<bool> Strict);

/// <summary>A function with its arguments of a batch.</summary>
interface ICall<out TResult>
{
    /// <summary>Calls it with the arguments of a row.</summary>
    TResult Invoke(int row);
}

/// <summary>The rows of one batch for which a function is called, and its results. Over constants alone a deterministic function is called once.</summary>
readonly ref struct CallRows<TResult>
{
    readonly CallPlan _plan;
    readonly ColumnWriter<TResult> _write;
    readonly ColumnBuilder _results;
    readonly EvaluationContext _context;
    readonly ReadOnlySpan<Column> _arguments;
    readonly bool _isConstant;

    CallRows(CallPlan plan, ColumnWriter<TResult> write, EvaluationContext context, ReadOnlySpan<Column> arguments)
    {
        _plan = plan;
        _write = write;
        _context = context;
        _arguments = arguments;
        _results = ColumnBuilder.Create(plan.Type, context.Pool);
        _isConstant = plan.Options.IsDeterministic && AreConstant(arguments);
    }

    /// <summary>Calls the function for all rows that count and gives the column of its results.</summary>
    public static Column Run<TCall>(CallPlan plan, ColumnWriter<TResult> write, EvaluationContext context, ReadOnlySpan<Column> arguments, TCall call)
        where TCall : struct, ICall<TResult>, allows ref struct
    {
        var rows = new CallRows<TResult>(plan, write, context, arguments);
        try
        {
            var count = rows._isConstant ? Math.Min(1, context.Rows) : context.Rows;
            for (var row = 0; row < count; row++)
                rows.Call(call, row);
            return rows.Build();
        }
        finally
        {
            rows._results.Dispose();
        }
    }

    void Call<TCall>(TCall call, int row) where TCall : struct, ICall<TResult>, allows ref struct
    {
        if (!IsActive(row) || IsNull(row))
        {
            _results.AppendNull();
            return;
        }
        try
        {
            _write(_results, call.Invoke(row));
        }
#pragma warning disable CA1031 // Whatever the program throws is an error of its function.
        catch (Exception e)
#pragma warning restore CA1031
        {
            if (_plan.Options.OnFailure == FunctionFailure.Fail)
                throw UserFunctionErrors.Of(_plan.Name, e);
            // The exception may be the writer's: what it began goes.
            _results.Truncate(row);
            _results.AppendNull();
        }
    }

    Column Build()
    {
        var results = _results.Build();
        if (!_isConstant || results.Length == 0)
            return results;
        var repeated = ColumnFactory.Repeat(results, 0, _context.Rows, _context.Pool);
        results.Release();
        return repeated;
    }

    bool IsActive(int row)
    {
        if (!_isConstant)
            return _context.IsActive(row);
        return _context.ActiveLanes.IsEmpty || Bitmap.Count(_context.ActiveLanes, _context.Rows) > 0;
    }

    bool IsNull(int row)
    {
        for (var i = 0; i < _arguments.Length; i++)
        {
            if (_plan.Strict[i] && _arguments[i].IsNull(row))
                return true;
        }
        return false;
    }

    static bool AreConstant(ReadOnlySpan<Column> arguments)
    {
        foreach (var argument in arguments)
        {
            if (!argument.IsConstant)
                return false;
        }
        return true;
    }
}
