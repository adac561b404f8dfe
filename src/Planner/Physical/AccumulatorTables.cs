using System.Globalization;

namespace SqlStream.Planner.Physical;

/// <summary>Names of the state tables of aggregating operators, as checkpoints list them.</summary>
public static class AccumulatorTables
{
    /// <summary>From a group to the number of its rows and the accumulators of fixed size.</summary>
    public const string Main = "acc";

    /// <summary>From a group and a value to how often the value was counted, for the DISTINCT aggregate at a position.</summary>
    public static string Distinct(int index) => string.Create(CultureInfo.InvariantCulture, $"distinct{index}");

    /// <summary>From a group to the values of the aggregate at a position whose state has no fixed size.</summary>
    public static string Values(int index) => string.Create(CultureInfo.InvariantCulture, $"blob{index}");
}
