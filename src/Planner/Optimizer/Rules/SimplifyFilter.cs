using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;

namespace SqlStream.Planner.Optimizer.Rules;

/// <summary>A filter that is TRUE passes everything; one that is FALSE or NULL gives no rows.</summary>
sealed class SimplifyFilter : IRule
{
    public LogicalNode? Apply(LogicalNode node) => node switch
    {
        LogicalFilter { Predicate: BoundLiteral { Value: true } } filter => filter.Input,
        LogicalFilter { Predicate: BoundLiteral } filter => new LogicalValues(filter.Schema, []) { Span = filter.Span },
        _ => null,
    };
}
