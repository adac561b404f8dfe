using SqlStream.Core.Types;
using SqlStream.Planner.Explain;
using SqlStream.Planner.Expressions;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Logical;

/// <summary>Pairs of rows of two inputs for which a condition is TRUE, or the rows of one of them that have such a pair.</summary>
/// <param name="Left">The left input.</param>
/// <param name="Right">The right input.</param>
/// <param name="Kind">Which rows come out. SEMI and ANTI give columns of the left input alone, the others those of both.</param>
/// <param name="Condition">Over the columns of the left input and then those of the right one; null is TRUE.</param>
sealed record LogicalJoin(LogicalNode Left, LogicalNode Right, JoinType Kind, BoundExpression? Condition) : LogicalNode
{
    /// <summary>How long rows of the left input are kept; null for as long as the session says.</summary>
    public TimeSpan? LeftTtl { get; init; }

    /// <summary>How long rows of the right input are kept; null for as long as the session says.</summary>
    public TimeSpan? RightTtl { get; init; }

    public override ValueList<LogicalNode> Children => [Left, Right];

    public override string Stem => "Join";

    public override ValueList<BoundExpression> Expressions => Condition is null ? [] : [Condition];

    public override LogicalNode WithChildren(ValueList<LogicalNode> children) => this with { Left = children[0], Right = children[1] };

    public override LogicalNode WithExpressions(ValueList<BoundExpression> expressions) => this with { Condition = expressions[0] };

    public override void Describe(PlanWriter writer)
    {
        writer.Value(Kind.Describe());
        if (Condition is not null)
            writer.Field("on", Condition.Describe());
    }

    protected override Schema DeriveSchema() => Kind.Columns(Left.Schema, Right.Schema);
}
