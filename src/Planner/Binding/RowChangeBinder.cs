using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Catalog;
using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;

namespace SqlStream.Planner.Binding;

/// <summary>DELETE, UPDATE and TRUNCATE TABLE: the rows that a query finds in a table are taken away from it, or written into it anew.</summary>
/// <remarks>A row of a table with a primary key is replaced by its key, so that an UPDATE is an insert of the new rows. Without a key the old
/// rows are taken away and the new ones added; both queries read the same scan.</remarks>
sealed class RowChangeBinder(BindContext context)
{
    /// <summary>DELETE FROM table [WHERE condition]; the sinks are null after reporting errors.</summary>
    public ValueList<LogicalSink?> Delete(DeleteStatement delete) => [Sink("DELETE", delete, delete.Table, [], delete.Where, deletes: true)];

    /// <summary>TRUNCATE TABLE table.</summary>
    public ValueList<LogicalSink?> Truncate(TruncateTable truncate) => [Sink("TRUNCATE", truncate, truncate.Table, [], null, deletes: true)];

    /// <summary>UPDATE table SET column = value, ... [WHERE condition].</summary>
    public ValueList<LogicalSink?> Update(UpdateStatement update)
    {
        if (Sink("UPDATE", update, update.Table, update.Assignments, update.Where, deletes: false) is not { } added)
            return [null];
        if (!added.Table.PrimaryKey.IsEmpty)
            return Checked(update, added.Table.PrimaryKey.Map(index => added.Table.Schema[index].Name)) ? [added] : [null];
        if (!IsDeterministic(added))
        {
            context.Report(BindErrors.NotSupported(
                update.Where is null ? context.SpanOf(update) : context.SpanOf(update.Where),
                "UPDATE of a table without primary key by a condition that may change from one evaluation to the next"));
            return [null];
        }
        return [Sink("UPDATE", update, update.Table, [], update.Where, deletes: true), added];
    }

    // The key says which row is meant, so that it cannot change.
    bool Checked(UpdateStatement update, ValueList<string> key)
    {
        var isChecked = true;
        foreach (var assignment in update.Assignments)
        {
            if (!key.Contains(assignment.Column.Text))
                continue;
            context.Report(BindErrors.NotSupported(
                context.SpanOf(assignment.Column), $"UPDATE of primary key column \"{assignment.Column.Text}\"",
                "Delete the row, and insert it with its new key."));
            isChecked = false;
        }
        return isChecked;
    }

    LogicalSink? Sink(
        string verb, StatementSyntax statement, QualifiedName name, ValueList<Assignment> assignments, ExpressionSyntax? where, bool deletes)
    {
        if (new NameResolver(context).Find(name) is not { } found)
            return null;
        var span = context.SpanOf(name);
        if (found is not TableDefinition table)
        {
            context.Report(BindErrors.NotATable(span, found.Name, found.Kind, "table"));
            return null;
        }
        var stored = table.Columns.OfType<PhysicalColumnDefinition>().Select(column => column.Name).ToList();
        if (Values(assignments, stored) is not { } values)
            return null;
        var items = stored.Select(column =>
        {
            var value = values.GetValueOrDefault(column) ?? new NameExpression([new Identifier(column)]) { Span = span };
            return (SelectItem)new ExpressionItem(value, null) { Span = value.Span };
        });
        var query = new SelectQuery([.. items], new NamedTable(name, null) { Span = name.Span }) { Where = where, Span = statement.Span };
        var sink = new InsertBinder(context).Bind(new InsertStatement(name, [], query) { Span = statement.Span });
        if (sink is null || sink.Sink.AcceptsRowChanges)
            return sink is null ? null : sink with { Deletes = deletes };
        context.Report(BindErrors.NotSupported(span, $"{verb} of table \"{sink.Table.Name}\"", "Tables of connector 'memory' can be changed row by row."));
        return null;
    }

    Dictionary<string, ExpressionSyntax>? Values(ValueList<Assignment> assignments, List<string> stored)
    {
        var values = new Dictionary<string, ExpressionSyntax>();
        var failed = false;
        foreach (var assignment in assignments)
        {
            var column = assignment.Column;
            if (!stored.Contains(column.Text))
                context.Report(InsertErrors.UndefinedAssigned(context.SpanOf(column), column.Text, stored));
            else if (values.TryAdd(column.Text, assignment.Value))
                continue;
            else
                context.Report(InsertErrors.DuplicateTarget(context.SpanOf(column), column.Text));
            failed = true;
        }
        return failed ? null : values;
    }

    static bool IsDeterministic(LogicalNode node) =>
        node is not LogicalFilter { Predicate.IsDeterministic: false } && node.Children.All(IsDeterministic);
}
