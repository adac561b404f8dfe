using SqlStream.Core.Types;
using SqlStream.Planner.Explain;

namespace SqlStream.Planner.Logical;

/// <summary>Reads columns of a table, computed ones included. Its watermark and its primary key belong to it.</summary>
/// <param name="Table">The table.</param>
/// <param name="Columns">Positions in <c>Table.Schema</c>.</param>
sealed record LogicalScan(BoundTable Table, ValueList<int> Columns) : LogicalNode
{
    public override ValueList<LogicalNode> Children => [];

    public override string Stem => "Scan";

    public override LogicalNode WithChildren(ValueList<LogicalNode> children) => this;

    public override void Describe(PlanWriter writer)
    {
        var columns = string.Join(", ", Columns.Select(index => Table.Schema[index].Name));
        writer.Value(columns.Length == 0 ? Table.Name : $"{Table.Name}: {columns}");
        if (Table.Watermark is not null)
            writer.Field("watermark", Table.Watermark.Describe());
    }

    protected override Schema DeriveSchema() => Table.Schema.Select(Columns);
}
