using SqlStream.Core.Types;
using SqlStream.Planner.Explain;
using SqlStream.Planner.Logical;

namespace SqlStream.Planner.Physical;

/// <summary>Keeps the rows of a bounded, append-only input and gives them in an order when it has ended. Rows that the order does not tell
/// apart come as they came.</summary>
/// <param name="Input">In one subtask.</param>
/// <param name="Keys">The order, from the most important column on; at least one.</param>
/// <param name="Offset">Rows at the beginning that are left out.</param>
/// <param name="Fetch">How many rows are given at the most; null for all.</param>
public sealed record PhysicalSort(PhysicalNode Input, ValueList<SortKey> Keys, long Offset, long? Fetch) : PhysicalNode
{
    /// <inheritdoc/>
    public override ValueList<PhysicalNode> Children => [Input];

    /// <inheritdoc/>
    public override string Stem => "Sort";

    /// <inheritdoc/>
    public override StateDescription State => new(
        $"rows v1 ({string.Join(", ", Keys.Select(key => key.Describe(Input.Schema)))}, number BIGINT) -> (row)",
        Fetch is null ? "grows with: rows" : "bounded by: offset and fetch");

    /// <inheritdoc/>
    public override PhysicalNode WithChildren(ValueList<PhysicalNode> children) => this with { Input = children[0] };

    /// <inheritdoc/>
    public override void Describe(PlanWriter writer) => LogicalSort.Describe(writer, Input.Schema, Keys, Offset, Fetch);
}
