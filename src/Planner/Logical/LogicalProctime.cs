using SqlStream.Core.Types;
using SqlStream.Planner.Explain;

namespace SqlStream.Planner.Logical;

/// <summary>Makes a column that tells the time of processing the rowtime: from here on the clock is the watermark.</summary>
sealed record LogicalProctime(LogicalNode Input, int Column) : LogicalNode
{
    public override ValueList<LogicalNode> Children => [Input];

    public override string Stem => "Proctime";

    public override LogicalNode WithChildren(ValueList<LogicalNode> children) => this with { Input = children[0] };

    public override void Describe(PlanWriter writer) => writer.Value(Input.Schema[Column].Name);

    protected override Schema DeriveSchema() => Input.Schema;
}
