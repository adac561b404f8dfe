using SqlStream.Core.Types;
using SqlStream.Planner.Explain;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Logical;

/// <summary>A window table function: every row with the window it belongs to, as the columns window_start, window_end
/// and window_time after those of the input.</summary>
/// <param name="Input">The rows.</param>
/// <param name="Window">How a time is assigned to windows.</param>
/// <param name="PartitionKeys">Rows that are equal in these columns make sessions of their own; empty for other windows.</param>
sealed record LogicalWindowTable(LogicalNode Input, WindowSpec Window, ValueList<int> PartitionKeys = default) : LogicalNode
{
    public override ValueList<LogicalNode> Children => [Input];

    public override string Stem => "WindowTable";

    public override LogicalNode WithChildren(ValueList<LogicalNode> children) => this with { Input = children[0] };

    public override void Describe(PlanWriter writer)
    {
        writer.Value(Window.Describe(Input.Schema));
        if (Window is SessionSpec)
            writer.List("key", PartitionKeys.Select(key => Input.Schema[key].Name));
    }

    protected override Schema DeriveSchema() => new([
        .. Input.Schema.Fields,
        .. WindowColumns.Properties(Input.Schema[Window.TimeColumn].Type).Select(property => new Field(property.Name, property.Type))]);
}
