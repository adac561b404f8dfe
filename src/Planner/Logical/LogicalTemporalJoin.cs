using SqlStream.Core.Types;
using SqlStream.Planner.Explain;
using SqlStream.Planner.Expressions;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Logical;

/// <summary>Each row of the left input beside the version that a row of the right one had at its time.</summary>
/// <param name="Left">The left input.</param>
/// <param name="Right">A table with a primary key and a rowtime, which says from when on a version holds.</param>
/// <param name="Kind">Inner or left.</param>
/// <param name="Condition">Over the columns of the left input and then those of the right one.</param>
/// <param name="LeftTime">The rowtime of the left input.</param>
/// <param name="RightTime">The rowtime of the right one.</param>
/// <param name="RightKey">The primary key of the right one.</param>
sealed record LogicalTemporalJoin(
    LogicalNode Left, LogicalNode Right, JoinType Kind, BoundExpression Condition, int LeftTime, int RightTime, ValueList<int> RightKey) : LogicalNode
{
    public override ValueList<LogicalNode> Children => [Left, Right];

    public override string Stem => "TemporalJoin";

    public override ValueList<BoundExpression> Expressions => [Condition];

    public override LogicalNode WithChildren(ValueList<LogicalNode> children) => this with { Left = children[0], Right = children[1] };

    public override LogicalNode WithExpressions(ValueList<BoundExpression> expressions) => this with { Condition = expressions[0] };

    public override void Describe(PlanWriter writer)
    {
        writer.Value(Kind.Describe());
        writer.Field("on", Condition.Describe());
        writer.Field("as of", Left.Schema[LeftTime].Name);
    }

    protected override Schema DeriveSchema() => Kind.Columns(Left.Schema, Right.Schema);
}
