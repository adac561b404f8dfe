using System.Diagnostics;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Binding;

/// <summary>JOIN and the comma in FROM.</summary>
sealed class JoinBinder(BindContext context)
{
    /// <summary>The node and the names that it gives: those of both sides, and with USING or NATURAL one column for each pair of columns
    /// that stand for each other.</summary>
    public (LogicalNode Node, Scope Scope) Bind(JoinTable join)
    {
        if (Rotated(join) is { } rotated)
            return Bind(rotated);
        if (CorrelateBinder.IsCall(join.Right))
            return new CorrelateBinder(context).Bind(join);
        if (join.Right is DerivedTable { Lateral: true } lateral)
            return new LateralBinder(context).Bind(join, lateral);
        if (join.Right is NamedTable { SystemTime: not null } versioned)
            return new SystemTimeBinder(context).Bind(join, versioned);
        var tables = new TableBinder(context);
        var (left, leftScope) = tables.Bind(join.Left);
        var (right, rightScope) = (join.Right is DerivedTable ? new TableBinder(context.WithBeside(leftScope)) : tables).Bind(join.Right);
        if (left == QueryBinder.Failed || right == QueryBinder.Failed)
            return (QueryBinder.Failed, Scope.Unknown);
        if (join.Natural && (join.On is not null || join.Using.Count > 0))
            return Failed(BindErrors.NaturalCondition(join.On is null ? context.SpanOf(join.Using[0]) : context.SpanOf(join.On)));
        if (join is { Natural: false, On: null, Using.Count: 0 } && join.Kind != JoinKind.Cross)
            return Failed(BindErrors.JoinCondition(context.SpanOf(join.Right)));
        var type = TypeOf(join.Kind);
        var width = left.Schema.Count;
        rightScope = rightScope.Shifted(width);
        if (Repeated(leftScope, rightScope) is { } repeated)
            return Failed(BindErrors.DuplicateTable(context.SpanOf(join.Right), repeated));
        var both = leftScope.And(rightScope);
        var padded = both.WithNullable(Padded(type, width, right.Schema.Count));
        var columns = join.Natural ? Common(leftScope, rightScope) : join.Using.Map(column => (column.Text, context.SpanOf(column)));
        if (columns.IsEmpty)
        {
            var condition = join.On is null
                ? null
                : new ExpressionBinder(context, both, new Clause("JOIN ... ON")) { AllowsSubqueries = true }.BindCondition(join.On, "JOIN ... ON");
            if (condition is not null and not BoundError && BoundSubquery.IsIn(condition))
            {
                var joined = WithTtls(Make(join, left, right, type, condition), leftScope, rightScope);
                return new JoinSubqueries(context).Place(joined) is { } placed ? (placed, padded) : (QueryBinder.Failed, Scope.Unknown);
            }
            return condition is BoundError ? (QueryBinder.Failed, Scope.Unknown) : (WithTtls(Make(join, left, right, type, condition), leftScope, rightScope), padded);
        }
        return Shared(columns, leftScope, rightScope) is { } pairs
            ? Merged(pairs, WithTtls(Make(join, left, right, type, Equal(pairs)), leftScope, rightScope), type, padded)
            : (QueryBinder.Failed, Scope.Unknown);
    }

    // a, LATERAL b JOIN c is a, (LATERAL b JOIN c), where b sees a: the same as (a, LATERAL b) JOIN c.
    static JoinTable? Rotated(JoinTable join) =>
        join is { Kind: JoinKind.Cross, Natural: false, Right: JoinTable { Kind: JoinKind.Inner or JoinKind.Cross or JoinKind.Left, Natural: false, Using.Count: 0 } inner }
        && IsLateral(inner)
            ? inner with { Left = join with { Right = inner.Left } }
            : null;

    static bool IsLateral(TableSyntax table) =>
        table is JoinTable join ? IsLateral(join.Left) : CorrelateBinder.IsCall(table) || table is DerivedTable { Lateral: true };

    BoundExpression Coalesce(SourceSpan span, BoundColumn left, BoundColumn right) =>
        new CaseBinder(context, new ExpressionBinder(context, Scope.Unknown, new Clause("USING"))).Rewritten("COALESCE", [left, right], span)!;

    LogicalJoin Make(JoinTable join, LogicalNode left, LogicalNode right, JoinType type, BoundExpression? condition) =>
        new(left, right, type, condition) { Span = context.SpanOf(join) };

    LogicalJoin WithTtls(LogicalJoin join, Scope left, Scope right) =>
        context.StateTtls.IsEmpty ? join : join with { LeftTtl = Ttl(left), RightTtl = Ttl(right) };

