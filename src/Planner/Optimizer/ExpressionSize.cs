using SqlStream.Core.Types;
using SqlStream.Planner.Expressions;

namespace SqlStream.Planner.Optimizer;

/// <summary>Keeps rewrites from blowing up: columns that are used twice, level by level, would double each
/// time.</summary>
static class ExpressionSize
{
    const long NodesMax = 4_000;

    /// <summary>True if expressions stay of reasonable size when columns are replaced by what computes them.</summary>
    public static bool MayInline(ValueList<BoundExpression> expressions, ValueList<BoundExpression> columns)
    {
        var sizes = columns.Map(Nodes);
        var total = 0L;
        foreach (var expression in expressions)
        {
            total += Inlined(expression, sizes);
            if (total > NodesMax)
                return false;
        }
        return true;
    }

    static long Inlined(BoundExpression expression, ValueList<long> sizes) => expression is BoundColumn column
        ? sizes[column.Index]
        : 1 + expression.Children.Sum(child => Inlined(child, sizes));

    static long Nodes(BoundExpression expression) => 1 + expression.Children.Sum(Nodes);
}
