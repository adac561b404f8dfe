using SqlStream.Core.Connect;
using SqlStream.Planner.Explain;

namespace SqlStream.Planner.Physical;

/// <summary>How a lookup join asks its table: what the hint LOOKUP and the options <c>table.exec.async-lookup.*</c> say.</summary>
/// <param name="IsOrdered">Rows come out in the order in which they came; else those that have been answered pass those that are asked for again.</param>
/// <param name="Capacity">So many rows may wait to be asked for again before the input has to.</param>
/// <param name="Timeout">How long one answer may take; null where nobody has said it.</param>
/// <param name="Retry">When a key without a row is asked for again; null for never.</param>
/// <param name="Shuffles">Rows of one key meet in one subtask.</param>
public sealed record LookupPolicy(bool IsOrdered, int Capacity, TimeSpan? Timeout, LookupRetry? Retry, bool Shuffles)
{
    /// <summary>The capacity, unless it is set.</summary>
    public const int CapacityByDefault = 10_000;

    /// <summary>How long an answer of a table that is asked by key may take, unless it is set.</summary>
    public static readonly TimeSpan TimeoutByDefault = TimeSpan.FromMinutes(3);

    /// <summary>What holds where nothing is said.</summary>
    public static LookupPolicy Default { get; } = new(IsOrdered: true, CapacityByDefault, null, null, Shuffles: false);

    /// <summary>Says what is not as always.</summary>
    internal void Describe(PlanWriter writer)
    {
        if (Retry is not null)
        {
            writer.Field("retry", $"{Retry.Attempts} times after {Durations.Format(Retry.Delay)}, {(IsOrdered ? "in order" : "in any order")}");
            writer.Field("capacity", $"{Capacity} rows");
        }
        if (Timeout is { } timeout)
            writer.Field("timeout", Durations.Format(timeout));
    }
}

/// <summary>Asking again for keys without a row.</summary>
/// <param name="Delay">The pause before it.</param>
/// <param name="Attempts">How often, after the first time.</param>
public sealed record LookupRetry(TimeSpan Delay, int Attempts);
