using SqlStream.Core.Types;
using SqlStream.Planner.Explain;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Logical;

/// <summary>One row per window and group: the keys, the aggregates, then what tells of the window.</summary>
sealed record LogicalWindowAggregate(
    LogicalNode Input,
    WindowSpec Window,
    ValueList<int> Keys,
    ValueList<LogicalAggregateCall> Aggregates,
    ValueList<WindowProperty> Properties) : LogicalNode
{
    public override ValueList<LogicalNode> Children => [Input];

    public override string Stem => "WindowAggregate";

    public override LogicalNode WithChildren(ValueList<LogicalNode> children) => this with { Input = children[0] };

    public override void Describe(PlanWriter writer)
    {
        writer.Value(Window.Describe(Input.Schema));
        writer.List("key", Keys.Select(key => Input.Schema[key].Name));
        if (!Aggregates.IsEmpty)
            writer.List("agg", Aggregates.Select(aggregate => aggregate.Call.Describe(Input.Schema)));
        if (!Properties.IsEmpty)
            writer.List("window", Properties.Select(property => property.Name));
    }

    protected override Schema DeriveSchema() => new([
        .. Keys.Select(key => Input.Schema[key]),
        .. Aggregates.Select(aggregate => new Field(aggregate.Call.Name, aggregate.Call.Call.ReturnType)),
        .. Properties.Select(property => new Field(property.Name, property.Type))]);
}
