using SqlStream.Core.Diagnostics;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Binding;
using SqlStream.Planner.Catalog;

namespace SqlStream.Planner.Statements;

/// <summary>DROP of tables, views, functions, databases and catalogs.</summary>
sealed class DropBinder(BindContext context)
{
    /// <summary>The plan, or null after reporting errors.</summary>
    public StatementPlan? Bind(DropStatement drop) => drop.Kind switch
    {
        ObjectKind.Catalog => new CatalogBinder(context).DropCatalog(drop),
        ObjectKind.Database => new CatalogBinder(context).DropDatabase(drop),
        ObjectKind.Function => new FunctionBinder(context).Drop(drop),
        _ => Object(drop),
    };

    DropPlan? Object(DropStatement drop)
    {
        var span = context.SpanOf(drop.Name);
        if (new NameResolver(context).Qualify(drop.Name) is not { } name)
            return null;
        var kind = drop.Kind == ObjectKind.Table ? "table" : "view";
        var existing = context.Planner.Catalog.Find(name);
        if (existing is null)
        {
            if (!drop.IfExists)
                context.Report(CreateErrors.NoSuchObject(span, kind, drop.Name.ToString(), Nearest(name, kind)));
            return new DropPlan(name, drop.Temporary, Exists: false);
        }
        if (existing.Kind != kind)
            context.Report(CreateErrors.WrongKind(span, existing, kind));
        else if (drop.Temporary && !existing.IsTemporary && !drop.IfExists)
            context.Report(CreateErrors.NotTemporary(span, existing));
        else if (!drop.Temporary && existing.IsTemporary)
            context.Report(CreateErrors.HiddenByTemporary(span, existing));
        return new DropPlan(name, drop.Temporary, Exists: existing.IsTemporary == drop.Temporary);
    }

    string? Nearest(ObjectName name, string kind) => NearestName.Hint(name.Name, context.Planner.Catalog.Objects
        .Where(known => known.Kind == kind && known.Name.Database == name.Database && known.Name.Catalog == name.Catalog)
        .Select(known => known.Name.Name));
}
