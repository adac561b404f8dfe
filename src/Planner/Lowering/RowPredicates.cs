using SqlStream.Core.Connect;
using SqlStream.Core.Types;
using SqlStream.Planner.Expressions;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Lowering;

/// <summary>Conditions in the form in which sources are told them.</summary>
static class RowPredicates
{
    /// <summary>Those conjuncts that a source takes; null if there are none.</summary>
    /// <param name="condition">Over the columns of the table's schema.</param>
    /// <param name="source">The source.</param>
    public static PushedFilter? Taken(BoundExpression condition, ISource source)
    {
        var conjuncts = new List<BoundExpression>();
        var parts = new List<RowPredicate>();
        foreach (var conjunct in condition.Conjuncts())
        {
            if (Of(conjunct) is not { } part || !IsTaken(part, source))
                continue;
            conjuncts.Add(conjunct);
            parts.Add(part);
        }
        return parts.Count == 0 ? null : new PushedFilter(parts.Count == 1 ? parts[0] : new AllOf([.. parts]), ExpressionTrees.And(conjuncts)!);
    }

    /// <summary>Where one of some filters is TRUE.</summary>
    public static PushedFilter Either(IReadOnlyList<PushedFilter> filters) => filters.Count == 1
        ? filters[0]
        : new PushedFilter(new AnyOf([.. filters.Select(filter => filter.Predicate)]), new BoundLogical(LogicalOperator.Or, [.. filters.Select(filter => filter.Condition)]));

    static bool IsTaken(RowPredicate predicate, ISource source) => predicate switch
    {
        AllOf all => all.Parts.All(part => IsTaken(part, source)),
        AnyOf any => any.Parts.All(part => IsTaken(part, source)),
        _ => source.Takes(predicate),
    };

    static RowPredicate? Of(BoundExpression condition) => condition switch
    {
        BoundColumn { Type.Kind: SqlTypeKind.Boolean } column => new ColumnComparison(column.Index, ComparisonOperator.Equal, column.Type, true),
        BoundLogical logical => Of(logical),
        BoundIn { Operand: BoundColumn column } list => new ColumnIn(column.Index, column.Type, list.Values),
        BoundCall { Function.Name: "IS NULL", Arguments: [BoundColumn column] } => new ColumnNullTest(column.Index, IsNull: true),
        BoundCall { Function.Name: "IS NOT NULL", Arguments: [BoundColumn column] } => new ColumnNullTest(column.Index, IsNull: false),
        BoundCall { Function.Name: "LIKE", Arguments: [BoundColumn column, BoundLiteral { Value: string pattern }] } => Prefix(column, pattern),
        BoundCall { Arguments: [BoundColumn column, BoundLiteral { Value: { } value } literal] } call when IsLike(column.Type, literal.Type) && Operator(call.Function.Name) is { } comparison =>
            new ColumnComparison(column.Index, comparison, literal.Type, value),
        BoundCall { Arguments: [BoundLiteral { Value: { } value } literal, BoundColumn column] } call when IsLike(column.Type, literal.Type) && Operator(call.Function.Name) is { } comparison =>
            new ColumnComparison(column.Index, Mirrored(comparison), literal.Type, value),
        _ => null,
    };

    static RowPredicate? Of(BoundLogical logical)
    {
        var parts = logical.Operands.Select(Of).ToList();
        if (parts.Contains(null))
            return null;
        return logical.Operator == LogicalOperator.And ? new AllOf([.. parts.OfType<RowPredicate>()]) : new AnyOf([.. parts.OfType<RowPredicate>()]);
    }

    static ColumnStartsWith? Prefix(BoundColumn column, string pattern) =>
        pattern is [.. var prefix, '%'] && prefix.Length > 0 && prefix.AsSpan().IndexOfAny('%', '_', '\\') < 0 ? new ColumnStartsWith(column.Index, prefix) : null;

    static bool IsLike(SqlType column, SqlType literal) => column.Kind == literal.Kind || (column.IsCharacter && literal.IsCharacter);

    static ComparisonOperator? Operator(string name) => name switch
    {
        "=" => ComparisonOperator.Equal,
        "<>" => ComparisonOperator.NotEqual,
        "<" => ComparisonOperator.Less,
        "<=" => ComparisonOperator.LessOrEqual,
        ">" => ComparisonOperator.Greater,
        ">=" => ComparisonOperator.GreaterOrEqual,
        _ => null,
    };

    static ComparisonOperator Mirrored(ComparisonOperator comparison) => comparison switch
    {
        ComparisonOperator.Less => ComparisonOperator.Greater,
        ComparisonOperator.LessOrEqual => ComparisonOperator.GreaterOrEqual,
        ComparisonOperator.Greater => ComparisonOperator.Less,
        ComparisonOperator.GreaterOrEqual => ComparisonOperator.LessOrEqual,
        _ => comparison,
    };
}
