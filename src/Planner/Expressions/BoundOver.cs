using SqlStream.Core.Types;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Expressions;

/// <summary>A function with OVER before it has become a column. Never leaves the binder.</summary>
/// <param name="Call">The function; its columns are positions in <paramref name="Arguments"/>.</param>
/// <param name="Arguments">What it is called on.</param>
/// <param name="Partition">What makes a partition.</param>
/// <param name="Order">What its rows are ordered by, with the directions in <paramref name="Directions"/>.</param>
/// <param name="Directions">Columns are positions in <paramref name="Order"/>.</param>
sealed record BoundOver(
    OverCall Call, ValueList<BoundExpression> Arguments, ValueList<BoundExpression> Partition, ValueList<BoundExpression> Order, ValueList<SortKey> Directions)
    : BoundExpression(Call.Type)
{
    public override ValueList<BoundExpression> Children => [.. Arguments, .. Partition, .. Order];

    public override BoundExpression WithChildren(ValueList<BoundExpression> children) => this with
    {
        Arguments = [.. children.Take(Arguments.Count)],
        Partition = [.. children.Skip(Arguments.Count).Take(Partition.Count)],
        Order = [.. children.Skip(Arguments.Count + Partition.Count)],
    };

    public bool Equals(BoundOver? other) =>
        base.Equals(other) && Call.Equals(other.Call) && Arguments == other.Arguments && Partition == other.Partition && Order == other.Order
        && Directions == other.Directions;

    public override int GetHashCode() => HashCode.Combine(Call, Arguments, Partition, Order);
}
