using System.Globalization;
using SqlStream.Planner.Expressions;

namespace SqlStream.Planner.Physical;

/// <summary>Which rows of a partition an aggregate with OVER sees from a row.</summary>
/// <param name="Rows">The ends count rows; else they are distances in the column of the order, and rows that the order does not tell apart come
/// together.</param>
/// <param name="Start">The first row relative to the current one: before it below zero; null is the first of the partition.</param>
/// <param name="End">The last row; null is the last of the partition.</param>
/// <param name="InMicros">Distances are times.</param>
public sealed record OverFrame(bool Rows, long? Start, long? End, bool InMicros = false)
{
    /// <summary>All rows of the partition.</summary>
    public static OverFrame All { get; } = new(false, null, null);

    /// <summary>All up to the current row and those that are ordered as it is.</summary>
    public static OverFrame UpToCurrent { get; } = new(false, null, 0);

    /// <summary>Distances are measured in the column of the order.</summary>
    public bool HasDistance => !Rows && (Start is not (null or 0) || End is not (null or 0));

    /// <summary><c>ROWS 2 PRECEDING TO CURRENT ROW</c>.</summary>
    public string Describe() => $"{(Rows ? "ROWS" : "RANGE")} {Text(Start, "PRECEDING")} TO {Text(End, "FOLLOWING")}";

    string Text(long? edge, string unbounded) => edge switch
    {
        null => $"UNBOUNDED {unbounded}",
        0 => "CURRENT ROW",
        < 0 => $"{Distance(-edge.Value)} PRECEDING",
        _ => $"{Distance(edge.Value)} FOLLOWING",
    };

    string Distance(long distance) => InMicros ? LiteralText.Duration(distance) : distance.ToString(CultureInfo.InvariantCulture);
}
