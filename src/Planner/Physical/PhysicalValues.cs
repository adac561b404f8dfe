using SqlStream.Core.Types;
using SqlStream.Planner.Explain;
using SqlStream.Planner.Expressions;

namespace SqlStream.Planner.Physical;

/// <summary>Gives constant rows once and ends. Append-only; runs with parallelism 1.</summary>
/// <param name="Columns">The columns; none for the one row that SELECT without FROM reads.</param>
/// <param name="Rows">The rows; values as <see cref="Core.Columns.PlanValue"/> represents them.</param>
public sealed record PhysicalValues(Schema Columns, ValueList<ValueList<object?>> Rows) : PhysicalNode
{
    const int RowsShownMax = 5;

    /// <inheritdoc/>
    public override ValueList<PhysicalNode> Children => [];

    /// <inheritdoc/>
    public override string Stem => "Values";

    /// <inheritdoc/>
    public override StateDescription State => new("position v1 () -> (rows BIGINT)", "bounded by: one value");

    /// <inheritdoc/>
    public override PhysicalNode WithChildren(ValueList<PhysicalNode> children) => this;

    /// <inheritdoc/>
    public override void Describe(PlanWriter writer)
    {
        foreach (var row in Rows.Take(RowsShownMax))
            writer.Value($"({string.Join(", ", row.Select((value, i) => LiteralText.Of(Columns[i].Type, value)))})");
        if (Rows.Count > RowsShownMax)
            writer.Value($"... {Rows.Count} rows");
        if (Rows.IsEmpty)
            writer.Value("no rows");
    }
}
