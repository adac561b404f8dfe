using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;

namespace SqlStream.Planner.Binding;

/// <summary>A SELECT with groups, before its aggregation.</summary>
/// <param name="Input">The rows that are grouped.</param>
/// <param name="Groups">By what.</param>
/// <param name="Outputs">The list, over the rows and aggregates of them.</param>
/// <param name="Having">The condition, over the same; null if there is none.</param>
sealed record GroupedQuery(LogicalNode Input, GroupKeys Groups, List<SelectOutput> Outputs, BoundExpression? Having)
{
    /// <summary>The query with the sub-queries that stand in keys and in aggregates joined to its rows; null after an error. Those beside aggregates are of groups,
    /// and stay.</summary>
    public GroupedQuery? WithSubqueriesBelow(BindContext context, GroupWindow? window)
    {
        var below = Outputs.Select(output => output.Expression).Concat(Having is null ? [] : [Having]).SelectMany(Calls).Concat(Groups.Keys).ToList();
        if (below.Find(BoundSubquery.IsIn) is not { } first)
            return this;
        if (window is not null)
        {
            context.Report(BindErrors.NotSupported(
                first.Span, "sub-query over a table in keys or aggregates of a query that groups by TUMBLE, HOP or SESSION", "Compute the value in a sub-query of FROM."));
            return null;
        }
        var errors = context.ErrorCount;
        var input = new SubqueryInput(Input);
        var placer = new SubqueryPlacer(context, input);
        var keys = Groups.Keys.ConvertAll(placer.Place);
        var moved = new GroupedQuery(
            Input, Groups with { Keys = keys }, Outputs.ConvertAll(output => output with { Expression = Below(output.Expression) }), Having is null ? null : Below(Having));
        return context.ErrorCount > errors ? null : moved with { Input = input.Node };

        BoundExpression Below(BoundExpression expression) => expression.RewriteDown(node =>
        {
            var key = Groups.Keys.IndexOf(node);
            return key >= 0 ? keys[key] with { Span = node.Span } : node is BoundAggregateCall call ? placer.Place(call) : null;
        });
    }

    static IEnumerable<BoundExpression> Calls(BoundExpression expression) =>
        expression is BoundAggregateCall ? [expression] : expression.Children.SelectMany(Calls);
}
