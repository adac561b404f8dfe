using SqlStream.Core.Connect;
using SqlStream.Engine.Results;
using SqlStream.Planner.Statements;

namespace SqlStream.Engine.Sessions;

/// <summary>Carries out statements about partitions, by the connectors that keep them.</summary>
static class PartitionRunner
{
    /// <summary>The names of the partitions that are wanted.</summary>
    public static TableResult Show(ShowPartitionsPlan plan) => new(
        ShowPartitionsPlan.Columns,
        [.. plan.Connector.Partitions(plan.Table).Where(partition => IsWanted(plan, partition)).Select(partition => (IReadOnlyList<object?>)[partition.Name])]);

    /// <summary>Makes partitions or takes them away, one after the other; the first that is in the way ends the statement.</summary>
    public static DoneResult Change(ChangePartitionsPlan plan)
    {
        foreach (var (values, span) in plan.Partitions)
        {
            var isDone = plan.IsDrop ? plan.Connector.DropPartition(plan.Table, values) : plan.Connector.AddPartition(plan.Table, values);
            if (!isDone && !plan.IsTolerant)
                throw plan.IsDrop ? EngineErrors.NoSuchPartition(plan.Table.Name, span) : EngineErrors.PartitionExists(plan.Table.Name, span);
        }
        return DoneResult.Ok;
    }

    static bool IsWanted(ShowPartitionsPlan plan, TablePartition partition)
    {
        for (var i = 0; i < plan.Wanted.Count; i++)
        {
            if (plan.Wanted[i] is { } wish && !Equals(wish.Value, partition.Values[i]))
                return false;
        }
        return true;
    }
}
