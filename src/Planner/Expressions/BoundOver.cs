using SqlStream.Core.Types;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Expressions;

/// <summary>A ranking function with OVER before it has become a column. Never leaves the binder.</summary>
/// <param name="Kind">The function.</param>
/// <param name="Partition">What makes a partition.</param>
/// <param name="Order">What its rows are ordered by, with the directions in <paramref name="Directions"/>.</param>
/// <param name="Directions">Columns are positions in <paramref name="Order"/>.</param>
sealed record BoundOver(RankKind Kind, ValueList<BoundExpression> Partition, ValueList<BoundExpression> Order, ValueList<SortKey> Directions)
    : BoundExpression(SqlType.BigInt.WithNullability(false))
{
    public override ValueList<BoundExpression> Children => [.. Partition, .. Order];

    public override BoundExpression WithChildren(ValueList<BoundExpression> children) => this with
    {
        Partition = [.. children.Take(Partition.Count)],
        Order = [.. children.Skip(Partition.Count)],
    };

    public bool Equals(BoundOver? other) =>
        base.Equals(other) && Kind == other.Kind && Partition == other.Partition && Order == other.Order && Directions == other.Directions;

    public override int GetHashCode() => HashCode.Combine(Kind, Partition, Order);
}
