using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Binding;
using SqlStream.Planner.Catalog;

namespace SqlStream.Planner.Statements;

/// <summary>CREATE VIEW: binds the query once, to find its errors and its columns.</summary>
sealed class CreateViewBinder(BindContext context)
{
    /// <summary>The plan, or null after reporting errors.</summary>
    public CreateViewPlan? Bind(CreateView create, SourceText source)
    {
        var name = new NameResolver(context).Qualify(create.Name);
        if (name is not null)
        {
            ObjectChecks.EnsureNew(
                context, name, create.Name, create.Temporary, create.IfNotExists, create.Replace ? "view" : null);
        }
        var query = new QueryBinder(context).Bind(create.Query);
        if (name is null || query == QueryBinder.Failed || Columns(create.Columns, create.Query, query.Schema) is not { } schema || context.HasErrors)
            return null;
        var view = new ViewDefinition(name)
        {
            Schema = schema,
            ColumnComments = create.Columns.Any(column => column.Comment is not null) ? create.Columns.Map(column => column.Comment) : [],
            Query = create.Query,
            QueryText = source.Slice(create.Query.Span),
            CurrentCatalog = context.CurrentCatalog,
            CurrentDatabase = context.CurrentDatabase,
            IsTemporary = create.Temporary,
            Comment = create.Comment,
            SqlText = source.Slice(create.Span),
        };
        return new CreateViewPlan(view, create.IfNotExists, create.Replace);
    }

    /// <summary>The columns of a view over a query, or null after reporting errors.</summary>
    public Schema? Columns(ValueList<ColumnElement> listed, QuerySyntax syntax, Schema query)
    {
        if (listed.Count > 0 && listed.Count != query.Count)
        {
            context.Report(CreateErrors.ViewColumns(context.SpanOf(listed[0]), listed.Count, query.Count));
            return null;
        }
        var names = new HashSet<string>();
        var fields = new List<Field>();
        for (var i = 0; i < query.Count; i++)
        {
            var field = listed.IsEmpty ? query[i] : query[i] with { Name = listed[i].Name.Text };
            fields.Add(field);
            if (!names.Add(field.Name))
                context.Report(CreateErrors.DuplicateViewColumn(context.SpanOf(listed.IsEmpty ? syntax : listed[i]), field.Name));
        }
        return new Schema([.. fields]);
    }
}
