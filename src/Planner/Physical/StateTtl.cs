using SqlStream.Planner.Explain;
using SqlStream.Planner.Expressions;

namespace SqlStream.Planner.Physical;

/// <summary>State by key that is forgotten when nothing has been written under its key for some time, <c>table.exec.state.ttl</c>.</summary>
public static class StateTtl
{
    /// <summary>Table of the times at which something was written last, by key.</summary>
    public const string TimeTable = "time";

    /// <summary>What is kept together with the times.</summary>
    /// <param name="state">What is kept.</param>
    /// <param name="ttlMillis">How long; zero for ever.</param>
    /// <param name="keys">The columns of the key.</param>
    /// <param name="what">What has a time: groups.</param>
    /// <param name="isNumbered">Beside the time it is known how often the key has begun anew.</param>
    internal static StateDescription Of(StateDescription state, long ttlMillis, string keys, string what, bool isNumbered = false) => ttlMillis > 0
        ? new StateDescription($"{state.Layout}; {TimeTable} v1 ({keys}) -> (millis BIGINT{(isNumbered ? ", number BIGINT" : "")})", $"bounded by: {what} within their ttl")
        : state;

    /// <summary>Says how long state is kept, where that is not for ever.</summary>
    internal static void Describe(PlanWriter writer, long ttlMillis)
    {
        if (ttlMillis > 0)
            writer.Field("ttl", LiteralText.Duration(ttlMillis * 1_000));
    }
}
