using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;

namespace SqlStream.Planner.Binding;

/// <summary>An aggregation by several grouping sets: the columns are the keys, the number of the set, and the aggregates.</summary>
/// <remarks>The rows are given once for each set and grouped by all keys and the set. The empty set is an aggregation of its own, because
/// it gives a row even where there are none.</remarks>
static class GroupingSetsPlan
{
    /// <summary>The aggregation.</summary>
    /// <param name="input">The keys in its first columns, arguments and filters after them.</param>
    /// <param name="groups">Keys and sets, empty sets at the end.</param>
    /// <param name="aggregates">Calls over the input.</param>
    /// <param name="span">The query.</param>
    public static LogicalNode Of(LogicalNode input, GroupKeys groups, ValueList<LogicalAggregateCall> aggregates, SourceSpan span)
    {
        var keyCount = groups.Keys.Count;
        var sets = groups.Sets.Where(set => !set.IsEmpty).ToValueList();
        var parts = new List<LogicalNode>();
        if (!sets.IsEmpty)
        {
            var expanded = new LogicalExpand(input, [.. Enumerable.Range(0, keyCount)], sets) { Span = span };
            ValueList<int> keys = [.. Enumerable.Range(1, keyCount), 0];
            parts.Add(new LogicalAggregate(expanded, keys, aggregates.Map(call => call.MapColumns(column => column + 1))) { Span = span });
        }
        for (var number = sets.Count; number < groups.Sets.Count; number++)
            parts.Add(OfEmptySet(input, groups.Keys, number, aggregates, span));
        return parts.Count == 1 ? parts[0] : new LogicalUnion([.. parts]) { Span = span };
    }

    static LogicalProject OfEmptySet(
        LogicalNode input, List<BoundExpression> keys, int number, ValueList<LogicalAggregateCall> aggregates, SourceSpan span)
    {
        var aggregate = new LogicalAggregate(input, [], aggregates) { Span = span };
        var nulls = keys.Select(key => (BoundExpression)new BoundLiteral(key.Type.WithNullability(true), null));
        var results = Enumerable.Range(0, aggregates.Count).Select(i => (BoundExpression)aggregate.Schema.Column(i));
        return new LogicalProject(
            aggregate,
            [.. nulls, new BoundLiteral(SqlType.Int.WithNullability(false), number), .. results],
            [.. Enumerable.Range(0, keys.Count).Select(key => input.Schema[key].Name), LogicalExpand.SetColumn,
                .. aggregate.Schema.Fields.Select(field => field.Name)])
        {
            Span = span,
        };
    }
}
