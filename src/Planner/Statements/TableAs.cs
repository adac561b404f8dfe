using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Binding;

namespace SqlStream.Planner.Statements;

/// <summary>CREATE TABLE ... AS query: the columns of the query become columns of the table.</summary>
/// <remarks>Mere names in the column list give the order. Declared columns come first; one of the same name as a column of the query
/// takes its place, so that the query's values are cast to the declared type; one that the query does not have gets NULL.</remarks>
sealed class TableAs(BindContext context)
{
    /// <summary>Adds the columns of the query to a draft; gives their names, or null after reporting errors.</summary>
    public ValueList<string>? Merge(QuerySyntax query, TableDraft draft)
    {
        var bound = new QueryBinder(context).Bind(query);
        if (bound == QueryBinder.Failed)
            return null;
        var span = context.SpanOf(query);
        var names = bound.Schema.Fields.Map(field => field.Name);
        foreach (var field in bound.Schema.Fields)
        {
            if (names.Count(name => name == field.Name) > 1)
                context.Report(CreateErrors.DuplicateViewColumn(span, field.Name));
            if (field.Type.Kind == SqlTypeKind.Null && draft.Find(field.Name) is not DraftPhysical)
                context.Report(CreateErrors.UntypedColumn(span, field.Name));
        }
        if (draft.Columns.Exists(column => column is DraftName))
            Reorder(bound.Schema, draft, span);
        else
            Append(bound.Schema, draft, span);
        return names;
    }

    void Reorder(Schema query, TableDraft draft, SourceSpan span)
    {
        for (var i = 0; i < draft.Columns.Count; i++)
        {
            var column = draft.Columns[i];
            if (query.IndexOf(column.Name) is >= 0 and var index)
            {
                if (column is DraftName)
                    draft.Columns[i] = Physical(query[index], column.Span);
                continue;
            }
            var hint = NearestName.Hint(column.Name, query.Fields.Select(field => field.Name));
            context.Report(BindErrors.UndefinedColumn(column.Span, column.Name, hint ?? "The query has no such column."));
            draft.Columns[i] = new DraftPhysical(column.Name, column.Span, null, null);
        }
        foreach (var field in query.Fields.Where(field => draft.Find(field.Name) is null))
            context.Report(CreateErrors.UnlistedColumn(span, field.Name));
    }

    void Append(Schema query, TableDraft draft, SourceSpan span)
    {
        foreach (var field in query.Fields)
        {
            switch (draft.Find(field.Name))
            {
                case null:
                    draft.Columns.Add(Physical(field, span));
                    break;
                case DraftPhysical:
                    break;
                case var other:
                    context.Report(CreateErrors.NotStored(other.Span, other.Name));
                    break;
            }
        }
    }

    static DraftPhysical Physical(Field field, SourceSpan span) => new(field.Name, span, null, field.Type);
}
