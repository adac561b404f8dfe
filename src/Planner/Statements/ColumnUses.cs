using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Binding;
using SqlStream.Planner.Catalog;
using SqlStream.Planner.Expressions;

namespace SqlStream.Planner.Statements;

/// <summary>Which columns the expressions of a table definition name.</summary>
sealed class ColumnUses(BindContext context, TableDefinition table)
{
    readonly Schema _schema = new([.. table.Columns.Select(column => new Field(column.Name, column.Type))]);

    /// <summary>True if the expression, which has been checked with the table, names the column.</summary>
    public bool IsUsed(string column, ExpressionSyntax expression)
    {
        var used = new HashSet<int>();
        new ExpressionBinder(context.ForTable(table, expression.Span), Scope.Of([], _schema), new Clause("a table definition"))
            .Bind(expression).CollectColumns(used);
        return used.Contains(_schema.IndexOf(column));
    }
}
