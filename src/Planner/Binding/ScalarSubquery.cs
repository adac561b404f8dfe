using SqlStream.Core.Diagnostics;
using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;

namespace SqlStream.Planner.Binding;

/// <summary>A sub-query as a value. Where it is not known that it has one row at most, its rows are counted, and several of them are an error of those
/// rows of the query around whose value is needed.</summary>
sealed class ScalarSubquery(BindContext context, SubqueryInput input)
{
    CallFactory Calls => context.Calls;

    /// <summary>The value over the columns of the input; null after an error.</summary>
    public BoundExpression? Place(BoundSubquery subquery)
    {
        var span = subquery.Span;
        var node = SubqueryPlacer.Query(subquery);
        var decorrelation = SubqueryPlacer.DecorrelationOf(context, input, subquery);
        if (node is LogicalProject { Input: LogicalAggregate { Keys.IsEmpty: true } aggregate } project && aggregate.Aggregates.All(call => Decorrelation.Empty(call) is not null))
            return OfAggregation(decorrelation, project, aggregate, span);
        if (!IsOneRow(node))
            return Checked(decorrelation, node, span);
        return decorrelation.Of(node) is { } rows ? Column(Attach(rows, span), span) : null;
    }

    // A group that is not there, or not yet, is one without rows, whose counts are 0.
    BoundExpression? OfAggregation(Decorrelation decorrelation, LogicalProject project, LogicalAggregate aggregate, SourceSpan span)
    {
        if (decorrelation.Groups(aggregate) is not { } groups)
            return null;
        var value = project.Projections[0];
        var isNullWithoutRows = !OuterColumns.IsOuter(value)
            && context.Folder.Fold(value.Inline(aggregate.Aggregates.Map(call => (BoundExpression)Decorrelation.Empty(call)!))) is BoundLiteral { Value: null };
        if (isNullWithoutRows)
        {
            List<int> keys = [.. Enumerable.Range(aggregate.Aggregates.Count, groups.Node.Schema.Count - aggregate.Aggregates.Count)];
            var computed = new LogicalProject(
                groups.Node, [value, .. keys.Select(key => (BoundExpression)groups.Node.Schema.Column(key))], [project.Names[0], .. keys.Select(key => groups.Node.Schema[key].Name)])
            {
                Span = project.Span,
            };
            var conditions = groups.Conditions.Map(condition => condition.MapColumns(column => 1 + keys.IndexOf(column)));
            return Column(Attach(new Correlated(computed, conditions), span), span);
        }
        var first = Attach(groups, span);
        return SubqueryInput.OfInput(value.RewriteDown(part => part switch
        {
            // Columns of the input behind those of the sub-query must not be taken for its own.
            BoundColumn column => decorrelation.OrEmpty(
                aggregate.Aggregates[column.Index], OuterColumns.AsOuter(Column(first + column.Index, span))),
            _ => null,
        }));
    }

    BoundExpression? Checked(Decorrelation decorrelation, LogicalNode node, SourceSpan span)
    {
        var counted = new LogicalAggregate(node, [], [Aggregates.Of(context, "COUNT", []), Aggregates.Of(context, "FIRST_VALUE", [node.Schema.Column(0)])]) { Span = span };
        if (decorrelation.Groups(counted) is not { } groups)
            return null;
        var first = Attach(groups, span);
        return Calls.Operator("$SINGLE_VALUE", span, [Column(first + 1, span), Column(first, span)]);
    }

    int Attach(Correlated subquery, SourceSpan span) => input.Attach(subquery with { Node = subquery.Node with { Span = span } }, null);

    BoundColumn Column(int index, SourceSpan span) => input.Node.Schema.Column(index) with { Span = span };

    static bool IsOneRow(LogicalNode node) => node switch
    {
        LogicalProject project => IsOneRow(project.Input),
        LogicalFilter filter => IsOneRow(filter.Input),
        LogicalAggregate aggregate => aggregate.Keys.IsEmpty,
        LogicalValues values => values.Rows.Count <= 1,
        LogicalSort sort => sort.Fetch <= 1 || IsOneRow(sort.Input),
        _ => false,
    };
}
