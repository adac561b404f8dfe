using SqlStream.Core.Types;
using SqlStream.Planner.Explain;
using SqlStream.Planner.Expressions;

namespace SqlStream.Planner.Physical;

/// <summary>Passes rows on and makes watermarks of them: per split the highest value of the expression so far. NULL
/// gives none.</summary>
/// <remarks>Stands directly above a <see cref="PhysicalScan"/>, or above the one <see cref="PhysicalCalc"/> over it
/// that computes the table's computed columns (and has no predicate), so that it can keep one watermark per
/// split.</remarks>
/// <param name="Input">The input.</param>
/// <param name="RowtimeIndex">The column that becomes the rowtime.</param>
/// <param name="Expression">TIMESTAMP or TIMESTAMP_LTZ over the columns of the input.</param>
public sealed record PhysicalWatermarkAssigner(PhysicalNode Input, int RowtimeIndex, BoundExpression Expression) : PhysicalNode
{
    /// <inheritdoc/>
    public override ValueList<PhysicalNode> Children => [Input];

    /// <inheritdoc/>
    public override string Stem => "WatermarkAssigner";

    /// <inheritdoc/>
    public override StateDescription State => new("watermark v1 (split STRING) -> (time TIMESTAMP(6))", "grows with: splits");

    /// <inheritdoc/>
    public override PhysicalNode WithChildren(ValueList<PhysicalNode> children) => this with { Input = children[0] };

    /// <inheritdoc/>
    public override void Describe(PlanWriter writer) =>
        writer.Field(Input.Schema[RowtimeIndex].Name, Expression.Describe());
}
