using SqlStream.Planner.Expressions;

namespace SqlStream.Planner.Logical;

/// <summary>Which columns are the time at which a row is processed.</summary>
static class ProcessingTime
{
    /// <summary>True for PROCTIME().</summary>
    public static bool IsCall(BoundExpression expression) => expression is BoundCall { Function.Name: "PROCTIME" };

    /// <summary>True for a column that PROCTIME() made and nothing has changed since.</summary>
    public static bool IsColumn(LogicalNode node, int column) => node switch
    {
        LogicalScan scan => IsCall(scan.Table.Columns[scan.Columns[column]]),
        LogicalFilter filter => IsColumn(filter.Input, column),
        LogicalProject project => project.Projections[column] is BoundColumn reference ? IsColumn(project.Input, reference.Index) : IsCall(project.Projections[column]),
        LogicalCorrelate correlate => column < correlate.Kept.Count && IsColumn(correlate.Input, correlate.Kept[column]),
        LogicalLookupJoin join => column < join.Input.Schema.Count && IsColumn(join.Input, column),
        LogicalTemporalJoin join => column < join.Left.Schema.Count && IsColumn(join.Left, column),
        LogicalJoin join => column < join.Left.Schema.Count ? IsColumn(join.Left, column) : IsColumn(join.Right, column - join.Left.Schema.Count),
        LogicalOver over => column < over.Input.Schema.Count && IsColumn(over.Input, column),
        LogicalTopN top => column < top.Input.Schema.Count && IsColumn(top.Input, column),
        LogicalWindowTable window => column < window.Input.Schema.Count && IsColumn(window.Input, column),
        LogicalUnion union => union.Inputs.All(input => IsColumn(input, column)),
        _ => false,
    };
}
