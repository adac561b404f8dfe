using System.Diagnostics;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Catalog;
using SqlStream.Planner.Logical;

namespace SqlStream.Planner.Binding;

/// <summary>What stands after FROM: tables, views, common tables, sub-queries, window table functions and joins of them.</summary>
sealed class TableBinder(BindContext context)
{
    /// <summary>The node and the names that it gives.</summary>
    public (LogicalNode Node, Scope Scope) Bind(TableSyntax table)
    {
        var span = context.SpanOf(table);
        return table switch
        {
            NamedTable named => Named(named, span),
            DerivedTable derived => Aliased(new QueryBinder(context).Bind(derived.Query), [], derived.Alias),
            FunctionTable function => Function(function, span),
            UnnestTable => new CorrelateBinder(context).Bind(table),
            JoinTable join => new JoinBinder(context).Bind(join),
            MatchRecognizeTable => NotSupported(span, "MATCH_RECOGNIZE"),
            _ => throw new UnreachableException($"table {table.GetType().Name} has no binding"),
        };
    }

    (LogicalNode Node, Scope Scope) Function(FunctionTable function, SourceSpan span)
    {
        if (CorrelateBinder.IsCall(function))
            return new CorrelateBinder(context).Bind(function);
        if (function.WithOrdinality)
            return Failed(BindErrors.NotSupported(span, "WITH ORDINALITY of a window"));
        var node = new WindowTableBinder(context).Bind(function.Call, context.SpanOf(function.Call));
        return Aliased(node, [], function.Alias);
    }

    (LogicalNode Node, Scope Scope) Named(NamedTable named, SourceSpan span)
    {
        if (named.SystemTime is not null)
            return Failed(SystemTimeErrors.Alone(context.SpanOf(named.SystemTime)));
        var nameSpan = context.SpanOf(named.Name);
        if (named.Name.Parts.Count == 1 && context.CommonTables.TryGetValue(named.Name.Last.Text, out var common))
            return Aliased(OuterColumns.Moved(common.Node, context.Around.Count - common.Depth), [named.Name.Last.Text], named.Alias);
        var found = new NameResolver(context).Find(named.Name);
        if (found is null)
            return (QueryBinder.Failed, Scope.Unknown);
        ValueList<string> path = [found.Name.Catalog, found.Name.Database, found.Name.Name];
        return found switch
        {
            TableDefinition table => Aliased(Table(table, named, nameSpan), path, named.Alias),
            ViewDefinition view => View(view, named, path, span),
            _ => throw new UnreachableException($"object {found.GetType().Name} has no binding"),
        };
    }

    LogicalNode Table(TableDefinition table, NamedTable named, SourceSpan span)
    {
        var reader = new TableReader(context);
        if (reader.WithHints(table, named.Hints) is not { } options || reader.Read(table, options, span) is not { } bound)
            return QueryBinder.Failed;
        return new LogicalScan(bound, [.. Enumerable.Range(0, bound.Schema.Count)]) { Span = span };
    }

    (LogicalNode Node, Scope Scope) View(ViewDefinition view, NamedTable named, ValueList<string> path, SourceSpan span)
    {
        if (named.Hints.Count > 0)
            return NotSupported(context.SpanOf(named.Hints[0]), "hint after a view");
        if (context.OpenViews.Contains(view.Name))
        {
            context.Report(BindErrors.RecursiveView(span, view.Name));
            return (QueryBinder.Failed, Scope.Unknown);
        }
        var node = new QueryBinder(context.ForView(view, span)).Bind(view.Query);
        if (node == QueryBinder.Failed)
            return (node, Scope.Unknown);
        if (node.Schema.Count != view.Schema.Count)
        {
            context.Report(BindErrors.StaleView(span, view.Name, view.Schema.Count, node.Schema.Count));
            return (QueryBinder.Failed, Scope.Unknown);
        }
        return Aliased(node, path, named.Alias, view.Schema.Fields.Map(field => field.Name));
    }

    /// <summary>A node under its alias or else under a path; names of columns from the alias, the given ones, or the
    /// node.</summary>
    public (LogicalNode Node, Scope Scope) Aliased(
        LogicalNode node, ValueList<string> path, TableAlias? alias, ValueList<string> names = default)
    {
        if (node == QueryBinder.Failed)
            return (node, Scope.Unknown);
        if (alias is not null)
        {
            path = [alias.Name.Text];
            if (alias.Columns.Count > 0)
                names = alias.Columns.Map(column => column.Text);
        }
        if (names.IsEmpty)
            return (node, Scope.Of(path, node.Schema));
        if (names.Count != node.Schema.Count)
        {
            context.Report(BindErrors.AliasColumns(context.SpanOf(alias!), alias!.Name.Text, names.Count, node.Schema.Count));
            return (QueryBinder.Failed, Scope.Unknown);
        }
        var schema = new Schema([.. node.Schema.Fields.Select((field, i) => field with { Name = names[i] })]);
        return (node, Scope.Of(path, schema));
    }

    (LogicalNode Node, Scope Scope) NotSupported(SourceSpan span, string what) => Failed(BindErrors.NotSupported(span, what));

    (LogicalNode Node, Scope Scope) Failed(Diagnostic error)
    {
        context.Report(error);
        return (QueryBinder.Failed, Scope.Unknown);
    }
}
