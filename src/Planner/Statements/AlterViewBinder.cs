using SqlStream.Core.Diagnostics;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Binding;
using SqlStream.Planner.Catalog;

namespace SqlStream.Planner.Statements;

/// <summary>ALTER VIEW ... RENAME TO and ALTER VIEW ... AS.</summary>
sealed class AlterViewBinder(BindContext context)
{
    /// <summary>The plan, or null after reporting errors.</summary>
    public ChangePlan? Bind(AlterView alter, SourceText source)
    {
        switch (new NameResolver(context).Find(alter.Name))
        {
            case ViewDefinition view when alter.RenameTo is { } to:
                return ObjectRename.Target(context, view, to) is { } name
                    ? new ChangePlan([new RenameObject(view, WithText(view with { Name = name }))])
                    : null;
            case ViewDefinition view:
                return Query(view, alter.Query!, source);
            case { } other:
                context.Report(CreateErrors.WrongKind(context.SpanOf(alter.Name), other, "view"));
                return null;
            default:
                return null;
        }
    }

    ChangePlan? Query(ViewDefinition view, QuerySyntax query, SourceText source)
    {
        var bound = new QueryBinder(context).Bind(query);
        if (bound == QueryBinder.Failed || new CreateViewBinder(context).Columns([], query, bound.Schema) is not { } schema || context.HasErrors)
            return null;
        return new ChangePlan([new PutObject(WithText(view with
        {
            Schema = schema,
            ColumnComments = [],
            Query = query,
            QueryText = source.Slice(query.Span),
            CurrentCatalog = context.CurrentCatalog,
            CurrentDatabase = context.CurrentDatabase,
        }))]);
    }

    static ViewDefinition WithText(ViewDefinition view) => view with { SqlText = DdlText.Of(view) };
}
