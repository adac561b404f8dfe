using SqlStream.Core.Types;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Lowering;

/// <summary>Finds the operator to which a stream owes its updates, for messages.</summary>
static class UpdateOrigin
{
    /// <summary>A sentence about the lowest operator that makes updates of an append-only input.</summary>
    public static string Describe(PhysicalNode node)
    {
        while (node.Children.FirstOrDefault(child => !PhysicalLocalAggregate.RowsOf(child).Changelog.IsAppendOnly) is { } child)
            node = PhysicalLocalAggregate.RowsOf(child);
        return PlanErrors.UpdatesComeFrom(node switch
        {
            PhysicalScan scan => $"table \"{scan.TableName}\"",
            PhysicalGroupAggregate { Keys.IsEmpty: true } => "an aggregation over all rows",
            PhysicalGroupAggregate { Aggregates.IsEmpty: true } group => $"DISTINCT of {Names(group.Keys, group.Input.Schema)}",
            PhysicalGroupAggregate group => $"GROUP BY {Names(group.Keys, group.Input.Schema)}",
            PhysicalTopN { Partition.IsEmpty: true, RankName: null } => "LIMIT: a row gives way to one that comes before it",
            PhysicalTopN top => $"{top.Kind.FunctionName()}: a row gives way to one that comes before it",
            PhysicalOver over => $"OVER: {over.Calls[0].Describe(over.Input.Schema)} of a row changes when other rows come",
            PhysicalJoin join => $"{join.Kind.Describe().ToUpperInvariant()} JOIN: a row without a pair may get one later",
            _ => node.ToString(),
        });
    }

    static string Names(ValueList<int> columns, Schema schema) => string.Join(", ", columns.Select(column => schema[column].Name));
}
