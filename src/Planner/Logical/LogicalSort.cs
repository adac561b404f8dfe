using SqlStream.Core.Types;
using SqlStream.Planner.Explain;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Logical;

/// <summary>ORDER BY, OFFSET and LIMIT: the rows in an order, without the first ones, and not more than so many. Without keys the order
/// is that in which rows come.</summary>
sealed record LogicalSort(LogicalNode Input, ValueList<SortKey> Keys, long Offset, long? Fetch) : LogicalNode
{
    public override ValueList<LogicalNode> Children => [Input];

    public override string Stem => Keys.IsEmpty ? "Limit" : "Sort";

    public override LogicalNode WithChildren(ValueList<LogicalNode> children) => this with { Input = children[0] };

    public override void Describe(PlanWriter writer) => Describe(writer, Input.Schema, Keys, Offset, Fetch);

    /// <summary>What is particular of a sort.</summary>
    public static void Describe(PlanWriter writer, Schema input, ValueList<SortKey> keys, long offset, long? fetch)
    {
        if (!keys.IsEmpty)
            writer.List("by", keys.Select(key => key.Describe(input)));
        if (offset > 0)
            writer.Field("offset", LiteralText(offset));
        if (fetch is { } rows)
            writer.Field("fetch", LiteralText(rows));
    }

    protected override Schema DeriveSchema() => Input.Schema;

    static string LiteralText(long value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
