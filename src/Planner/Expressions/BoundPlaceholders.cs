using SqlStream.Core.Functions;
using SqlStream.Core.Types;

namespace SqlStream.Planner.Expressions;

/// <summary>Stands for an expression that was in error, so that the binder can go on. Never leaves the
/// binder.</summary>
sealed record BoundError() : BoundExpression(SqlType.Null)
{
    public override ValueList<BoundExpression> Children => [];

    public override BoundExpression WithChildren(ValueList<BoundExpression> children) => this;
}

/// <summary>A column of the query around a sub-query, until the sub-query has become a join. Never leaves the binder.</summary>
/// <param name="Index">Its position in the input of that query.</param>
/// <param name="Type">Its type.</param>
/// <param name="Name">For display only.</param>
sealed record BoundOuterColumn(int Index, SqlType Type, string Name) : BoundExpression(Type)
{
    public override ValueList<BoundExpression> Children => [];

    public override BoundExpression WithChildren(ValueList<BoundExpression> children) => this;

    public bool Equals(BoundOuterColumn? other) => base.Equals(other) && Index == other.Index;

    public override int GetHashCode() => Index;
}

/// <summary>GROUPING, GROUPING_ID or GROUP_ID before the grouping sets are known. Never leaves the binder.</summary>
/// <param name="Function">The name in upper case.</param>
/// <param name="Arguments">What should be keys of GROUP BY; none for GROUP_ID.</param>
sealed record BoundGrouping(string Function, ValueList<BoundExpression> Arguments) : BoundExpression(SqlType.BigInt.WithNullability(false))
{
    public override ValueList<BoundExpression> Children => Arguments;

    public override BoundExpression WithChildren(ValueList<BoundExpression> children) => this with { Arguments = children };

    public bool Equals(BoundGrouping? other) => base.Equals(other) && Function == other.Function && Arguments == other.Arguments;

    public override int GetHashCode() => HashCode.Combine(Function, Arguments);
}

/// <summary>A call of an aggregate function before it has become a column of an aggregation. Never leaves the
/// binder.</summary>
/// <param name="Function">The function.</param>
/// <param name="Call">How it runs over an append-only input.</param>
/// <param name="RetractCall">How it runs over an input that takes rows away; null if it cannot.</param>
/// <param name="Arguments">Of the types of both calls.</param>
/// <param name="Distinct">Equal arguments count once.</param>
/// <param name="Filter">BOOLEAN; only rows where it is TRUE count.</param>
sealed record BoundAggregateCall(
    AggregateFunction Function,
    AggregateCall Call,
    AggregateCall? RetractCall,
    ValueList<BoundExpression> Arguments,
    bool Distinct,
    BoundExpression? Filter) : BoundExpression(Call.ReturnType)
{
    public override ValueList<BoundExpression> Children => Filter is null ? Arguments : Arguments.Add(Filter);

    public override BoundExpression WithChildren(ValueList<BoundExpression> children) => Filter is null
        ? this with { Arguments = children }
        : this with { Arguments = [.. children.Take(children.Count - 1)], Filter = children[^1] };

    public bool Equals(BoundAggregateCall? other) =>
        base.Equals(other) && Function.Name == other.Function.Name && Arguments == other.Arguments && Distinct == other.Distinct
        && Equals(Filter, other.Filter);

    public override int GetHashCode() => HashCode.Combine(Function.Name, Arguments, Distinct, Filter);
}
