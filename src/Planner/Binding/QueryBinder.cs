using System.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;

namespace SqlStream.Planner.Binding;

/// <summary>Queries as written to logical nodes. Where a query is in error, the node stands for it with no
/// rows.</summary>
sealed class QueryBinder(BindContext context)
{
    /// <summary>A node without columns for a query that is in error.</summary>
    public static LogicalNode Failed { get; } = new LogicalValues(Schema.Empty, []);

    /// <summary>The node of a query.</summary>
    public LogicalNode Bind(QuerySyntax query)
    {
        var span = context.SpanOf(query);
        switch (query)
        {
            case SelectQuery select:
                return new SelectBinder(context).Bind(select);
            case SetOperation operation:
                return SetOperations(operation);
            case ValuesQuery values:
                return new ValuesBinder(context).Bind(values);
            case TableQuery table:
                return new TableBinder(context).Bind(new NamedTable(table.Table, null) { Span = table.Span }).Node;
            case WithQuery with:
                return With(with);
            case OrderedQuery ordered:
                return new OrderBinder(context).Bind(ordered);
            default:
                throw new UnreachableException($"query {query.GetType().Name} has no binding");
        }
    }

    // Long chains lean to the left and are bound in a loop.
    LogicalNode SetOperations(SetOperation chain)
    {
        var links = new Stack<SetOperation>();
        QuerySyntax leftmost = chain;
        while (leftmost is SetOperation link)
        {
            links.Push(link);
            leftmost = link.Left;
        }
        var left = Bind(leftmost);
        while (links.TryPop(out var link))
            left = new SetOperationBinder(context).Bind(link, left, Bind(link.Right));
        return left;
    }

    LogicalNode With(WithQuery with)
    {
        var inner = context;
        var names = new HashSet<string>();
        foreach (var table in with.Tables)
        {
            if (!names.Add(table.Name.Text))
                context.Report(BindErrors.DuplicateAlias(context.SpanOf(table.Name), table.Name.Text));
            var query = new QueryBinder(inner).Bind(table.Query);
            inner = inner.WithCommonTable(table.Name.Text, Rename(query, table));
        }
        return new QueryBinder(inner).Bind(with.Body);
    }

    LogicalNode Rename(LogicalNode query, CommonTable table)
    {
        if (table.Columns.IsEmpty || query == Failed)
            return query;
        if (table.Columns.Count != query.Schema.Count)
        {
            context.Report(BindErrors.AliasColumns(
                context.SpanOf(table.Name), table.Name.Text, table.Columns.Count, query.Schema.Count));
            return Failed;
        }
        var columns = Enumerable.Range(0, query.Schema.Count).Select(i => (BoundExpression)query.Schema.Column(i));
        return new LogicalProject(query, [.. columns], table.Columns.Map(column => column.Text)) { Span = context.SpanOf(table) };
    }
}
