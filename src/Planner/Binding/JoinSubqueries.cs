using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Binding;

/// <summary>Sub-queries in the condition of a join. After an inner join they are asked of its rows; otherwise of the side whose columns they name, before
/// the join.</summary>
sealed class JoinSubqueries(BindContext context)
{
    /// <summary>The join, with columns instead of sub-queries in its condition; null after an error.</summary>
    public LogicalNode? Place(LogicalJoin join)
    {
        if (join.Kind != JoinType.Inner)
            return Outer(join);
        var conjuncts = join.Condition!.Conjuncts().ToList();
        var rows = join with { Condition = ExpressionTrees.And(conjuncts.FindAll(conjunct => !BoundSubquery.IsIn(conjunct))) };
        return SubqueryPlacer.Keep(context, rows, ExpressionTrees.And(conjuncts.FindAll(BoundSubquery.IsIn))!);
    }

    LogicalProject? Outer(LogicalJoin join)
    {
        var errors = context.ErrorCount;
        var width = join.Left.Schema.Count;
        var (left, right) = (new SubqueryInput(join.Left), new SubqueryInput(join.Right));
        var (ofLeft, ofRight) = (new SubqueryPlacer(context, left), new SubqueryPlacer(context, right));
        var placed = new Dictionary<BoundSubquery, (BoundExpression Value, bool IsLeft)>();
        Collect(join.Condition!);
        if (context.ErrorCount > errors)
            return null;
        var leftWidth = left.Node.Schema.Count;
        var condition = join.Condition!.RewriteDown(node => node switch
        {
            BoundSubquery subquery when placed[subquery] is var (value, isLeft) => isLeft ? value : value.MapColumns(column => column + leftWidth),
            BoundColumn column => column.Index < width ? column : column with { Index = column.Index - width + leftWidth },
            _ => null,
        });
        var joined = join with { Left = left.Node, Right = right.Node, Condition = condition };
        return LogicalProject.Pick(joined, [.. Enumerable.Range(0, width), .. Enumerable.Range(leftWidth, join.Right.Schema.Count)]) with { Span = join.Span };

        void Collect(BoundExpression expression)
        {
            if (expression is not BoundSubquery subquery)
            {
                foreach (var child in expression.Children)
                    Collect(child);
            }
            else if (!placed.ContainsKey(subquery))
            {
                var columns = subquery.Columns();
                if (columns.Count > 0 && columns.Min < width && columns.Max >= width)
                {
                    context.Report(BindErrors.NotSupported(
                        subquery.Span, "sub-query that compares columns of both sides in the condition of an outer join", "Ask for it in the WHERE of a sub-query on one side, or join the query itself."));
                    return;
                }
                var isLeft = columns.Count == 0 || columns.Min < width;
                placed.Add(subquery, (isLeft ? ofLeft.Place(subquery) : ofRight.Place(subquery.MapColumns(column => column - width)), isLeft));
            }
        }
    }
}
