using System.Collections;
using SqlStream.Parser.Syntax;

namespace SqlStream.EndToEnd.Tests.Reduction;

/// <summary>What may take the place of a part of a query so that the query becomes smaller: parts of it, constants, and itself without something.</summary>
/// <remarks>Forms that mean nothing are refused by who tries them. What would make rows come in an order of their own accord, or means something else to the
/// two systems (docs/sql/differences.md), is left alone: keys of ORDER BY, constants as keys of GROUP BY, operands of CAST in place of it.</remarks>
static class SmallerForms
{
    static readonly ExpressionSyntax[] s_constants =
    [
        Constant("TRUE"), Constant("FALSE"), Constant("1"), Constant("'a'"), Constant("CAST(1.5 AS DECIMAL(10, 2))"), Constant("CAST(0.5 AS DOUBLE PRECISION)"), Constant("DATE '2024-01-01'"),
        Constant("TIMESTAMP '2024-01-01 00:00:00'"),
    ];

    /// <summary>True for a part whose inside is left alone.</summary>
    public static bool IsClosed(SyntaxNode node, SyntaxStep step) =>
        node is GroupExpression or GroupSet || (step.Property.Name == nameof(OrderedQuery.OrderBy) && node is OrderedQuery or WindowSpecification);

    /// <summary>The forms of a part, those first that leave out most.</summary>
    public static IEnumerable<SyntaxNode> Of(SyntaxNode node)
    {
        var forms = node switch
        {
            QuerySyntax query => SyntaxEdit.Nearest<QuerySyntax>(query).Concat(WithoutColumns(query)),
            TableSyntax table => SyntaxEdit.Nearest<TableSyntax>(table),
            CastExpression => Constants(node),
            ExpressionSyntax expression => Constants(node).Concat(SyntaxEdit.Nearest<ExpressionSyntax>(expression)),
            _ => [],
        };
        return forms.Concat(Without(node));
    }

    static IEnumerable<SyntaxNode> Constants(SyntaxNode node) =>
        s_constants.Contains(node) || node is LiteralSyntax ? [] : s_constants;

    // Without lists, or parts of them; without clauses; without words.
    static IEnumerable<SyntaxNode> Without(SyntaxNode node)
    {
        if (node is LiteralSyntax or QualifiedName or NameExpression or TableAlias)
            yield break;
        foreach (var property in SyntaxEdit.Properties(node))
        {
            if (SyntaxEdit.IsList(property))
            {
                if (property.Name is nameof(SelectQuery.Items) or nameof(OrderedQuery.OrderBy))
                    continue;
                var items = ((IEnumerable)property.GetValue(node)!).Cast<SyntaxNode>().ToList();
                for (var size = items.Count; size >= 1; size /= 2)
                {
                    for (var from = 0; from < items.Count; from += size)
                        yield return WithItems([.. items.Take(from), .. items.Skip(from + size)]);
                }

                SyntaxNode WithItems(List<SyntaxNode> left) => node is LogicalExpression && left is [var only] ? only : SyntaxEdit.With(node, property, SyntaxEdit.ListOf(property, left));
            }
            else if (property.PropertyType.IsAssignableTo(typeof(SyntaxNode)) && property.GetValue(node) is not null and not TableAlias)
            {
                yield return SyntaxEdit.With(node, property, null);
            }
            else if (property.GetValue(node) is true)
            {
                yield return SyntaxEdit.With(node, property, false);
            }
            else if (node is JoinTable { Kind: not JoinKind.Inner, On: not null } && property.Name == nameof(JoinTable.Kind))
            {
                yield return SyntaxEdit.With(node, property, JoinKind.Inner);
            }
        }
    }

    // Without each of its columns, wherever it is made.
    static IEnumerable<QuerySyntax> WithoutColumns(QuerySyntax query)
    {
        var width = Width(query);
        for (var column = 0; column < width && width > 1; column++)
        {
            if (Without(query, column) is { } less)
                yield return less;
        }
    }

    static int Width(QuerySyntax query) => query switch
    {
        SelectQuery { Items: [StarItem { Qualifier: null }], From: DerivedTable table } => Width(table.Query),
        SelectQuery select => select.Items.Count,
        SetOperation operation => Width(operation.Left),
        OrderedQuery ordered => Width(ordered.Query),
        _ => 0,
    };

    static QuerySyntax? Without(QuerySyntax query, int column)
    {
        switch (query)
        {
            case SelectQuery { Items: [StarItem { Qualifier: null }], From: DerivedTable table } select:
                return Without(table.Query, column) is { } inner ? select with { From = table with { Query = inner } } : null;
            case SelectQuery select when column < select.Items.Count:
                return select with { Items = [.. select.Items.Where((_, i) => i != column)] };
            case SetOperation operation:
                return Without(operation.Left, column) is { } left && Without(operation.Right, column) is { } right ? operation with { Left = left, Right = right } : null;
            case OrderedQuery ordered:
                var name = NameOf(ordered.Query, column);
                return Without(ordered.Query, column) is { } less
                    ? ordered with { Query = less, OrderBy = [.. ordered.OrderBy.Where(item => item.Expression is not NameExpression { Parts: [var only] } || only.Text != name)] }
                    : null;
            default:
                return null;
        }
    }

    static string? NameOf(QuerySyntax query, int column) => query switch
    {
        SelectQuery { Items: [StarItem { Qualifier: null }], From: DerivedTable table } => NameOf(table.Query, column),
        SelectQuery select => column < select.Items.Count && select.Items[column] is ExpressionItem { Alias: { } alias } ? alias.Text : null,
        SetOperation operation => NameOf(operation.Left, column),
        OrderedQuery ordered => NameOf(ordered.Query, column),
        _ => null,
    };

    static ExpressionSyntax Constant(string text) =>
        ((ExpressionItem)((SelectQuery)QueryReducer.Parse($"SELECT {text}")!).Items[0]).Expression;
}
