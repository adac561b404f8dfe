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

/// <summary>Takes what refers to the query directly around out of a sub-query. Conditions are taken up through projections, joins, and aggregations, whose
/// groups they then are; where they cannot be, the rows are joined with the <see cref="Domain"/>, of which they are conditions of equality. What can
/// be done neither way is reported.</summary>
/// <param name="context">Where errors go.</param>
/// <param name="span">Where the sub-query stands.</param>
/// <param name="around">The rows of the query around.</param>
sealed class Decorrelation(BindContext context, SourceSpan span, LogicalNode around)
{
    // Aggregates that are not NULL where there are no rows.
    static readonly string[] _counts = ["COUNT", "APPROX_COUNT_DISTINCT", "REGR_COUNT"];

    /// <summary>Makes columns of what is read of the query around.</summary>
    public Domain Domain { get; } = new(context, span, around);

    /// <summary>The sub-query and its conditions, or null after an error.</summary>
    public Correlated? Of(LogicalNode node)
    {
        if (!OuterColumns.IsCorrelated(node))
            return new Correlated(node, []);
        return node switch
        {
            LogicalFilter filter => Filter(filter),
            LogicalProject project => Project(project),
            LogicalAggregate aggregate => Groups(aggregate) is { } groups ? aggregate.Keys.IsEmpty ? Complete(aggregate, groups) : groups : null,
            LogicalJoin join => new JoinDecorrelation(context, span, this).Of(join),
            LogicalReplicate replicate => Replicate(replicate),
            LogicalSort sort => Sort(sort),
            LogicalOver over => Over(over),
            LogicalUnion union => Union(union),
            LogicalCorrelate correlate => Correlate(correlate),
            _ => Refused(node),
        };
    }

    /// <summary>The sides of a condition that an expression over the sub-query is equal to one over the query around, NULLs perhaps too; null if it is
    /// another one.</summary>
    public static (BoundExpression Inner, BoundExpression Outer)? EqualTo(BoundExpression condition) => condition switch
    {
        BoundCall { Function.Name: "=" or "IS NOT DISTINCT FROM", Arguments: [var one, var other] } when IsInner(one) && IsOuterAlone(other) => (one, other),
        BoundCall { Function.Name: "=" or "IS NOT DISTINCT FROM", Arguments: [var one, var other] } when IsInner(other) && IsOuterAlone(one) => (other, one),
        _ => null,
    };

    /// <summary>The groups of an aggregation by what they must be equal to, but none where there are no rows.</summary>
    public Correlated? Groups(LogicalAggregate aggregate)
    {
        if (Of(aggregate.Input) is not { } input)
            return null;
        var own = aggregate.Keys;
        // What says something of whole groups can be asked of the groups.
        bool IsOfGroups(BoundExpression condition) => own.Count > 0 && condition.Columns().IsSubsetOf(own);
        var ofGroups = input.Conditions.Where(IsOfGroups).ToList();
        if (Domain.Bind(input with { Conditions = [.. input.Conditions.Where(condition => !IsOfGroups(condition))] }, [], alsoConditions: true) is not { } bound)
            return null;
        var (below, keys) = WithColumns(bound.Node, bound.Conditions);
        var added = keys.Distinct().Except(own).ToList();
        var grouped = new LogicalAggregate(below, [.. own, .. added], aggregate.Aggregates) { Span = aggregate.Span };
        // The columns as they were, and the new keys behind them.
        ValueList<int> order =
        [
            .. Enumerable.Range(0, own.Count), .. Enumerable.Range(own.Count + added.Count, aggregate.Aggregates.Count), .. Enumerable.Range(own.Count, added.Count),
        ];
        var node = Picked(grouped, order, aggregate.Span);
        int Place(int key) => IndexOf(own, key) is >= 0 and var known ? known : own.Count + aggregate.Aggregates.Count + added.IndexOf(key);
        return new Correlated(
            node,
            [
                .. ofGroups.ConvertAll(condition => condition.MapColumns(column => IndexOf(own, column))),
                .. bound.Conditions.Select((condition, i) => Equal(condition, node.Schema.Column(Place(keys[i])))),
            ]);
    }

    /// <summary>What an aggregate is where there are no rows; null if that is not known.</summary>
    public static BoundLiteral? Empty(LogicalAggregateCall call) => _counts.Contains(call.Call.Function.Name)
        ? new BoundLiteral(call.Call.Call.ReturnType, 0L)
        : call.Call.Call.ReturnType.IsNullable ? new BoundLiteral(call.Call.Call.ReturnType, null) : null;

