using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Binding;

/// <summary>A sub-query that refers to nothing around it, and what a row of it must satisfy to count for a row of the query around.</summary>
/// <param name="Node">The sub-query; behind its own columns there may be others, which the conditions read.</param>
/// <param name="Conditions">Over its columns and <see cref="BoundOuterColumn"/>.</param>
sealed record Correlated(LogicalNode Node, ValueList<BoundExpression> Conditions);

/// <summary>Takes conditions that refer to the query around out of a sub-query: up through projections, joins, and aggregations, whose groups
/// they then are. What cannot be taken out is reported.</summary>
sealed class Decorrelation(BindContext context, SourceSpan span)
{
    /// <summary>True if something in it refers to the query around.</summary>
    public static bool IsCorrelated(LogicalNode node) => node.Expressions.Any(IsOuter) || node.Children.Any(IsCorrelated);

    /// <summary>The sub-query and its conditions, or null after an error.</summary>
    public Correlated? Of(LogicalNode node)
    {
        if (!IsCorrelated(node))
            return new Correlated(node, []);
        return node switch
        {
            LogicalFilter filter => Filter(filter),
            LogicalProject project when !project.Expressions.Any(IsOuter) => Project(project),
            LogicalAggregate aggregate => Aggregate(aggregate),
            LogicalJoin { Kind: JoinType.Inner } join => Join(join),
            _ => Refused(),
        };
    }

    static bool IsOuter(BoundExpression expression) => expression.Contains(node => node is BoundOuterColumn);

    Correlated? Refused()
    {
        context.Report(BindErrors.NotSupported(
            span, "a column of the query around the sub-query in this place", "Such columns may stand in conditions of its WHERE, outside of outer joins and unions."));
        return null;
    }

    Correlated? Filter(LogicalFilter filter)
    {
        if (Of(filter.Input) is not { } input)
            return null;
        var conjuncts = filter.Predicate.Conjuncts().ToList();
        return new Correlated(
            ExpressionTrees.And(conjuncts.FindAll(conjunct => !IsOuter(conjunct))) is { } own ? new LogicalFilter(input.Node, own) { Span = filter.Span } : input.Node,
            [.. input.Conditions, .. conjuncts.FindAll(IsOuter)]);
    }

    Correlated? Project(LogicalProject project)
    {
        if (Of(project.Input) is not { } input)
            return null;
        var expressions = project.Expressions.ToList();
        var names = project.Schema.Fields.Select(field => field.Name).ToList();
        var places = new Dictionary<int, int>();
        foreach (var column in input.Conditions.SelectMany(condition => condition.Columns()).Distinct())
        {
            var known = expressions.FindIndex(expression => expression is BoundColumn { Index: var index } && index == column);
            if (known < 0)
            {
                known = expressions.Count;
                expressions.Add(input.Node.Schema.Column(column));
                names.Add(input.Node.Schema[column].Name);
            }
            places.Add(column, known);
        }
        return new Correlated(
            new LogicalProject(input.Node, [.. expressions], [.. names]) { Span = project.Span },
            input.Conditions.Map(condition => condition.MapColumns(column => places[column])));
    }

