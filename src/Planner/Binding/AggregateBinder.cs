using SqlStream.Core.Diagnostics;
using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Binding;

/// <summary>Puts an aggregation between the input and the SELECT list: below it a projection of keys, arguments and
/// filters; above it the list over keys and results.</summary>
sealed class AggregateBinder(BindContext context)
{
    readonly List<BoundAggregateCall> _calls = [];
    bool _failed;

    /// <summary>The aggregation, HAVING included, and the outputs over it; null if a column is neither grouped nor
    /// aggregated.</summary>
    public (LogicalNode Node, List<SelectOutput> Outputs)? Bind(
        LogicalNode input, List<BoundExpression> keys, List<SelectOutput> outputs, BoundExpression? having, SourceSpan span)
    {
        var lifted = outputs.ConvertAll(output => output with { Expression = Lift(output.Expression, keys) });
        var condition = having is null ? null : Lift(having, keys);
        if (_failed)
            return null;
        LogicalNode node = Aggregation(input, keys, span);
        if (condition is not null)
            node = new LogicalFilter(node, condition) { Span = condition.Span };
        return (node, lifted);
    }

    // From the top down: what equals a key is the key, what is an aggregate is a result, and no column may be left.
    BoundExpression Lift(BoundExpression expression, List<BoundExpression> keys) => expression.RewriteDown(node =>
    {
        var key = keys.IndexOf(node);
        if (key >= 0)
            return new BoundColumn(key, node.Type, Name(keys[key])) { Span = node.Span };
        if (node is BoundAggregateCall call)
            return new BoundColumn(keys.Count + Position(call), call.Type, Name(call)) { Span = node.Span };
        if (node is BoundColumn column)
        {
            _failed = true;
            return context.Error(BindErrors.NotGrouped(column.Span, column.Name));
        }
        return null;
    });

    int Position(BoundAggregateCall call)
    {
        var known = call.IsDeterministic ? _calls.IndexOf(call) : -1;
        if (known >= 0)
            return known;
        _calls.Add(call);
        return _calls.Count - 1;
    }

    LogicalAggregate Aggregation(LogicalNode input, List<BoundExpression> keys, SourceSpan span)
    {
        var columns = new List<BoundExpression>(keys);
        var aggregates = _calls.ConvertAll(call => new LogicalAggregateCall(
            new BoundAggregate(
                call.Function,
                call.Call,
                call.Arguments.Map(argument => Column(columns, argument)),
                call.Distinct,
                call.Filter is null ? null : Column(columns, call.Filter),
                Name(call)),
            call.RetractCall)
        {
            Span = call.Span,
        });
        // COUNT(*) over all rows reads no column; rows without columns are avoided.
        LogicalNode below = columns.Count == 0
            ? input
            : new LogicalProject(input, [.. columns], [.. columns.Select(Name)]) { Span = span };
        return new LogicalAggregate(below, [.. Enumerable.Range(0, keys.Count)], [.. aggregates]) { Span = span };
    }

    // For people, so that implicit casts of literals are left out.
    string Name(BoundExpression expression) => context.Folder.Fold(expression).Describe();

    static int Column(List<BoundExpression> columns, BoundExpression expression)
    {
        var known = expression.IsDeterministic ? columns.IndexOf(expression) : -1;
        if (known >= 0)
            return known;
        columns.Add(expression);
        return columns.Count - 1;
    }
}
