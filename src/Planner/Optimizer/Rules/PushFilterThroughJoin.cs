using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Optimizer.Rules;

/// <summary>Conditions on one side of a join are tested before it, and those on both sides of an inner join by the join.</summary>
/// <remarks>Unsound where a side is kept without a pair: a condition after the join sees the NULLs beside it, and one of the join itself
/// decides about pairs, not about the rows that are kept.</remarks>
sealed class PushFilterThroughJoin : IRule
{
    public LogicalNode? Apply(LogicalNode node) => node switch
    {
        LogicalFilter { Input: LogicalJoin join } filter => Through(filter, join),
        LogicalJoin { Condition: not null } join => Below(join),
        _ => null,
    };

    // After the join: a row that a kept side gives without a pair must be seen as it comes out.
    static LogicalNode? Through(LogicalFilter filter, LogicalJoin join)
    {
        var width = join.Left.Schema.Count;
        var (left, rest) = join.Kind.KeepsRight() ? ([], [.. filter.Predicate.Conjuncts()]) : ConjunctSplit.Of(filter.Predicate, column => column < width);
        var (right, above) = join.Kind is JoinType.Inner or JoinType.Right ? Split(rest, column => column >= width) : ([], rest);
        var (both, staying) = join.Kind == JoinType.Inner ? Split(above, _ => true) : ([], above);
        if (left.Count + right.Count + both.Count == 0)
            return null;
        var pushed = join with
        {
            Left = Filtered(join.Left, left, 0),
            Right = Filtered(join.Right, right, width),
            Condition = ExpressionTrees.And([.. join.Condition?.Conjuncts() ?? [], .. both]),
        };
        return staying.Count == 0 ? pushed : new LogicalFilter(pushed, ExpressionTrees.And(staying)!) { Span = filter.Span };
    }

    // In the join: what a side must satisfy to have a pair at all, unless its rows come out without one.
    static LogicalJoin? Below(LogicalJoin join)
    {
        var width = join.Left.Schema.Count;
        List<BoundExpression> rest = [.. join.Condition!.Conjuncts()];
        var left = new List<BoundExpression>();
        var right = new List<BoundExpression>();
        if (join.Kind is JoinType.Inner or JoinType.Right or JoinType.Semi)
            (left, rest) = Split(rest, column => column < width);
        if (!join.Kind.KeepsRight())
            (right, rest) = Split(rest, column => column >= width);
        if (left.Count + right.Count == 0)
            return null;
        return join with { Left = Filtered(join.Left, left, 0), Right = Filtered(join.Right, right, width), Condition = ExpressionTrees.And(rest) };
    }

    static (List<BoundExpression> Moving, List<BoundExpression> Staying) Split(List<BoundExpression> conjuncts, Func<int, bool> mayMove) =>
        conjuncts.Count == 0 ? ([], []) : ConjunctSplit.Of(ExpressionTrees.And(conjuncts)!, mayMove);

    static LogicalNode Filtered(LogicalNode input, List<BoundExpression> conjuncts, int offset) => conjuncts.Count == 0
        ? input
        : new LogicalFilter(input, ExpressionTrees.And(conjuncts)!.MapColumns(column => column - offset)) { Span = conjuncts[0].Span };
}
