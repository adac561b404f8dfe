using SqlStream.Core.Types;

namespace SqlStream.Planner.Physical;

/// <summary>The table that says when to look at the sessions of a key.</summary>
public static class SessionTimers
{
    /// <summary>Its name.</summary>
    public const string Table = "timers";

    /// <summary>Its text in EXPLAIN.</summary>
    internal static string Layout(PhysicalNode input, ValueList<int> keys) =>
        $"{Table} v1 ({string.Join(", ", keys.Select(key => input.Schema[key].ToDefinition()).Prepend("time TIMESTAMP(6)"))})";
}
