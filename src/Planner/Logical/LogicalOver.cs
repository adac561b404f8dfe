using SqlStream.Core.Types;
using SqlStream.Planner.Explain;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Logical;

/// <summary>The rows of the input, each with its number among those of its partition.</summary>
/// <param name="Input">The input.</param>
/// <param name="Partition">Columns that make a partition; none for a single one.</param>
/// <param name="Order">The order of its rows.</param>
/// <param name="Kind">How they are numbered.</param>
/// <param name="Name">The name of the column of the number, which comes last.</param>
sealed record LogicalOver(LogicalNode Input, ValueList<int> Partition, ValueList<SortKey> Order, RankKind Kind, string Name) : LogicalNode
{
    public override ValueList<LogicalNode> Children => [Input];

    public override string Stem => "Over";

    public override LogicalNode WithChildren(ValueList<LogicalNode> children) => this with { Input = children[0] };

    public override void Describe(PlanWriter writer)
    {
        writer.Value(Kind.FunctionName());
        if (!Partition.IsEmpty)
            writer.List("partition", Partition.Select(column => Input.Schema[column].Name));
        if (!Order.IsEmpty)
            writer.List("order", Order.Select(key => key.Describe(Input.Schema)));
    }

    public bool Equals(LogicalOver? other) =>
        base.Equals(other) && Input.Equals(other.Input) && Partition == other.Partition && Order == other.Order && Kind == other.Kind;

    public override int GetHashCode() => HashCode.Combine(Input, Kind);

    protected override Schema DeriveSchema() => new([.. Input.Schema.Fields, new Field(Name, SqlType.BigInt.WithNullability(false))]);
}
