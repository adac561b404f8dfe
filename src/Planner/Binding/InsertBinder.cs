using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Catalog;
using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;

namespace SqlStream.Planner.Binding;

/// <summary>INSERT: matches the columns of a query with those of a table.</summary>
sealed class InsertBinder(BindContext context)
{
    /// <summary>The sink over the query, or null after reporting errors.</summary>
    public LogicalSink? Bind(InsertStatement insert)
    {
        var span = context.SpanOf(insert.Table);
        var definition = Target(insert.Table, span);
        var target = definition is null ? null : Sink(definition, insert, span);
        var query = new QueryBinder(context).Bind(insert.Query);
        if (target is not var (table, sink) || query == QueryBinder.Failed)
            return null;
        if (new PartitionBinder(context).Bind(insert.Partition, definition!) is not { } partitions
            || Targets(insert, table.Schema, partitions.Keys) is not { } targets)
        {
            return null;
        }
        if (targets.Count != query.Schema.Count)
        {
            context.Report(InsertErrors.ColumnCount(
                context.SpanOf(insert.Query), table, targets, query.Schema.Count, insert.Columns.Count > 0));
            return null;
        }
        return Match(insert, query, table, targets, partitions) is { } input
            && new InsertModeBinder(context).Bind(insert, definition!, sink, partitions) is var (mode, changed)
            ? new LogicalSink(input, table, changed, context.Planner.Options.DropsNulls) { Span = span, Mode = mode }
            : null;
    }

    (ConnectorTable Table, ISink Sink)? Sink(TableDefinition table, InsertStatement insert, SourceSpan span)
    {
        var reader = new TableReader(context);
        return reader.WithHints(table, insert.Hints) is { } options ? reader.Write(table, options, span) : null;
    }

    TableDefinition? Target(QualifiedName name, SourceSpan span)
    {
        switch (new NameResolver(context).Find(name))
        {
            case TableDefinition table:
                return table;
            case { } other:
                context.Report(BindErrors.NotATable(span, other.Name, other.Kind, "table"));
                return null;
            default:
                return null;
        }
    }

    // For each column of the query the position of its column in the table.
    List<int>? Targets(InsertStatement insert, Schema schema, ICollection<string> given)
    {
        if (insert.Columns.IsEmpty)
            return [.. Enumerable.Range(0, schema.Count).Where(i => !given.Contains(schema[i].Name))];
        var targets = new List<int>();
        var failed = false;
        foreach (var column in insert.Columns)
        {
            var position = schema.IndexOf(column.Text);
            if (position < 0)
                context.Report(InsertErrors.UndefinedTarget(context.SpanOf(column), column.Text, schema));
            else if (targets.Contains(position) || given.Contains(column.Text))
                context.Report(InsertErrors.DuplicateTarget(context.SpanOf(column), column.Text));
            failed |= position < 0 || targets.Contains(position) || given.Contains(column.Text);
            targets.Add(position);
        }
        return failed ? null : targets;
    }

    LogicalNode? Match(
        InsertStatement insert, LogicalNode query, ConnectorTable table, List<int> targets, Dictionary<string, BoundExpression> partitions)
    {
        var columns = new List<BoundExpression>();
        var failed = false;
        for (var i = 0; i < table.Schema.Count; i++)
        {
            var field = table.Schema[i];
            var position = targets.IndexOf(i);
            var column = partitions.TryGetValue(field.Name, out var value) ? value
                : position < 0 ? Omitted(insert, field)
                : Assign(query, position, field, insert);
            failed |= column is null;
            columns.Add(column!);
        }
        if (failed)
            return null;
        return new LogicalProject(query, [.. columns], table.Schema.Fields.Map(field => field.Name)) { Span = query.Span };
    }

    BoundLiteral? Omitted(InsertStatement insert, Field field)
    {
        if (field.Type.IsNullable)
            return new BoundLiteral(field.Type, null);
        context.Report(InsertErrors.MissingNotNull(context.SpanOf(insert.Table), field.Name));
        return null;
    }

    BoundExpression? Assign(LogicalNode query, int position, Field field, InsertStatement insert)
    {
        var span = ColumnSpan(insert.Query, position);
        var column = query.Schema.Column(position) with { Span = span };
        if (column.Type.Kind == SqlTypeKind.Null && !field.Type.IsNullable && !context.Planner.Options.DropsNulls)
        {
            context.Report(InsertErrors.NullInNotNull(span, field.Name));
            return null;
        }
        if (context.Calls.ImplicitCast(column, field.Type) is { } cast)
            return cast is BoundError ? null : cast;
        context.Report(InsertErrors.TypeMismatch(span, field, column.Type));
        return null;
    }

    // The item of the SELECT list, where the list has one item for each column.
    SourceSpan ColumnSpan(QuerySyntax query, int position)
    {
        SyntaxNode node = query;
        if (query is SelectQuery select && select.Items.All(item => item is ExpressionItem) && position < select.Items.Count)
            node = ((ExpressionItem)select.Items[position]).Expression;
        else if (query is ValuesQuery { Rows.Count: 1 } values && position < values.Rows[0].Values.Count)
            node = values.Rows[0].Values[position];
        return context.SpanOf(node);
    }
}
