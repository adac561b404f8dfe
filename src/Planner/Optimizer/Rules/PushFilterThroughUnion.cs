using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;

namespace SqlStream.Planner.Optimizer.Rules;

/// <summary>A filter over UNION ALL is UNION ALL over filters; inputs that give no rows are left out.</summary>
sealed class PushFilterThroughUnion : IRule
{
    public LogicalNode? Apply(LogicalNode node) => node switch
    {
        LogicalFilter { Input: LogicalUnion union } filter =>
            union with { Inputs = union.Inputs.Map(input => (LogicalNode)(filter with { Input = input })) },
        LogicalUnion union => WithoutEmpty(union),
        _ => null,
    };

    static LogicalNode? WithoutEmpty(LogicalUnion union)
    {
        var kept = union.Inputs.Where(input => input is not LogicalValues { Rows.IsEmpty: true }).ToList();
        if (kept.Count == union.Inputs.Count)
            return null;
        return kept.Count switch
        {
            0 => new LogicalValues(union.Schema, []) { Span = union.Span },
            1 => Renamed(kept[0], union),
            _ => Renamed(union with { Inputs = [.. kept] }, union),
        };
    }

    static LogicalNode Renamed(LogicalNode node, LogicalUnion union)
    {
        var columns = Enumerable.Range(0, node.Schema.Count).Select(i => (BoundExpression)node.Schema.Column(i));
        return new LogicalProject(node, [.. columns], union.Schema.Fields.Map(field => field.Name)) { Span = union.Span };
    }
}