    /// <summary>The value of an aggregate of a group that may be missing.</summary>
    /// <param name="call">The aggregate.</param>
    /// <param name="column">Its column, NULL where the group is missing.</param>
    public BoundExpression OrEmpty(LogicalAggregateCall call, BoundExpression column) => Empty(call) is { Value: not null } empty
        ? new BoundCase([new BoundCaseArm(context.Calls.Operator("IS NOT NULL", span, [column]), column)], empty, call.Call.Call.ReturnType) { Span = span }
        : column;

    // All rows make one group, also where there are none: one for each row of the domain.
    Correlated? Complete(LogicalAggregate aggregate, Correlated groups)
    {
        if (groups.Conditions.IsEmpty)
            return groups;
        if (aggregate.Aggregates.Any(call => Empty(call) is null))
            return Refused(aggregate);
        var columns = OuterColumns.Of(groups.Conditions);
        if (Domain.Of(columns) is not { } domain)
            return null;
        var width = columns.Count;
        var conditions = groups.Conditions.Map(condition => OuterColumns.Replace(
            condition.MapColumns(column => column + width), outer => new BoundColumn(columns.IndexOf(outer), outer.Type, outer.Name)));
        var joined = new LogicalJoin(domain, groups.Node, JoinType.Left, ExpressionTrees.And(conditions)) { Span = span };
        List<BoundExpression> projections =
        [
            .. aggregate.Aggregates.Select((call, i) => OrEmpty(call, joined.Schema.Column(width + i))),
            .. Enumerable.Range(0, width).Select(i => (BoundExpression)joined.Schema.Column(i)),
        ];
        var node = new LogicalProject(joined, [.. projections], [.. aggregate.Schema.Fields.Select(field => field.Name), .. columns.Select(column => column.Name)]) { Span = span };
        return new Correlated(node, [.. columns.Select((column, i) => Domain.Same(node.Schema.Column(aggregate.Aggregates.Count + i), column))]);
    }

    Correlated? Refused(LogicalNode node)
    {
        context.Report(BindErrors.NotSupported(
            span, $"a column of the query around the sub-query inside of {What(node)}", "Ask for it in the WHERE of the sub-query, outside of that part."));
        return null;
    }

    static string What(LogicalNode node) => node switch
    {
        LogicalExpand => "grouping sets",
        LogicalWindowTable => "a table function of windows",
        LogicalLookupJoin or LogicalTemporalJoin => "a join FOR SYSTEM_TIME AS OF",
        LogicalAggregate => "this aggregation",
        _ => "this part",
    };

    Correlated? Filter(LogicalFilter filter)
    {
        if (Of(filter.Input) is not { } input)
            return null;
        var conjuncts = filter.Predicate.Conjuncts().ToList();
        return new Correlated(
            ExpressionTrees.And(conjuncts.FindAll(IsInner)) is { } own ? new LogicalFilter(input.Node, own) { Span = filter.Span } : input.Node,
            [.. input.Conditions, .. conjuncts.FindAll(OuterColumns.IsOuter)]);
    }

