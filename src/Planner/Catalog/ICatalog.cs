namespace SqlStream.Planner.Catalog;

/// <summary>Tables and views by name, as one session sees them. A snapshot: it never changes.</summary>
public interface ICatalog
{
    /// <summary>Where names without a catalog are looked up.</summary>
    string CurrentCatalog { get; }

    /// <summary>Where names without a database are looked up.</summary>
    string CurrentDatabase { get; }

    /// <summary>All catalogs.</summary>
    IReadOnlyCollection<CatalogDefinition> Catalogs { get; }

    /// <summary>All databases.</summary>
    IReadOnlyCollection<DatabaseDefinition> Databases { get; }

    /// <summary>All objects; where a temporary one hides a permanent one, both.</summary>
    IEnumerable<CatalogObject> Objects { get; }

    /// <summary>All functions that were created, in order of their names.</summary>
    IEnumerable<FunctionDefinition> Functions { get; }

    /// <summary>The temporary or the permanent function of that name, whatever its case; null if there is none.</summary>
    FunctionDefinition? FindFunction(ObjectName name, bool temporary);

    /// <summary>The catalog with a change carried out.</summary>
    ICatalog After(CatalogChange change);

    /// <summary>The object of that name, a temporary one first; null if there is none.</summary>
    CatalogObject? Find(ObjectName name);
}
