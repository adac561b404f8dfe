using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Binding;
using SqlStream.Planner.Catalog;

namespace SqlStream.Planner.Statements;

/// <summary>CREATE TABLE and REPLACE TABLE, with LIKE and AS.</summary>
sealed class CreateTableBinder(BindContext context)
{
    /// <summary>The plan, or null after reporting errors.</summary>
    public StatementPlan? Bind(CreateTable create, SourceText source)
    {
        var span = context.SpanOf(create.Name);
        var name = new NameResolver(context).Qualify(create.Name);
        var existing = name is null ? null : ObjectChecks.Existing(context, name, create.Temporary);
        if (name is not null && create.Query is not null && create.IfNotExists && existing is not null)
            return new ChangePlan([]) { Notice = CreateErrors.ExistsAlready(existing) };
        if (name is not null)
            Exists(create, name, existing);
        if (create.Distribution is not null)
            context.Report(BindErrors.NotSupported(context.SpanOf(create.Distribution), "DISTRIBUTED"));
        var draft = Draft(create, name ?? new ObjectName("", "", create.Name.Last.Text));
        if (create.Like is not null)
            new TableLike(context).Merge(create.Like, draft);
        ValueList<string>? columns = [];
        if (create.Query is not null)
            columns = new TableAs(context).Merge(create.Query, draft);
        // Without the source's or the query's columns everything else would be reported, too.
        if (columns is null || (create.Like is not null && context.HasErrors))
            return null;
        var isPlain = create.Like is null && create.Query is null && !create.Replace;
        var table = new TableDraftBinder(context).Bind(draft, span, isPlain ? source.Slice(create.Span) : "");
        if (name is null || context.HasErrors)
            return null;
        if (isPlain)
            return new CreateTablePlan(table, create.IfNotExists);
        if (!create.Replace && create.Query is null)
            return new CreateTablePlan(table, create.IfNotExists);
        var change = new ChangePlan([new PutObject(table, existing)]);
        if (create.Query is null)
            return change;
        var stages = Stages(create, table, columns.Value);
        return new TableAsPlan(change, new InsertPlan(stages.Physical, stages.Bound.Targets, InsertPlan.InsertInto));
    }

    /// <summary>The stages of the job that fills the table of CREATE TABLE ... AS, for EXPLAIN; null after reporting errors.</summary>
    public JobStages? Explain(CreateTable create)
    {
        var draft = Draft(create, new NameResolver(context).Qualify(create.Name) ?? new ObjectName("", "", create.Name.Last.Text));
        if (new TableAs(context).Merge(create.Query!, draft) is not { } columns)
            return null;
        var table = new TableDraftBinder(context).Bind(draft, context.SpanOf(create.Name), "");
        return context.HasErrors ? null : Stages(create, table, columns);
    }

    JobStages Stages(CreateTable create, TableDefinition table, ValueList<string> columns) => SqlPlanner.Stages(
        Insert(create, table, columns), context.Planner with { Catalog = context.Planner.Catalog.After(new PutObject(table)) });

    void Exists(CreateTable create, ObjectName name, CatalogObject? existing)
    {
        if (!create.Replace)
            ObjectChecks.EnsureNew(context, name, create.Name, create.Temporary, create.IfNotExists, replacesKind: null);
        else if (existing is not null && existing.Kind != "table")
            context.Report(CreateErrors.WrongKind(context.SpanOf(create.Name), existing, "table"));
        else if (existing is null && create.MustExist)
            context.Report(CreateErrors.NothingToReplace(context.SpanOf(create.Name), create.Name.ToString()));
    }

    TableDraft Draft(CreateTable create, ObjectName name)
    {
        var elements = new TableElements(context);
        var draft = new TableDraft(name)
        {
            IsTemporary = create.Temporary,
            Comment = create.Comment,
            PrimaryKey = elements.PrimaryKey(create.Elements),
            Watermark = elements.Watermark(create.Elements),
            Options = TableElements.Options(create.Options),
        };
        draft.Columns.AddRange(create.Elements.OfType<ColumnElement>().Select(elements.Column));
        draft.PartitionKeys.AddRange(create.PartitionedBy.Select(column => (column.Text, context.SpanOf(column))));
        return draft;
    }

    // The query's columns by their names, so that columns that are only declared get NULL.
    static InsertStatement Insert(CreateTable create, TableDefinition table, ValueList<string> columns)
    {
        var path = new[] { table.Name.Catalog, table.Name.Database, table.Name.Name };
        var target = new QualifiedName([.. path.Select(part => new Identifier(part) { Span = create.Name.Span })]) { Span = create.Name.Span };
        return new InsertStatement(target, columns.Map(name => new Identifier(name) { Span = create.Query!.Span }), create.Query!)
        {
            Span = create.Span,
        };
    }
}
