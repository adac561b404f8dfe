namespace SqlStream.Planner.Catalog;

/// <summary>Tables and views by name, as one session sees them. A snapshot: it never changes.</summary>
public interface ICatalog
{
    /// <summary>Where names without a catalog are looked up.</summary>
    string CurrentCatalog { get; }

    /// <summary>Where names without a database are looked up.</summary>
    string CurrentDatabase { get; }

    /// <summary>All databases, as catalog and database name.</summary>
    IReadOnlyCollection<(string Catalog, string Database)> Databases { get; }

    /// <summary>All objects; where a temporary one hides a permanent one, both.</summary>
    IEnumerable<CatalogObject> Objects { get; }

    /// <summary>The object of that name, a temporary one first; null if there is none.</summary>
    CatalogObject? Find(ObjectName name);
}
