using SqlStream.Planner.Expressions;

namespace SqlStream.Planner.Optimizer;

/// <summary>Splits a condition into the parts that may move and those that stay.</summary>
static class ConjunctSplit
{
    /// <summary>Parts move that read at least one column, only columns that may move, and are deterministic.</summary>
    public static (List<BoundExpression> Moving, List<BoundExpression> Staying) Of(BoundExpression predicate, Func<int, bool> mayMove)
    {
        var moving = new List<BoundExpression>();
        var staying = new List<BoundExpression>();
        foreach (var conjunct in predicate.Conjuncts())
        {
            var columns = conjunct.Columns();
            var moves = columns.Count > 0 && columns.All(mayMove) && conjunct.IsDeterministic;
            (moves ? moving : staying).Add(conjunct);
        }
        return (moving, staying);
    }
}
