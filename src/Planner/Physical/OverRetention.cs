using SqlStream.Core.Types;

namespace SqlStream.Planner.Physical;

/// <summary>Which rows of a partition are needed by those that come behind them.</summary>
/// <param name="Rows">That many before.</param>
/// <param name="Distance">Those so near in the column of the order; null for none.</param>
/// <param name="All">All.</param>
/// <param name="Values">Those from the last values on that are not NULL: that many of a column.</param>
public sealed record OverRetention(long Rows, long? Distance, bool All, ValueList<(int Column, long Count)> Values)
{
    /// <summary>True if none is.</summary>
    public bool IsEmpty => !All && Rows == 0 && Distance is null && Values.IsEmpty;

    /// <summary>What calls that look back need.</summary>
    public static OverRetention Of(ValueList<OverCall> calls)
    {
        var need = new OverRetention(0, null, false, []);
        foreach (var call in calls)
        {
            need = call switch
            {
                ShiftCall { IgnoresNulls: true, Distance: < 0 } shift => need with { Values = need.Values.Add((shift.Argument, -shift.Distance)) },
                ShiftCall shift => need with { Rows = Math.Max(need.Rows, -shift.Distance) },
                OverAggregate { GoesOn: false, Frame: { Rows: true, Start: { } start } } => need with { Rows = Math.Max(need.Rows, -start) },
                OverAggregate { GoesOn: false, Frame: { Rows: false, Start: { } start } } => need with { Distance = Math.Max(need.Distance ?? 0, -start) },
                OverAggregate { GoesOn: false } => need with { All = true },
                _ => need,
            };
        }
        return need;
    }
}
