using SqlStream.Core.Types;
using SqlStream.Planner.Explain;

namespace SqlStream.Planner.Physical;

/// <summary>Hands the result of a SELECT to the client that asked, with its row kinds.</summary>
/// <param name="Input">The rows.</param>
public sealed record PhysicalCollect(PhysicalNode Input) : PhysicalNode
{
    /// <inheritdoc/>
    public override ValueList<PhysicalNode> Children => [Input];

    /// <inheritdoc/>
    public override string Stem => "Collect";

    /// <inheritdoc/>
    public override PhysicalNode WithChildren(ValueList<PhysicalNode> children) => this with { Input = children[0] };

    /// <inheritdoc/>
    public override void Describe(PlanWriter writer) =>
        writer.Value(string.Join(", ", Input.Schema.Fields.Select(field => field.Name)));
}
