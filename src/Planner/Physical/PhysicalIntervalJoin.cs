using SqlStream.Core.Types;
using SqlStream.Planner.Explain;
using SqlStream.Planner.Expressions;

namespace SqlStream.Planner.Physical;

/// <summary>Joins two inputs by equal keys and by times that are near each other; a row is kept as long as one with which it makes a pair can
/// still come.</summary>
/// <remarks>Changelog: append-only, over append-only inputs. A pair comes when its later row comes, a row that is kept without a pair when it can
/// have none any more. NULL is equal to nothing. A row that comes late meets what is still kept. The watermark is held back by what a pair may be
/// older than its later row, so that both times stay rowtimes.</remarks>
/// <param name="Left">Partitioned by its keys; single where there are none.</param>
/// <param name="Right">Partitioned by its keys; single where there are none.</param>
/// <param name="Kind">Inner, left or full.</param>
/// <param name="LeftKeys">Columns of the left input.</param>
/// <param name="RightKeys">Columns of the right input that must be equal to them, of the same types.</param>
/// <param name="LeftTime">The rowtime column of the left input; the time of processing if a <see cref="PhysicalProctimeAssigner"/> is below.</param>
/// <param name="RightTime">The rowtime column of the right input.</param>
/// <param name="LowerMicros">The least difference of left time - right time in microseconds.</param>
/// <param name="UpperMicros">The greatest.</param>
/// <param name="Residual">What a pair must satisfy beside, over the columns of both inputs; null is TRUE.</param>
public sealed record PhysicalIntervalJoin(
    PhysicalNode Left, PhysicalNode Right, JoinType Kind, ValueList<int> LeftKeys, ValueList<int> RightKeys,
    int LeftTime, int RightTime, long LowerMicros, long UpperMicros, BoundExpression? Residual) : PhysicalNode
{
    /// <summary>The input, 0 or 1, whose time is the window_end of rows that come when their windows close; null where both times are time attributes.
    /// A row of the other input is kept until all windows are closed with which it could make a pair. The rows of the windows are kept for ever, so that late
    /// rows of the other input still meet them: the join gives what one gives that keeps everything. Its output has no rowtime, and a NULL as time makes no pair.</summary>
    public int? WindowInput { get; init; }

    /// <summary>Table of the rows of the left input, by slices of time.</summary>
    public const string LeftTable = "left";

    /// <summary>Table of the rows of the right input, by slices of time.</summary>
    public const string RightTable = "right";

    /// <inheritdoc/>
    public override ValueList<PhysicalNode> Children => [Left, Right];

    /// <inheritdoc/>
    public override string Stem => "IntervalJoin";

    /// <inheritdoc/>
    public override StateDescription State => new(
        $"{Table(LeftTable, Left, LeftTime, LeftKeys)}; {Table(RightTable, Right, RightTime, RightKeys)}", WindowInput is { } input
        ? $"bounded by: {(input == 0 ? RightTable : LeftTable)} rows between the bounds; grows with: {(input == 0 ? LeftTable : RightTable)} rows"
        : "bounded by: rows between the bounds");

    /// <summary>The columns of the output that carry the watermark: times of sides whose rows do not come out as NULLs.</summary>
    internal ValueList<int> Times => WindowInput is not null ? [] :
        [.. Kind.KeepsRight() ? Array.Empty<int>() : [LeftTime], .. Kind.KeepsLeft() ? Array.Empty<int>() : [Left.Schema.Count + RightTime]];

    /// <inheritdoc/>
    public override PhysicalNode WithChildren(ValueList<PhysicalNode> children) => this with { Left = children[0], Right = children[1] };

    /// <inheritdoc/>
    public override void Describe(PlanWriter writer)
    {
        writer.Value(Kind.Describe());
        if (!LeftKeys.IsEmpty)
            writer.List("on", Enumerable.Range(0, LeftKeys.Count).Select(i => $"{Left.Schema[LeftKeys[i]].Name} = {Right.Schema[RightKeys[i]].Name}"));
        writer.Field("bounds", BoundsText);
        if (WindowInput is { } input)
            writer.Field("windows", input == 0 ? LeftTable : RightTable);
        if (Residual is not null)
            writer.Field("and", Residual.Describe());
    }

    /// <summary>The bounds in words: <c>left ts - right ts between -4h and 0s</c>.</summary>
    public string BoundsText =>
        $"left {Left.Schema[LeftTime].Name} - right {Right.Schema[RightTime].Name} between {LiteralText.Duration(LowerMicros)} and {LiteralText.Duration(UpperMicros)}";

    static string Table(string name, PhysicalNode input, int time, ValueList<int> keys) =>
        $"{name} v1 ({Columns([input.Schema[time], .. input.Schema.Select(keys).Fields])}) -> ({Columns(input.Schema.Fields)})";

    static string Columns(IEnumerable<Field> fields) => string.Join(", ", fields.Select(field => field.ToDefinition()));
}
