using SqlStream.Core.Types;
using SqlStream.Planner.Explain;

namespace SqlStream.Planner.Physical;

/// <summary>Gives every row as often as its last column says, without that column: INTERSECT ALL and EXCEPT ALL.</summary>
/// <remarks>An update, whose two rows differ in nothing but the count, becomes the inserts or deletes by which the counts differ.</remarks>
/// <param name="Input">Its other columns are an upsert key; the last is BIGINT and not NULL.</param>
public sealed record PhysicalReplicate(PhysicalNode Input) : PhysicalNode
{
    /// <inheritdoc/>
    public override ValueList<PhysicalNode> Children => [Input];

    /// <inheritdoc/>
    public override string Stem => "Replicate";

    /// <inheritdoc/>
    public override PhysicalNode WithChildren(ValueList<PhysicalNode> children) => this with { Input = children[0] };

    /// <inheritdoc/>
    public override void Describe(PlanWriter writer) => writer.Value(Input.Schema[^1].Name);
}
