using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Binding;

/// <summary>Calls of aggregate functions that nobody wrote: those by which sub-queries are computed.</summary>
static class Aggregates
{
    /// <summary>A call that must fit.</summary>
    public static LogicalAggregateCall Of(BindContext context, string name, ValueList<BoundColumn> arguments) =>
        TryOf(context, name, arguments) ?? throw new EngineBugException($"aggregate function {name} does not fit");

    /// <summary>A call over columns of the input; null if the function does not take them, or takes none away again.</summary>
    public static LogicalAggregateCall? TryOf(BindContext context, string name, ValueList<BoundColumn> arguments)
    {
        if (!context.Planner.Functions.TryGetAggregate(name, out var function))
            throw new EngineBugException($"there is no aggregate function {name}");
        ValueList<BoundExpression> typed = [.. arguments];
        if (context.Calls.Aggregate(function, typed) is not var (call, retracting, coerced) || retracting is null || coerced != typed)
            return null;
        return new LogicalAggregateCall(
            new BoundAggregate(function, call, arguments.Map(argument => argument.Index), Distinct: false, Filter: null, $"{name}({(arguments.IsEmpty ? "*" : arguments[0].Name)})"),
            retracting);
    }
}
