using SqlStream.Core.Diagnostics;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Catalog;

namespace SqlStream.Planner.Binding;

/// <summary>Names as written to full names, and to what they name.</summary>
sealed class NameResolver(BindContext context)
{
    /// <summary>The full name, or null after reporting that there is no such catalog or database.</summary>
    public ObjectName? Qualify(QualifiedName name)
    {
        var span = context.SpanOf(name);
        var parts = name.Parts;
        if (parts.Count > 3)
        {
            context.Report(BindErrors.InvalidName(span, name.ToString()));
            return null;
        }
        var catalog = parts.Count == 3 ? parts[0].Text : context.CurrentCatalog;
        var database = parts.Count >= 2 ? parts[^2].Text : context.CurrentDatabase;
        return HasDatabase(catalog, database, span) ? new ObjectName(catalog, database, name.Last.Text) : null;
    }

    /// <summary>Whether a database exists; reports if not.</summary>
    public bool HasDatabase(string catalog, string database, SourceSpan span) => Database(catalog, database, span) is not null;

    /// <summary>The database, or null after reporting that there is none.</summary>
    public DatabaseDefinition? Database(string catalog, string database, SourceSpan span)
    {
        if (Catalog(catalog, span) is null)
            return null;
        var databases = context.Planner.Catalog.Databases.Where(known => known.Catalog == catalog).ToList();
        var found = databases.Find(known => known.Name == database);
        if (found is null)
        {
            context.Report(BindErrors.UndefinedSchema(
                span, "database", database,
                NearestName.Hint(database, databases.Select(known => known.Name)) ?? "SHOW DATABASES lists all databases of a catalog."));
        }
        return found;
    }

    /// <summary>The database by its name as written, or null after reporting that there is none.</summary>
    public DatabaseDefinition? Database(QualifiedName name)
    {
        var span = context.SpanOf(name);
        if (name.Parts.Count <= 2)
            return Database(name.Parts.Count == 2 ? name.Parts[0].Text : context.CurrentCatalog, name.Last.Text, span);
        context.Report(BindErrors.InvalidDatabaseName(span, name.ToString()));
        return null;
    }

    /// <summary>The catalog, or null after reporting that there is none.</summary>
    public CatalogDefinition? Catalog(string catalog, SourceSpan span)
    {
        var catalogs = context.Planner.Catalog.Catalogs;
        var found = catalogs.FirstOrDefault(known => known.Name == catalog);
        if (found is null)
        {
            context.Report(BindErrors.UndefinedSchema(
                span, "catalog", catalog, NearestName.Hint(catalog, catalogs.Select(known => known.Name)) ?? "SHOW CATALOGS lists all catalogs."));
        }
        return found;
    }

    /// <summary>The table or view, or null after reporting that there is none.</summary>
    public CatalogObject? Find(QualifiedName name)
    {
        if (Qualify(name) is not { } qualified)
            return null;
        if (context.Planner.Catalog.Find(qualified) is { } found)
            return found;
        var neighbours = context.Planner.Catalog.Objects
            .Where(known => known.Name.Catalog == qualified.Catalog && known.Name.Database == qualified.Database)
            .Select(known => known.Name.Name)
            .Concat(context.CommonTables.Keys)
            .Order(StringComparer.Ordinal);
        context.Report(BindErrors.UndefinedTable(
            context.SpanOf(name), name.ToString(),
            NearestName.Hint(qualified.Name, neighbours) ?? "SHOW TABLES lists all tables and views."));
        return null;
    }
}