    // What a join of several tables gives has no name by which a hint could mean it.
    TimeSpan? Ttl(Scope side) => side.Tables.Count == 1 && context.StateTtls.TryGetValue(side.Tables[0].Name, out var ttl) ? ttl : null;

    static JoinType TypeOf(JoinKind kind) => kind switch
    {
        JoinKind.Inner or JoinKind.Cross => JoinType.Inner,
        JoinKind.Left => JoinType.Left,
        JoinKind.Right => JoinType.Right,
        JoinKind.Full => JoinType.Full,
        _ => throw new UnreachableException($"join {kind} has no type"),
    };

    /// <summary>The columns of a join that are NULL in rows without a pair.</summary>
    public static HashSet<int> Padded(JoinType type, int left, int right) =>
    [
        .. type.KeepsRight() ? Enumerable.Range(0, left) : [],
        .. type.KeepsLeft() ? Enumerable.Range(left, right) : [],
    ];

    /// <summary>The name that tables of both sides have, or null.</summary>
    public static string? Repeated(Scope left, Scope right) =>
        left.Tables.Select(table => table.Path).Intersect(right.Tables.Select(table => table.Path)).FirstOrDefault(path => !path.IsEmpty) is { IsEmpty: false } path
            ? path[^1]
            : null;

    static ValueList<(string Name, SourceSpan Span)> Common(Scope left, Scope right) =>
        [.. left.ColumnNames.Intersect(right.ColumnNames).Select(name => (name, SourceSpan.None))];

    // Each column must be there once on either side.
    List<(string Name, SourceSpan Span, BoundColumn Left, BoundColumn Right)>? Shared(
        ValueList<(string Name, SourceSpan Span)> columns, Scope left, Scope right)
    {
        var pairs = new List<(string Name, SourceSpan Span, BoundColumn Left, BoundColumn Right)>();
        var failed = false;
        foreach (var (name, span) in columns)
        {
            if (One(left, name, span, "left") is { } ofLeft && One(right, name, span, "right") is { } ofRight)
                pairs.Add((name, span, ofLeft, ofRight));
            else
                failed = true;
        }
        return failed ? null : pairs;
    }

    BoundColumn? One(Scope scope, string name, SourceSpan span, string side)
    {
        var found = scope.FindColumn(name);
        if (found.Count == 1)
            return found[0].Column with { Span = span };
        context.Report(BindErrors.UsingColumn(span, name, side, found.Count, NearestName.Hint(name, scope.ColumnNames)));
        return null;
    }

    BoundExpression? Equal(List<(string Name, SourceSpan Span, BoundColumn Left, BoundColumn Right)> pairs) =>
        ExpressionTrees.And([.. pairs.Select(pair => context.Calls.Operator("=", pair.Span, [pair.Left, pair.Right]))]);

    // The merged columns come first, and hide those that they are made of from names without a table.
    (LogicalNode Node, Scope Scope) Merged(
        List<(string Name, SourceSpan Span, BoundColumn Left, BoundColumn Right)> pairs, LogicalJoin join, JoinType type, Scope scope)
    {
        if (join.Condition!.Contains(node => node is BoundError))
            return (QueryBinder.Failed, Scope.Unknown);
        var schema = join.Schema;
        var merged = pairs.ConvertAll(pair => type switch
        {
            JoinType.Right => schema.Column(pair.Right.Index),
            JoinType.Full => Coalesce(pair.Span, schema.Column(pair.Left.Index), schema.Column(pair.Right.Index)),
            _ => (BoundExpression)schema.Column(pair.Left.Index),
        });
        if (CallFactory.ErrorAmong([.. merged]) is not null)
            return (QueryBinder.Failed, Scope.Unknown);
        ValueList<string> names = [.. pairs.Select(pair => pair.Name)];
        var node = new LogicalProject(
            join,
            [.. merged, .. Enumerable.Range(0, schema.Count).Select(i => (BoundExpression)schema.Column(i))],
            [.. names, .. schema.Fields.Select(field => field.Name)])
        {
            Span = join.Span,
        };
        var first = new ScopeTable([], new Schema([.. merged.Select((expression, i) => new Field(names[i], expression.Type))]), 0);
        return (node, new Scope([first, .. scope.Shifted(names.Count).Hiding(names).Tables]));
    }

    (LogicalNode Node, Scope Scope) Failed(Diagnostic error)
    {
        context.Report(error);
        return (QueryBinder.Failed, Scope.Unknown);
    }
}
