using SqlStream.Core.Types;
using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;

namespace SqlStream.Planner.Binding;

/// <summary>Refuses CURRENT_WATERMARK of what is not the column that carries the watermark where it stands.</summary>
static class WatermarkUses
{
    const string Function = "CURRENT_WATERMARK";

    /// <summary>Reports wrong uses in a plan.</summary>
    public static void Check(BindContext context, LogicalNode node)
    {
        switch (node)
        {
            case LogicalProject project:
                Check(context, project.Projections, project.Input);
                break;
            case LogicalFilter filter:
                Check(context, [filter.Predicate], filter.Input);
                break;
            default:
                break;
        }
        foreach (var child in node.Children)
            Check(context, child);
    }

    static void Check(BindContext context, ValueList<BoundExpression> expressions, LogicalNode input)
    {
        foreach (var expression in expressions)
        {
            if (expression is BoundCall { Function.Name: Function } call
                && (call.Arguments[0] is not BoundColumn column || !TimeAttributes.Rowtimes(input).Contains(column.Index)))
            {
                var rowtimes = TimeAttributes.Rowtimes(input);
                context.Error(BindErrors.NotTheRowtime(call.Arguments[0].Span.IsNone ? call.Span : call.Arguments[0].Span, Function,
                    rowtimes.IsEmpty ? null : input.Schema[rowtimes[0]].Name));
            }
            Check(context, expression.Children, input);
        }
    }
}
