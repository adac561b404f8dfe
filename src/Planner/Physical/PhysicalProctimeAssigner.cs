using SqlStream.Core.Types;
using SqlStream.Planner.Explain;

namespace SqlStream.Planner.Physical;

/// <summary>Writes the time at which rows come here into a column, and makes watermarks of the clock, whether rows come or not.</summary>
/// <remarks>Watermarks of the input end here, except that of its end. Times never fall, also over a restart on a machine whose clock is
/// behind. The input is append-only: what is taken away later would be so at another time.</remarks>
/// <param name="Input">The input.</param>
/// <param name="Column">The column, a TIMESTAMP_LTZ(3).</param>
public sealed record PhysicalProctimeAssigner(PhysicalNode Input, int Column) : PhysicalNode
{
    /// <inheritdoc/>
    public override ValueList<PhysicalNode> Children => [Input];

    /// <inheritdoc/>
    public override string Stem => "ProctimeAssigner";

    /// <inheritdoc/>
    public override StateDescription State => new("clock v1 () -> (time TIMESTAMP(3))", "bounded by: one value");

    /// <inheritdoc/>
    public override PhysicalNode WithChildren(ValueList<PhysicalNode> children) => this with { Input = children[0] };

    /// <inheritdoc/>
    public override void Describe(PlanWriter writer) => writer.Value(Input.Schema[Column].Name);
}