    // What the rows of a group must be equal to becomes a key of the group.
    Correlated? Aggregate(LogicalAggregate aggregate)
    {
        if (Of(aggregate.Input) is not { } input)
            return null;
        var width = input.Node.Schema.Count;
        List<BoundExpression> columns = [.. Enumerable.Range(0, width).Select(i => (BoundExpression)input.Node.Schema.Column(i))];
        var pairs = new List<(int Key, BoundExpression Outer)>();
        var own = aggregate.Keys.ToList();
        var ofGroups = new List<BoundExpression>();
        foreach (var condition in input.Conditions)
        {
            // What says something of whole groups can be asked of the groups.
            if (own.Count > 0 && condition.Columns().IsSubsetOf(own))
            {
                ofGroups.Add(condition.MapColumns(own.IndexOf));
                continue;
            }
            if (EqualTo(condition) is not var (inner, outer))
                return Refused();
            var key = columns.IndexOf(inner);
            if (key < 0)
            {
                key = columns.Count;
                columns.Add(inner);
            }
            pairs.Add((key, outer));
        }
        var below = columns.Count == width
            ? input.Node
            : new LogicalProject(input.Node, [.. columns], [.. columns.Select(column => column.Describe())]) { Span = aggregate.Span };
        var added = pairs.ConvertAll(pair => pair.Key).Distinct().Except(own).ToList();
        var grouped = new LogicalAggregate(below, [.. aggregate.Keys, .. added], aggregate.Aggregates) { Span = aggregate.Span };
        var keys = own.Count;
        // The columns as they were, and the new keys behind them.
        ValueList<int> order = [.. Enumerable.Range(0, keys), .. Enumerable.Range(keys + added.Count, aggregate.Aggregates.Count), .. Enumerable.Range(keys, added.Count)];
        var node = new LogicalProject(grouped, [.. order.Select(i => (BoundExpression)grouped.Schema.Column(i))], order.Map(i => grouped.Schema[i].Name)) { Span = aggregate.Span };
        return new Correlated(node, [.. ofGroups, .. pairs.Select(pair => context.Calls.Operator("=", span, [node.Schema.Column(Place(pair.Key)), pair.Outer]))]);

        int Place(int key) => own.IndexOf(key) is >= 0 and var known ? known : keys + aggregate.Aggregates.Count + added.IndexOf(key);
    }

    /// <summary>The sides of a condition that an expression over the sub-query is equal to one over the query around; null if it is another one.</summary>
    public static (BoundExpression Inner, BoundExpression Outer)? EqualTo(BoundExpression condition) => condition switch
    {
        BoundCall { Function.Name: "=", Arguments: [var one, var other] } when IsInner(one) && IsOuterAlone(other) => (one, other),
        BoundCall { Function.Name: "=", Arguments: [var one, var other] } when IsInner(other) && IsOuterAlone(one) => (other, one),
        _ => null,
    };

    static bool IsInner(BoundExpression expression) => !IsOuter(expression);

    static bool IsOuterAlone(BoundExpression expression) => expression.Columns().Count == 0;

    Correlated? Join(LogicalJoin join)
    {
        if (Of(join.Left) is not { } left || Of(join.Right) is not { } right)
            return null;
        var (leftWidth, rightWidth) = (join.Left.Schema.Count, join.Right.Schema.Count);
        var shift = left.Node.Schema.Count - leftWidth;
        var conjuncts = join.Condition?.MapColumns(column => column < leftWidth ? column : column + shift).Conjuncts().ToList() ?? [];
        var joined = new LogicalJoin(left.Node, right.Node, JoinType.Inner, ExpressionTrees.And(conjuncts.FindAll(conjunct => !IsOuter(conjunct)))) { Span = join.Span };
        var rightStart = left.Node.Schema.Count;
        // The columns as they were, and what the conditions read behind them.
        List<int> order =
        [
            .. Enumerable.Range(0, leftWidth), .. Enumerable.Range(rightStart, rightWidth),
            .. Enumerable.Range(leftWidth, shift), .. Enumerable.Range(rightStart + rightWidth, right.Node.Schema.Count - rightWidth),
        ];
        var node = new LogicalProject(joined, [.. order.Select(i => (BoundExpression)joined.Schema.Column(i))], [.. order.Select(i => joined.Schema[i].Name)]) { Span = join.Span };
        return new Correlated(
            node,
            [
                .. left.Conditions.Map(condition => condition.MapColumns(order.IndexOf)),
                .. right.Conditions.Map(condition => condition.MapColumns(column => order.IndexOf(column + rightStart))),
                .. conjuncts.FindAll(IsOuter).ConvertAll(conjunct => conjunct.MapColumns(order.IndexOf)),
            ]);
    }
}
