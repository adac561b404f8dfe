using SqlStream.Core.Types;
using SqlStream.Planner.Explain;

namespace SqlStream.Planner.Logical;

/// <summary>Gives every row as often as its last column says, without that column.</summary>
sealed record LogicalReplicate(LogicalNode Input) : LogicalNode
{
    public override ValueList<LogicalNode> Children => [Input];

    public override string Stem => "Replicate";

    public override LogicalNode WithChildren(ValueList<LogicalNode> children) => this with { Input = children[0] };

    public override void Describe(PlanWriter writer) => writer.Value(Input.Schema[^1].Name);

    protected override Schema DeriveSchema() => Input.Schema.Select(Enumerable.Range(0, Input.Schema.Count - 1));
}
