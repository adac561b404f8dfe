using SqlStream.Core.Types;
using SqlStream.Planner.Explain;
using SqlStream.Planner.Expressions;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Logical;

/// <summary>Each row beside the rows that a table has for it when it is processed.</summary>
/// <param name="Input">The input.</param>
/// <param name="Table">The table.</param>
/// <param name="Columns">Positions in <c>Table.Schema</c>, which come behind the columns of the input.</param>
/// <param name="Kind">Inner or left.</param>
/// <param name="Condition">Over the columns of the input and then those of the table.</param>
sealed record LogicalLookupJoin(LogicalNode Input, BoundTable Table, ValueList<int> Columns, JoinType Kind, BoundExpression Condition) : LogicalNode
{
    /// <summary>How the table is asked.</summary>
    public LookupPolicy Policy { get; init; } = LookupPolicy.Default;

    public override ValueList<LogicalNode> Children => [Input];

    public override string Stem => "LookupJoin";

    public override ValueList<BoundExpression> Expressions => [Condition];

    public override LogicalNode WithChildren(ValueList<LogicalNode> children) => this with { Input = children[0] };

    public override LogicalNode WithExpressions(ValueList<BoundExpression> expressions) => this with { Condition = expressions[0] };

    public override void Describe(PlanWriter writer)
    {
        writer.Value(Kind.Describe());
        writer.Field("table", $"{Table.Name}({string.Join(", ", Columns.Select(column => Table.Schema[column].Name))})");
        writer.Field("on", Condition.Describe());
        Policy.Describe(writer);
    }

    protected override Schema DeriveSchema() => Kind.Columns(Input.Schema, Table.Schema.Select(Columns));
}
