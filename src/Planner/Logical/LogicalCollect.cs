using SqlStream.Core.Types;
using SqlStream.Planner.Explain;

namespace SqlStream.Planner.Logical;

/// <summary>A SELECT's result for its client.</summary>
sealed record LogicalCollect(LogicalNode Input) : LogicalNode
{
    public override ValueList<LogicalNode> Children => [Input];

    public override string Stem => "Collect";

    public override LogicalNode WithChildren(ValueList<LogicalNode> children) => this with { Input = children[0] };

    public override void Describe(PlanWriter writer) =>
        writer.Value(string.Join(", ", Input.Schema.Fields.Select(field => field.Name)));

    protected override Schema DeriveSchema() => Input.Schema;
}
