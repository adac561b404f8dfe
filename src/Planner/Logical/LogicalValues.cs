using SqlStream.Core.Types;
using SqlStream.Planner.Explain;
using SqlStream.Planner.Expressions;

namespace SqlStream.Planner.Logical;

/// <summary>Constant rows. One row without columns is what SELECT without FROM reads.</summary>
sealed record LogicalValues(Schema Columns, ValueList<ValueList<object?>> Rows) : LogicalNode
{
    const int RowsShownMax = 5;

    /// <summary>One row without columns.</summary>
    public static LogicalValues OneRow { get; } = new(Schema.Empty, [[]]);

    public override ValueList<LogicalNode> Children => [];

    public override string Stem => "Values";

    public override LogicalNode WithChildren(ValueList<LogicalNode> children) => this;

    public override void Describe(PlanWriter writer)
    {
        foreach (var row in Rows.Take(RowsShownMax))
            writer.Value($"({string.Join(", ", row.Select((value, i) => LiteralText.Of(Columns[i].Type, value)))})");
        if (Rows.Count > RowsShownMax)
            writer.Value($"... {Rows.Count} rows");
        if (Rows.IsEmpty)
            writer.Value("no rows");
    }

    protected override Schema DeriveSchema() => Columns;
}
