using System.Collections.Immutable;

namespace SqlStream.Planner.Catalog;

/// <summary>The catalog as immutable snapshots: every change gives a new one and leaves the old as it was.</summary>
/// <remarks>Thread-safe.</remarks>
public sealed class Catalog : ICatalog
{
    readonly ImmutableDictionary<ObjectName, CatalogObject> _permanent;
    readonly ImmutableDictionary<ObjectName, CatalogObject> _temporary;
    readonly ImmutableHashSet<(string Catalog, string Database)> _databases;

    Catalog(
        ImmutableDictionary<ObjectName, CatalogObject> permanent,
        ImmutableDictionary<ObjectName, CatalogObject> temporary,
        ImmutableHashSet<(string Catalog, string Database)> databases,
        string currentCatalog,
        string currentDatabase)
    {
        _permanent = permanent;
        _temporary = temporary;
        _databases = databases;
        CurrentCatalog = currentCatalog;
        CurrentDatabase = currentDatabase;
    }

    /// <summary>The default database, without objects.</summary>
    public static Catalog Empty { get; } = new(
        ImmutableDictionary<ObjectName, CatalogObject>.Empty,
        ImmutableDictionary<ObjectName, CatalogObject>.Empty,
        [(ObjectName.DefaultCatalog, ObjectName.DefaultDatabase)],
        ObjectName.DefaultCatalog,
        ObjectName.DefaultDatabase);

    /// <inheritdoc/>
    public string CurrentCatalog { get; }

    /// <inheritdoc/>
    public string CurrentDatabase { get; }

    /// <inheritdoc/>
    public IReadOnlyCollection<(string Catalog, string Database)> Databases => _databases;

    /// <inheritdoc/>
    public IEnumerable<CatalogObject> Objects => _temporary.Values.Concat(_permanent.Values);

    /// <inheritdoc/>
    public CatalogObject? Find(ObjectName name) =>
        _temporary.GetValueOrDefault(name) ?? _permanent.GetValueOrDefault(name);

    /// <summary>With a table or view in place of any of the same name and lifetime.</summary>
    public Catalog With(CatalogObject added) => added.IsTemporary
        ? Copy(temporary: _temporary.SetItem(added.Name, added))
        : Copy(permanent: _permanent.SetItem(added.Name, added));

    /// <summary>Without the temporary or the permanent object of that name.</summary>
    public Catalog Without(ObjectName name, bool temporary) => temporary
        ? Copy(temporary: _temporary.Remove(name))
        : Copy(permanent: _permanent.Remove(name));

    /// <summary>With other defaults for names that leave them out.</summary>
    public Catalog WithCurrent(string catalog, string database) => new(_permanent, _temporary, _databases, catalog, database);

    Catalog Copy(
        ImmutableDictionary<ObjectName, CatalogObject>? permanent = null,
        ImmutableDictionary<ObjectName, CatalogObject>? temporary = null) =>
        new(permanent ?? _permanent, temporary ?? _temporary, _databases, CurrentCatalog, CurrentDatabase);
}
