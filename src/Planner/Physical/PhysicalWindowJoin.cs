using SqlStream.Core.Types;
using SqlStream.Planner.Explain;
using SqlStream.Planner.Expressions;

namespace SqlStream.Planner.Physical;

/// <summary>Joins the rows of equal windows when the watermark passes their end.</summary>
/// <remarks>Append-only: all rows of a window are there when it is joined, so that rows without a pair are known. NULL is equal to nothing. Rows
/// whose window was joined are late: dropped or kept apart (<see cref="LateRows"/>).</remarks>
/// <param name="Left">Partitioned by its keys; its rows do not change.</param>
/// <param name="Right">Partitioned by its keys; its rows do not change.</param>
/// <param name="Kind">Which rows come out; not <see cref="JoinType.Right"/>.</param>
/// <param name="LeftKeys">Columns of the left input, start and end of the window among them.</param>
/// <param name="RightKeys">Columns of the right input that must be equal to them, of the same types.</param>
/// <param name="LeftEnd">The column of the window's end in the left input.</param>
/// <param name="RightEnd">The column of the window's end in the right input.</param>
/// <param name="Residual">What a pair must satisfy beside, over the columns of both inputs; null is TRUE.</param>
public sealed record PhysicalWindowJoin(
    PhysicalNode Left, PhysicalNode Right, JoinType Kind, ValueList<int> LeftKeys, ValueList<int> RightKeys, int LeftEnd, int RightEnd, BoundExpression? Residual)
    : PhysicalNode
{
    /// <summary>The columns of the left input that tell the time of the window: of all times they alone are not behind the watermark when rows come out.</summary>
    public ValueList<int> LeftTimes { get; init; }

    /// <summary>Those of the right input.</summary>
    public ValueList<int> RightTimes { get; init; }

    /// <inheritdoc/>
    public override ValueList<PhysicalNode> Children => [Left, Right];

    /// <inheritdoc/>
    public override string Stem => "WindowJoin";

    /// <inheritdoc/>
    public override StateDescription State => new(
        $"{Table(PhysicalJoin.LeftTable, Left, LeftKeys)}; {Table(PhysicalJoin.RightTable, Right, RightKeys)}", "bounded by: open windows");

    /// <inheritdoc/>
    public override PhysicalNode WithChildren(ValueList<PhysicalNode> children) => this with { Left = children[0], Right = children[1] };

    /// <inheritdoc/>
    public override void Describe(PlanWriter writer)
    {
        writer.Value(Kind.Describe());
        writer.List("on", Enumerable.Range(0, LeftKeys.Count).Select(i => $"{Left.Schema[LeftKeys[i]].Name} = {Right.Schema[RightKeys[i]].Name}"));
        if (Residual is not null)
            writer.Field("and", Residual.Describe());
        if (LateRows.AreKept(Left) || LateRows.AreKept(Right))
            writer.Field("late", "dead-letter");
    }

    static string Table(string name, PhysicalNode input, ValueList<int> keys) =>
        $"{name} v1 ({string.Join(", ", input.Schema.Select(keys).Fields.Select(AggregateState.ToDefinition).Prepend("window_end TIMESTAMP(6)"))})"
        + $" -> ({string.Join(", ", input.Schema.Fields.Select(AggregateState.ToDefinition))})";
}
