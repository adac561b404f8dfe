using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Binding;

/// <summary>UNION, INTERSECT and EXCEPT, with and without ALL. The result has the names of the first query and the common types of
/// both.</summary>
/// <remarks>INTERSECT and EXCEPT count how often each row is on the left and on the right; NULLs are equal.</remarks>
sealed class SetOperationBinder(BindContext context)
{
    const string CopiesColumn = "$copies";

    /// <summary>Two bound queries as one.</summary>
    public LogicalNode Bind(SetOperation operation, LogicalNode left, LogicalNode right)
    {
        var span = context.SpanOf(operation);
        if (left == QueryBinder.Failed || right == QueryBinder.Failed)
            return QueryBinder.Failed;
        if (left.Schema.Count != right.Schema.Count)
        {
            context.Report(BindErrors.SetOperationColumns(
                context.SpanOf(operation.Right), Word(operation), left.Schema.Count, right.Schema.Count));
            return QueryBinder.Failed;
        }
        if (CommonTypes(operation, left.Schema, right.Schema) is not { } types)
            return QueryBinder.Failed;
        if (operation.Operator != SetOperator.Union)
            return Counted(operation, Coerce(left, types), Coerce(right, types));
        var inputs = Flatten(Coerce(left, types)).Append(Coerce(right, types));
        LogicalNode union = new LogicalUnion([.. inputs]) { Span = span };
        return operation.All ? union : Distinct(union);
    }

    /// <summary>One row of each that are equal; NULLs are equal.</summary>
    public static LogicalNode Distinct(LogicalNode input) =>
        new LogicalAggregate(input, [.. Enumerable.Range(0, input.Schema.Count)], []) { Span = input.Span };

    // The rows of both sides, each with its side, are grouped; the group says how often the result holds its row.
    LogicalNode Counted(SetOperation operation, LogicalNode left, LogicalNode right)
    {
        var span = context.SpanOf(operation);
        var union = new LogicalUnion([WithSide(left, BoundLiteral.True), WithSide(right, BoundLiteral.False)]) { Span = span };
        var side = union.Schema.Count - 1;
        var name = $"${Word(operation)}{(operation.All ? " ALL" : "")}";
        if (!context.Planner.Functions.TryGetAggregate(name, out var function)
            || context.Calls.Aggregate(function, [union.Schema.Column(side)]) is not var (appending, retracting, _))
            throw new EngineBugException($"aggregate function {name} does not fit");
        var copies = new BoundAggregate(function, appending, [side], Distinct: false, Filter: null, CopiesColumn);
        var grouped = new LogicalAggregate(union, [.. Enumerable.Range(0, side)], [new LogicalAggregateCall(copies, retracting) { Span = span }])
        {
            Span = span,
        };
        if (operation.All)
            return new LogicalReplicate(grouped) { Span = span };
        var isIn = context.Calls.Operator(">", span, [grouped.Schema.Column(side), LiteralBinder.Integer(0, span)]);
        return LogicalProject.Pick(new LogicalFilter(grouped, isIn) { Span = span }, Enumerable.Range(0, side)) with { Span = span };
    }

    static LogicalProject WithSide(LogicalNode input, BoundLiteral isLeft)
    {
        var columns = Enumerable.Range(0, input.Schema.Count).Select(i => (BoundExpression)input.Schema.Column(i));
        return new LogicalProject(input, [.. columns, isLeft], [.. input.Schema.Fields.Select(field => field.Name), "$left"]) { Span = input.Span };
    }

    static string Word(SetOperation operation) => operation.Operator.ToString().ToUpperInvariant();

    static IEnumerable<LogicalNode> Flatten(LogicalNode node) => node is LogicalUnion union ? union.Inputs : [node];

    ValueList<SqlType>? CommonTypes(SetOperation operation, Schema left, Schema right)
    {
        var types = new List<SqlType>();
        for (var i = 0; i < left.Count; i++)
        {
            if (TypeRules.CommonType([left[i].Type, right[i].Type]) is { } common)
                types.Add(common);
            else
                context.Report(BindErrors.NoCommonType(
                    context.SpanOf(operation.Right), $"column {i + 1} of {Word(operation)}", [left[i].Type, right[i].Type]));
        }
        return types.Count == left.Count ? [.. types] : null;
    }

    LogicalNode Coerce(LogicalNode node, ValueList<SqlType> types)
    {
        var columns = new BoundExpression[types.Count];
        var changed = false;
        for (var i = 0; i < columns.Length; i++)
        {
            BoundExpression column = node.Schema.Column(i) with { Span = node.Span };
            columns[i] = context.Calls.ImplicitCast(column, types[i]) ?? column;
            changed |= !ReferenceEquals(columns[i], column);
        }
        return changed
            ? new LogicalProject(node, [.. columns], node.Schema.Fields.Map(field => field.Name)) { Span = node.Span }
            : node;
    }
}
