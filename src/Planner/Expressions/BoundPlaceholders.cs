using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Planner.Logical;

namespace SqlStream.Planner.Expressions;

/// <summary>Stands for an expression that was in error, so that the binder can go on. Never leaves the
/// binder.</summary>
sealed record BoundError() : BoundExpression(SqlType.Null)
{
    public override ValueList<BoundExpression> Children => [];

    public override BoundExpression WithChildren(ValueList<BoundExpression> children) => this;
}

/// <summary>A column of a query around a sub-query, until the sub-query has become a join. Never leaves the binder.</summary>
/// <param name="Index">Its position in the input of that query.</param>
/// <param name="Type">Its type.</param>
/// <param name="Name">For display only.</param>
/// <param name="Level">1 for the query directly around, 2 for the one around that, and so on.</param>
sealed record BoundOuterColumn(int Index, SqlType Type, string Name, int Level = 1) : BoundExpression(Type)
{
    public override ValueList<BoundExpression> Children => [];

    public override BoundExpression WithChildren(ValueList<BoundExpression> children) => this;

    public bool Equals(BoundOuterColumn? other) => base.Equals(other) && Index == other.Index && Level == other.Level;

    public override int GetHashCode() => HashCode.Combine(Index, Level);
}

/// <summary>What is asked of the rows of a sub-query.</summary>
enum SubqueryTest
{
    /// <summary>Whether there are any.</summary>
    Exists,

    /// <summary>The value of the only one.</summary>
    Scalar,

    /// <summary>Whether a comparison holds with some; IN is that with <c>=</c>.</summary>
    Any,

    /// <summary>Whether a comparison holds with all.</summary>
    All,
}

/// <summary>A sub-query over tables where a value stands, until it is joined to the rows that the value is computed of. Never leaves the
/// binder.</summary>
/// <param name="Query">The sub-query. Its columns of the query around are positions in <paramref name="Around"/>.</param>
/// <param name="Test">What is asked of its rows.</param>
/// <param name="Symbol">The comparison of ANY and ALL.</param>
/// <param name="Operands">What is compared with its columns; none but for ANY and ALL.</param>
/// <param name="Around">What it reads of the query around.</param>
/// <param name="Type">The type of the value.</param>
sealed record BoundSubquery(
    LogicalNode Query, SubqueryTest Test, string Symbol, ValueList<BoundExpression> Operands, ValueList<BoundExpression> Around, SqlType Type)
    : BoundExpression(Type)
{
    public override ValueList<BoundExpression> Children => [.. Operands, .. Around];

    /// <summary>True if an expression has one.</summary>
    public static bool IsIn(BoundExpression expression) => expression.Contains(node => node is BoundSubquery);

    public override BoundExpression WithChildren(ValueList<BoundExpression> children) => this with
    {
        Operands = [.. children.Take(Operands.Count)],
        Around = [.. children.Skip(Operands.Count)],
    };

    public bool Equals(BoundSubquery? other) =>
        base.Equals(other) && Test == other.Test && Symbol == other.Symbol && Operands == other.Operands && Around == other.Around && Query.Equals(other.Query);

    public override int GetHashCode() => HashCode.Combine(Test, Symbol, Operands, Around);
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
