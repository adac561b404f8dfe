using SqlStream.Core.Types;
using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;

namespace SqlStream.Planner.Optimizer.Rules;

/// <summary>Conditions on keys alone hold for all rows of a group or for none, so that they may be tested before
/// grouping.</summary>
/// <remarks>Unsound without keys: an aggregation without keys gives a row even where no row comes in. Conditions
/// without any column stay, too.</remarks>
sealed class PushFilterThroughAggregate : IRule
{
    public LogicalNode? Apply(LogicalNode node) => node switch
    {
        LogicalFilter { Input: LogicalAggregate aggregate } filter => Push(filter, aggregate, aggregate.Keys),
        LogicalFilter { Input: LogicalWindowAggregate aggregate } filter => Push(filter, aggregate, aggregate.Keys),
        _ => null,
    };

    static LogicalNode? Push(LogicalFilter filter, LogicalNode aggregate, ValueList<int> keys)
    {
        var (below, above) = ConjunctSplit.Of(filter.Predicate, column => column < keys.Count);
        if (below.Count == 0)
            return null;
        var input = aggregate.Children[0];
        var pushed = ExpressionTrees.And(below)!.RewriteDown(node => node is BoundColumn column
            ? input.Schema.Column(keys[column.Index]) with { Span = column.Span }
            : null);
        var rest = aggregate.WithChildren([new LogicalFilter(input, pushed) { Span = filter.Span }]);
        return above.Count == 0 ? rest : new LogicalFilter(rest, ExpressionTrees.And(above)!) { Span = filter.Span };
    }
}
