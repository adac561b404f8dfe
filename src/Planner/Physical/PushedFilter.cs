using SqlStream.Core.Connect;
using SqlStream.Planner.Expressions;

namespace SqlStream.Planner.Physical;

/// <summary>What of a filter a source is told, so that it gives fewer rows. The filter stays above it: a source that cannot tell of a row gives it.</summary>
/// <param name="Predicate">As the source is told it.</param>
/// <param name="Condition">The same over the columns of the table's schema.</param>
public sealed record PushedFilter(RowPredicate Predicate, BoundExpression Condition);
