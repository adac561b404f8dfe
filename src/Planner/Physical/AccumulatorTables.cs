using System.Globalization;
using SqlStream.Core.Types;

namespace SqlStream.Planner.Physical;

/// <summary>Names of the state tables of aggregating operators, as checkpoints list them.</summary>
public static class AccumulatorTables
{
    /// <summary>From a group to the number of its rows and the accumulators of fixed size.</summary>
    public const string Main = "acc";

    /// <summary>From a group and a value to how often the value was counted, for each of the DISTINCT aggregates that share the table of the one at a
    /// position.</summary>
    public static string Distinct(int owner) => string.Create(CultureInfo.InvariantCulture, $"distinct{owner}");

    /// <summary>The first DISTINCT aggregate over the same arguments: those that differ in their FILTER only share its table.</summary>
    public static int DistinctOwner(ValueList<BoundAggregate> aggregates, int index)
    {
        for (var first = 0; first < index; first++)
        {
            if (aggregates[first].Distinct && aggregates[first].Arguments == aggregates[index].Arguments)
                return first;
        }
        return index;
    }

    /// <summary>The DISTINCT aggregates that share the table of one.</summary>
    public static IEnumerable<int> DistinctMembers(ValueList<BoundAggregate> aggregates, int owner) =>
        Enumerable.Range(owner, aggregates.Count - owner).Where(index => aggregates[index].Distinct && DistinctOwner(aggregates, index) == owner);

    /// <summary>From a group to the values of the aggregate at a position whose state has no fixed size.</summary>
    public static string Values(int index) => string.Create(CultureInfo.InvariantCulture, $"blob{index}");
}
