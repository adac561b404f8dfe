using SqlStream.Core.Types;
using SqlStream.Planner.Explain;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Logical;

/// <summary>The rows of each partition whose numbers lie in a range: the first ones in an order.</summary>
/// <param name="Input">The input.</param>
/// <param name="Partition">Columns that make a partition; none for a single one.</param>
/// <param name="Order">The order of its rows.</param>
/// <param name="Kind">How they are numbered.</param>
/// <param name="First">The first number, from 1.</param>
/// <param name="Last">The last number.</param>
/// <param name="RankName">The name of the column of the number, which comes last; null if nobody reads it.</param>
sealed record LogicalTopN(
    LogicalNode Input, ValueList<int> Partition, ValueList<SortKey> Order, RankKind Kind, long First, long Last, string? RankName) : LogicalNode
{
    public override ValueList<LogicalNode> Children => [Input];

    public override string Stem => "TopN";

    public override LogicalNode WithChildren(ValueList<LogicalNode> children) => this with { Input = children[0] };

    public override void Describe(PlanWriter writer) => Describe(writer, Input.Schema, Partition, Order, Kind, First, Last, RankName);

    /// <summary>What is particular of a Top-N.</summary>
    public static void Describe(
        PlanWriter writer, Schema input, ValueList<int> partition, ValueList<SortKey> order, RankKind kind, long first, long last, string? rank)
    {
        writer.Value(FormattableString.Invariant($"{kind.FunctionName()} {(first == last ? "" : FormattableString.Invariant($"{first} to "))}{last}"));
        if (!partition.IsEmpty)
            writer.List("partition", partition.Select(column => input[column].Name));
        if (!order.IsEmpty)
            writer.List("order", order.Select(key => key.Describe(input)));
        if (rank is not null)
            writer.Field("rank", rank);
    }

    /// <summary>The columns of the input, and the number if it is read.</summary>
    public static Schema Columns(Schema input, string? rank) =>
        rank is null ? input : new([.. input.Fields, new Field(rank, SqlType.BigInt.WithNullability(false))]);

    protected override Schema DeriveSchema() => Columns(Input.Schema, RankName);
}
