using SqlStream.Core.Types;
using SqlStream.Planner.Explain;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Logical;

/// <summary>The rows of the input, each with the values of functions that see the rows around it.</summary>
/// <param name="Input">The input.</param>
/// <param name="Partition">Columns that make a partition; none for a single one.</param>
/// <param name="Order">The order of its rows.</param>
/// <param name="Calls">The functions, whose columns come behind those of the input.</param>
sealed record LogicalOver(LogicalNode Input, ValueList<int> Partition, ValueList<SortKey> Order, ValueList<OverCall> Calls) : LogicalNode
{
    public override ValueList<LogicalNode> Children => [Input];

    public override string Stem => "Over";

    public override LogicalNode WithChildren(ValueList<LogicalNode> children) => this with { Input = children[0] };

    public override void Describe(PlanWriter writer) => Describe(writer, Input.Schema, Partition, Order, Calls);

    /// <summary>What is particular of functions with OVER.</summary>
    public static void Describe(PlanWriter writer, Schema input, ValueList<int> partition, ValueList<SortKey> order, ValueList<OverCall> calls)
    {
        writer.Value(string.Join(", ", calls.Select(call => call.Describe(input))));
        if (!partition.IsEmpty)
            writer.List("partition", partition.Select(column => input[column].Name));
        if (!order.IsEmpty)
            writer.List("order", order.Select(key => key.Describe(input)));
    }

    /// <summary>The columns of the input and of the functions.</summary>
    public static Schema Columns(Schema input, ValueList<OverCall> calls) => new([.. input.Fields, .. calls.Select(call => new Field(call.Name, call.Type))]);

    protected override Schema DeriveSchema() => Columns(Input.Schema, Calls);
}
