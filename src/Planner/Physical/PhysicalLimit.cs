using SqlStream.Core.Types;
using SqlStream.Planner.Explain;
using SqlStream.Planner.Logical;

namespace SqlStream.Planner.Physical;

/// <summary>Gives some rows of an append-only input, in the order in which they come. When it has given them all, the job has nothing
/// more to do for it.</summary>
/// <param name="Input">In one subtask.</param>
/// <param name="Offset">Rows at the beginning that are left out.</param>
/// <param name="Fetch">How many rows are given at the most; null for all.</param>
public sealed record PhysicalLimit(PhysicalNode Input, long Offset, long? Fetch) : PhysicalNode
{
    /// <inheritdoc/>
    public override ValueList<PhysicalNode> Children => [Input];

    /// <inheritdoc/>
    public override string Stem => "Limit";

    /// <inheritdoc/>
    public override StateDescription State => new("count v1 () -> (rows BIGINT)", "bounded by: one row");

    /// <inheritdoc/>
    public override PhysicalNode WithChildren(ValueList<PhysicalNode> children) => this with { Input = children[0] };

    /// <inheritdoc/>
    public override void Describe(PlanWriter writer) => LogicalSort.Describe(writer, Input.Schema, [], Offset, Fetch);
}
