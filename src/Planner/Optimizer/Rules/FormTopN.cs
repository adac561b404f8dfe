using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Optimizer.Rules;

/// <summary>Rows numbered in an order, of which those up to a number are taken, are a Top-N: the others need not be numbered.</summary>
/// <remarks>A condition on the columns of the partition alone holds for all rows of it or for none, so that it may be tested before. What else
/// is asked of the rows, or of their numbers, is asked after.</remarks>
sealed class FormTopN : IRule
{
    public LogicalNode? Apply(LogicalNode node)
    {
        if (node is not LogicalFilter { Input: LogicalOver over } filter)
            return null;
        var (below, above) = ConjunctSplit.Of(filter.Predicate, over.Partition.Contains);
        if (below.Count > 0)
        {
            var pushed = over with { Input = new LogicalFilter(over.Input, ExpressionTrees.And(below)!) { Span = filter.Span } };
            return above.Count == 0 ? pushed : new LogicalFilter(pushed, ExpressionTrees.And(above)!) { Span = filter.Span };
        }
        return over.Calls is [RankCall rank] ? TopN(filter, over, rank) : null;
    }

    static LogicalNode? TopN(LogicalFilter filter, LogicalOver over, RankCall call)
    {
        var rank = over.Input.Schema.Count;
        var (first, last) = (1L, long.MaxValue);
        var rest = new List<BoundExpression>();
        foreach (var conjunct in filter.Predicate.Conjuncts())
        {
            if (Range(conjunct, rank) is not var (from, to))
            {
                rest.Add(conjunct);
                continue;
            }
            first = Math.Max(first, from);
            last = Math.Min(last, to);
        }
        if (last == long.MaxValue)
            return null;
        if (first > last)
            return new LogicalValues(over.Schema, []) { Span = filter.Span };
        var top = new LogicalTopN(over.Input, over.Partition, over.Order, call.Kind, first, last, call.Name) { Span = over.Span };
        // A single number need not be computed.
        LogicalNode result = first == last
            ? new LogicalProject(
                top,
                [.. Enumerable.Range(0, rank).Select(i => (BoundExpression)top.Schema.Column(i)), new BoundLiteral(top.Schema[rank].Type, first)],
                top.Schema.Fields.Map(field => field.Name))
            { Span = over.Span }
            : top;
        return rest.Count == 0 ? result : new LogicalFilter(result, ExpressionTrees.And(rest)!) { Span = filter.Span };
    }

    // The numbers that satisfy a condition, if it compares the number with a constant.
    static (long First, long Last)? Range(BoundExpression conjunct, int rank)
    {
        if (conjunct is not BoundCall { Arguments: [var left, var right] } call)
            return null;
        var name = call.Function.Name;
        if (IsRank(right, rank))
            (left, right, name) = (right, left, name switch { "<" => ">", "<=" => ">=", ">" => "<", ">=" => "<=", _ => name });
        if (!IsRank(left, rank) || Constant(right) is not { } value)
            return null;
        return name switch
        {
            "=" => (value, value),
            "<=" => (1, value),
            "<" => (1, value - 1),
            ">=" => (value, long.MaxValue),
            ">" when value < long.MaxValue => (value + 1, long.MaxValue),
            _ => null,
        };
    }

    static bool IsRank(BoundExpression expression, int rank) => expression is BoundColumn column && column.Index == rank;

    static long? Constant(BoundExpression expression) => expression is BoundLiteral { Value: { } value } literal && literal.Type.IsInteger
        ? Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture)
        : null;
}
