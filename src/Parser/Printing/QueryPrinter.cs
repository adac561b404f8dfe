using System.Diagnostics;
using SqlStream.Parser.Syntax;

namespace SqlStream.Parser.Printing;

/// <summary>Queries.</summary>
static class QueryPrinter
{
    public static void Print(SqlWriter writer, QuerySyntax query)
    {
        switch (query)
        {
            case SelectQuery select:
                Select(writer, select);
                break;
            case ValuesQuery values:
                writer.Write("VALUES ").List(values.Rows, row =>
                {
                    ExpressionPrinter.List(writer.Write(row.Values.IsEmpty ? "ROW(" : "("), row.Values);
                    writer.Write(")");
                });
                break;
            case TableQuery table:
                writer.Write("TABLE ").Write(table.Table);
                break;
            case SetOperation operation:
                SetOperation(writer, operation);
                break;
            case OrderedQuery ordered:
                Ordered(writer, ordered);
                break;
            case WithQuery with:
                writer.Write("WITH ").List(with.Tables, table => Common(writer, table)).Write(" ");
                Nested(writer, with.Body, with.Body is WithQuery);
                break;
            default:
                throw new UnreachableException($"query {query.GetType().Name} has no case");
        }
    }

    static void Nested(SqlWriter writer, QuerySyntax query, bool parentheses)
    {
        writer.If(parentheses, "(");
        Print(writer, query);
        writer.If(parentheses, ")");
    }

    static void Common(SqlWriter writer, CommonTable table)
    {
        writer.Write(table.Name);
        if (!table.Columns.IsEmpty)
            writer.Write(" ").Columns(table.Columns);
        writer.Write(" AS (");
        Print(writer, table.Query);
        writer.Write(")");
    }

    static void Ordered(SqlWriter writer, OrderedQuery ordered)
    {
        Nested(writer, ordered.Query, ordered.Query is OrderedQuery or WithQuery);
        if (!ordered.OrderBy.IsEmpty)
            CallPrinter.OrderBy(writer.Write(" ORDER BY "), ordered.OrderBy);
        if (ordered.Limit is not null)
            ExpressionPrinter.Print(writer.Write(" LIMIT "), ordered.Limit);
        if (ordered.Offset is not null)
            ExpressionPrinter.Print(writer.Write(" OFFSET "), ordered.Offset);
    }

    static void SetOperation(SqlWriter writer, SetOperation operation)
    {
        var links = new Stack<SetOperation>();
        links.Push(operation);
        while (links.Peek() is { Left: SetOperation left } link && Level(left) >= Level(link))
            links.Push(left);
        Operand(writer, links.Peek().Left, Level(links.Peek()));
        while (links.TryPop(out var next))
        {
            writer.Write($" {next.Operator.ToString().ToUpperInvariant()} ").If(next.All, "ALL ");
            Operand(writer, next.Right, Level(next) + 1);
        }
    }

    static void Operand(SqlWriter writer, QuerySyntax query, int least) =>
        Nested(writer, query, query is OrderedQuery or WithQuery || (query is SetOperation operation && Level(operation) < least));

    static int Level(SetOperation operation) => operation.Operator == SetOperator.Intersect ? 1 : 0;

    static void Select(SqlWriter writer, SelectQuery select)
    {
        writer.Write("SELECT").Hints(select.Hints).Write(" ").If(select.Distinct, "DISTINCT ");
        writer.List(select.Items, item => Item(writer, item));
        if (select.From is not null)
            TablePrinter.Print(writer.Write(" FROM "), select.From);
        if (select.Where is not null)
            ExpressionPrinter.Print(writer.Write(" WHERE "), select.Where);
        if (!select.GroupBy.IsEmpty)
            writer.Write(" GROUP BY ").List(select.GroupBy, group => Group(writer, group));
        if (select.Having is not null)
            ExpressionPrinter.Print(writer.Write(" HAVING "), select.Having);
        if (!select.Windows.IsEmpty)
        {
            writer.Write(" WINDOW ").List(
                select.Windows, window => CallPrinter.Print(writer.Write(window.Name).Write(" AS "), window.Specification));
        }
        if (select.Qualify is not null)
            ExpressionPrinter.Print(writer.Write(" QUALIFY "), select.Qualify);
    }

    static void Item(SqlWriter writer, SelectItem item)
    {
        switch (item)
        {
            case StarItem { Qualifier: null }:
                writer.Write("*");
                break;
            case StarItem star:
                writer.Write(star.Qualifier).Write(".*");
                break;
            case ExpressionItem expression:
                ExpressionPrinter.Print(writer, expression.Expression);
                if (expression.Alias is not null)
                    writer.Write(" AS ").Write(expression.Alias);
                break;
            default:
                throw new UnreachableException($"select item {item.GetType().Name} has no case");
        }
    }

    static void Group(SqlWriter writer, GroupItem group)
    {
        switch (group)
        {
            case GroupExpression expression:
                ExpressionPrinter.Print(writer, expression.Expression);
                break;
            case GroupSet set:
                ExpressionPrinter.List(writer.Write("("), set.Expressions);
                writer.Write(")");
                break;
            case GroupingSets sets:
                writer.Write("GROUPING SETS (").List(sets.Sets, set => Group(writer, set)).Write(")");
                break;
            case RollupGroup rollup:
                writer.Write("ROLLUP (").List(rollup.Sets, set => Group(writer, set)).Write(")");
                break;
            case CubeGroup cube:
                writer.Write("CUBE (").List(cube.Sets, set => Group(writer, set)).Write(")");
                break;
            default:
                throw new UnreachableException($"group item {group.GetType().Name} has no case");
        }
    }
}
