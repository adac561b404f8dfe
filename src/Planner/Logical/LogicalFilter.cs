using SqlStream.Core.Types;
using SqlStream.Planner.Explain;
using SqlStream.Planner.Expressions;

namespace SqlStream.Planner.Logical;

/// <summary>Keeps the rows whose predicate is TRUE.</summary>
sealed record LogicalFilter(LogicalNode Input, BoundExpression Predicate) : LogicalNode
{
    public override ValueList<LogicalNode> Children => [Input];

    public override string Stem => "Filter";

    public override ValueList<BoundExpression> Expressions => [Predicate];

    public override LogicalNode WithChildren(ValueList<LogicalNode> children) => this with { Input = children[0] };

    public override LogicalNode WithExpressions(ValueList<BoundExpression> expressions) => this with { Predicate = expressions[0] };

    public override void Describe(PlanWriter writer) => writer.Value(Predicate.Describe());

    protected override Schema DeriveSchema() => Input.Schema;
}
