using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;

namespace SqlStream.Planner.Binding;

/// <summary>UNION and UNION ALL. The result has the names of the first query and the common types of all.</summary>
sealed class UnionBinder(BindContext context)
{
    /// <summary>The union of two bound queries.</summary>
    public LogicalNode Bind(SetOperation operation, LogicalNode left, LogicalNode right)
    {
        var span = context.SpanOf(operation);
        if (operation.Operator != SetOperator.Union)
        {
            context.Report(BindErrors.NotSupported(span, operation.Operator.ToString().ToUpperInvariant()));
            return QueryBinder.Failed;
        }
        if (left == QueryBinder.Failed || right == QueryBinder.Failed)
            return QueryBinder.Failed;
        if (left.Schema.Count != right.Schema.Count)
        {
            context.Report(BindErrors.SetOperationColumns(
                context.SpanOf(operation.Right), "UNION", left.Schema.Count, right.Schema.Count));
            return QueryBinder.Failed;
        }
        if (CommonTypes(operation, left.Schema, right.Schema) is not { } types)
            return QueryBinder.Failed;
        var inputs = Flatten(Coerce(left, types)).Append(Coerce(right, types));
        LogicalNode union = new LogicalUnion([.. inputs]) { Span = span };
        if (operation.All)
            return union;
        return new KeyCheck(context).AreKeys(union, "UNION") ? Distinct(union) : QueryBinder.Failed;
    }

    /// <summary>One row of each that are equal; NULLs are equal.</summary>
    public static LogicalNode Distinct(LogicalNode input) =>
        new LogicalAggregate(input, [.. Enumerable.Range(0, input.Schema.Count)], []) { Span = input.Span };

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
                    context.SpanOf(operation.Right), $"column {i + 1} of UNION", [left[i].Type, right[i].Type]));
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
