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

    /// <summary>The catalog with a change carried out.</summary>
    ICatalog After(CatalogChange change);

    /// <summary>The object of that name, a temporary one first; null if there is none.</summary>
    CatalogObject? Find(ObjectName name);
}
