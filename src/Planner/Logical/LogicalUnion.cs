using SqlStream.Core.Types;
using SqlStream.Planner.Explain;

namespace SqlStream.Planner.Logical;

/// <summary>UNION ALL. All inputs have columns of the same types, apart from nullability; names are the first
/// one's.</summary>
sealed record LogicalUnion(ValueList<LogicalNode> Inputs) : LogicalNode
{
    public override ValueList<LogicalNode> Children => Inputs;

    public override string Stem => "Union";

    public override LogicalNode WithChildren(ValueList<LogicalNode> children) => this with { Inputs = children };

    public override void Describe(PlanWriter writer) => writer.Value("all");

    protected override Schema DeriveSchema() => new([.. Inputs[0].Schema.Fields.Select((field, i) =>
        field with { Type = field.Type.WithNullability(Inputs.Any(input => input.Schema[i].Type.IsNullable)) })]);
}
