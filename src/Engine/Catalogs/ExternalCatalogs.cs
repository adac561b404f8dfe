using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Planner;
using SqlStream.Planner.Catalog;
using SqlStream.Planner.Statements;
using CatalogSnapshot = SqlStream.Planner.Catalog.Catalog;

namespace SqlStream.Engine.Catalogs;

/// <summary>The catalogs of a session whose tables are those of other systems: asked for when they are created, and before statements that may name them.</summary>
/// <param name="connectors">The kinds of such catalogs.</param>
/// <param name="planner">What planning the definitions depends on, with a catalog.</param>
sealed class ExternalCatalogs(IConnectorCatalog connectors, Func<CatalogSnapshot, PlannerContext> planner)
{
    /// <summary>True for such a catalog.</summary>
    public bool IsOutside(CatalogDefinition definition) => Find(definition) is not null;

    /// <summary>The snapshot with what is there now in place of what it had of the catalog; what is temporary stays.</summary>
    public CatalogSnapshot Load(CatalogSnapshot snapshot, CatalogDefinition definition)
    {
        var options = new TableOptions(
            [.. definition.Options.Where(option => option.Key != "type").Select(option => new TableOption(option.Key, option.Value, SourceSpan.None))]);
        OptionFiles.Check(options, connectors.Files);
        var tables = Find(definition)!.Load(options, connectors.Files, CancellationToken.None);
        var temporary = snapshot.Objects.Where(known => known.IsTemporary && known.Name.Catalog == definition.Name).ToList();
        var functions = snapshot.Functions.Where(known => known.IsTemporary && known.Name.Catalog == definition.Name).ToList();
        var (catalog, database) = (snapshot.CurrentCatalog, snapshot.CurrentDatabase);
        snapshot = snapshot.After(new RemoveCatalog(definition)).After(new PutCatalog(definition, IsNew: true));
        foreach (var name in tables.Databases.Where(name => name != definition.DefaultDatabase))
            snapshot = snapshot.After(new PutDatabase(new DatabaseDefinition(definition.Name, name)));
        foreach (var table in tables.Tables)
            snapshot = snapshot.With(new StoredObject(table.Database, table.Name, table.Sql).Restore(definition.Name, planner(snapshot)));
        foreach (var known in temporary)
            snapshot = snapshot.With(known);
        foreach (var known in functions)
            snapshot = snapshot.After(new PutFunction(known));
        return snapshot.WithCurrent(catalog, database);
    }

    IExternalCatalog? Find(CatalogDefinition definition) => connectors.Catalogs.FirstOrDefault(external => external.Type == definition.Type);
}