    Correlated? Project(LogicalProject project)
    {
        if (Of(project.Input) is not { } rows || Domain.Bind(rows, project.Projections) is not { } input)
            return null;
        var expressions = project.Projections.Select(input.Place).ToList();
        var names = project.Names.ToList();
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

    // How often a row comes stays its last column.
    Correlated? Replicate(LogicalReplicate replicate)
    {
        if (Of(replicate.Input) is not { } input)
            return null;
        var copies = replicate.Input.Schema.Count - 1;
        ValueList<int> order = [.. Enumerable.Range(0, input.Node.Schema.Count).Where(column => column != copies), copies];
        return new Correlated(
            new LogicalReplicate(Picked(input.Node, order, replicate.Span)) { Span = replicate.Span },
            input.Conditions.Map(condition => condition.MapColumns(column => column < copies ? column : column - 1)));
    }

    // The first rows of each value of the query around; an order of all rows says nothing.
    Correlated? Sort(LogicalSort sort)
    {
        if (Of(sort.Input) is not { } input)
            return null;
        if (sort is { Offset: 0, Fetch: null })
            return input;
        if (sort.Fetch == 0)
            return input with { Node = new LogicalFilter(input.Node, BoundLiteral.False) { Span = sort.Span } };
        if (Domain.Bind(input, [], alsoConditions: true) is not { } bound)
            return null;
        var (rows, keys) = WithColumns(bound.Node, bound.Conditions);
        var last = sort.Fetch is { } fetch && fetch < long.MaxValue - sort.Offset ? sort.Offset + fetch : long.MaxValue;
        var top = new LogicalTopN(rows, [.. keys.Distinct()], sort.Keys, RankKind.RowNumber, sort.Offset + 1, last, null) { Span = sort.Span };
        return new Correlated(top, [.. bound.Conditions.Select((condition, i) => Equal(condition, top.Schema.Column(keys[i])))]);
    }

    Correlated? Over(LogicalOver over)
    {
        if (Of(over.Input) is not { } input || Domain.Bind(input, [], alsoConditions: true) is not { } bound)
            return null;
        var width = over.Input.Schema.Count;
        var (rows, keys) = WithColumns(bound.Node, bound.Conditions);
        var partitioned = new LogicalOver(rows, [.. over.Partition, .. keys.Distinct().Except(over.Partition)], over.Order, over.Calls) { Span = over.Span };
        var calls = over.Calls.Count;
        List<int> order = [.. Enumerable.Range(0, width), .. Enumerable.Range(rows.Schema.Count, calls), .. Enumerable.Range(width, rows.Schema.Count - width)];
        var node = Picked(partitioned, [.. order], over.Span);
        return new Correlated(node, [.. bound.Conditions.Select((condition, i) => Equal(condition, node.Schema.Column(order.IndexOf(keys[i]))))]);
    }

    // Each input has its rows for each value of the query around.
    Correlated? Union(LogicalUnion union)
    {
        var columns = OuterColumns.Of(union);
        var width = union.Schema.Count;
        var inputs = new List<LogicalNode>();
        foreach (var child in union.Inputs)
        {
            if (Of(child) is not { } rows || Domain.Bind(rows, columns, alsoConditions: true, alwaysJoins: true) is not { } bound)
                return null;
            inputs.Add(new LogicalProject(
                bound.Node,
                [.. Enumerable.Range(0, width).Select(i => (BoundExpression)bound.Node.Schema.Column(i)), .. columns.Select(bound.Replacement)],
                [.. child.Schema.Fields.Select(field => field.Name), .. columns.Select(column => column.Name)])
            {
                Span = child.Span,
            });
        }
        var node = new LogicalUnion([.. inputs]) { Span = union.Span };
        return new Correlated(node, [.. columns.Select((column, i) => Domain.Same(node.Schema.Column(width + i), column))]);
    }

    Correlated? Correlate(LogicalCorrelate correlate)
    {
        if (Of(correlate.Input) is not { } rows || Domain.Bind(rows, correlate.Table.Arguments) is not { } input)
            return null;
        var width = correlate.Input.Schema.Count;
        var added = input.Node.Schema.Count - width;
        var kept = correlate.Kept.Count;
        var node = correlate with
        {
            Input = input.Node,
            Table = correlate.Table with { Arguments = correlate.Table.Arguments.Map(input.Place) },
            Kept = [.. correlate.Kept, .. Enumerable.Range(width, added)],
        };
        List<int> order = [.. Enumerable.Range(0, kept), .. Enumerable.Range(kept + added, correlate.Produced.Count), .. Enumerable.Range(kept, added)];
        var below = correlate.Kept.ToList();
        return new Correlated(
            Picked(node, [.. order], correlate.Span),
            input.Conditions.Map(condition => condition.MapColumns(
                column => column < width ? below.IndexOf(column) : kept + correlate.Produced.Count + column - width)));
    }

    // What is equal to something of the query around, as columns: those that are computed come behind the others.
    static (LogicalNode Node, List<int> Columns) WithColumns(LogicalNode node, ValueList<BoundExpression> conditions)
    {
        var width = node.Schema.Count;
        List<BoundExpression> columns = [.. Enumerable.Range(0, width).Select(i => (BoundExpression)node.Schema.Column(i))];
        var places = new List<int>();
        foreach (var condition in conditions)
        {
            var inner = EqualTo(condition)!.Value.Inner;
            var known = columns.IndexOf(inner);
            places.Add(known < 0 ? columns.Count : known);
            if (known < 0)
                columns.Add(inner);
        }
        return (
            columns.Count == width
                ? node
                : new LogicalProject(node, [.. columns], [.. node.Schema.Fields.Select(field => field.Name), .. columns.Skip(width).Select(column => column.Describe())])
                {
                    Span = node.Span,
                },
            places);
    }

    BoundExpression Equal(BoundExpression condition, BoundExpression inner) =>
        context.Calls.Operator(((BoundCall)condition).Function.Name, span, [inner, EqualTo(condition)!.Value.Outer]);

    /// <summary>Columns of a node, in an order.</summary>
    public static LogicalProject Picked(LogicalNode node, ValueList<int> columns, SourceSpan span) => LogicalProject.Pick(node, columns) with { Span = span };

    /// <summary>True if nothing in it is a column of the query directly around.</summary>
    public static bool IsInner(BoundExpression expression) => !OuterColumns.IsOuter(expression);

    static bool IsOuterAlone(BoundExpression expression) => expression.Columns().Count == 0;

    static int IndexOf(ValueList<int> columns, int column)
    {
        for (var i = 0; i < columns.Count; i++)
        {
            if (columns[i] == column)
                return i;
        }
        return -1;
    }
}
