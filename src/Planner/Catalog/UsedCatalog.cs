using System.Collections.Concurrent;

namespace SqlStream.Planner.Catalog;

/// <summary>A catalog that knows what was looked up in it: what a plan stands on. Thread-safe.</summary>
public sealed class UsedCatalog : ICatalog
{
    readonly ICatalog _catalog;
    readonly Seen _seen;

    /// <summary>Over a snapshot.</summary>
    public UsedCatalog(Catalog catalog) : this(catalog, new Seen(catalog)) { }

    UsedCatalog(ICatalog catalog, Seen seen)
    {
        _catalog = catalog;
        _seen = seen;
    }

    /// <summary>The snapshot.</summary>
    public Catalog Snapshot => _seen.Snapshot;

    /// <summary>The tables and views that were found in the snapshot, in the order of their names.</summary>
    public IReadOnlyList<CatalogObject> Objects => [.. _seen.Objects.Keys.OrderBy(known => known.Name.ToString(), StringComparer.Ordinal)];

    /// <summary>The functions that were found in the snapshot, in the order of their names.</summary>
    public IReadOnlyList<FunctionDefinition> Functions => [.. _seen.Functions.Keys.OrderBy(known => known.Name.ToString(), StringComparer.Ordinal)];

    string ICatalog.CurrentCatalog => _catalog.CurrentCatalog;

    string ICatalog.CurrentDatabase => _catalog.CurrentDatabase;

    IReadOnlyCollection<CatalogDefinition> ICatalog.Catalogs => _catalog.Catalogs;

    IReadOnlyCollection<DatabaseDefinition> ICatalog.Databases => _catalog.Databases;

    IEnumerable<CatalogObject> ICatalog.Objects => _catalog.Objects;

    IEnumerable<FunctionDefinition> ICatalog.Functions => _catalog.Functions;

    FunctionDefinition? ICatalog.FindFunction(ObjectName name, bool temporary)
    {
        var found = _catalog.FindFunction(name, temporary);
        if (found is not null && ReferenceEquals(found, Snapshot.FindFunction(name, temporary)))
            _seen.Functions.TryAdd(found, true);
        return found;
    }

    // What the statement itself is about to create is none of it.
    CatalogObject? ICatalog.Find(ObjectName name)
    {
        var found = _catalog.Find(name);
        if (found is not null && ReferenceEquals(found, Snapshot.Find(name)))
            _seen.Objects.TryAdd(found, true);
        return found;
    }

    ICatalog ICatalog.After(CatalogChange change) => new UsedCatalog(_catalog.After(change), _seen);

    sealed record Seen(Catalog Snapshot)
    {
        public ConcurrentDictionary<CatalogObject, bool> Objects { get; } = new(ReferenceEqualityComparer.Instance);

        public ConcurrentDictionary<FunctionDefinition, bool> Functions { get; } = new(ReferenceEqualityComparer.Instance);
    }
}
