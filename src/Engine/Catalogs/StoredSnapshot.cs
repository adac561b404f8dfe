using SqlStream.Planner;
using SqlStream.Planner.Catalog;
using SqlStream.Planner.Statements;
using CatalogSnapshot = SqlStream.Planner.Catalog.Catalog;

namespace SqlStream.Engine.Catalogs;

/// <summary>A catalog, or the part of it that something stands on, in a form that can be kept.</summary>
sealed record StoredSnapshot
{
    public required string CurrentCatalog { get; init; }

    public required string CurrentDatabase { get; init; }

    public IReadOnlyList<StoredCatalog> Catalogs { get; init; } = [];

    public IReadOnlyList<StoredCatalogDatabase> Databases { get; init; } = [];

    public IReadOnlyList<StoredCatalogObject> Objects { get; init; } = [];

    public IReadOnlyList<StoredCatalogFunction> Functions { get; init; } = [];

    /// <summary>What a plan has found: it stays what it was, whatever becomes of the catalog.</summary>
    public static StoredSnapshot Of(UsedCatalog used) =>
        Of(used.Snapshot, used.Objects, used.Functions, (_, _) => true) with
        {
            // A directory is not asked again.
            Catalogs = [.. used.Snapshot.Catalogs.Select(catalog => StoredCatalog.Of(catalog) with { Type = CatalogDefinition.InMemoryType })],
        };

    /// <summary>What a session has beside the catalogs that directories keep.</summary>
    public static StoredSnapshot OfSession(CatalogSnapshot catalog)
    {
        var kept = catalog.Catalogs.Where(DirectoryCatalogs.IsKept).Select(one => one.Name).ToHashSet(StringComparer.Ordinal);
        return Of(catalog, catalog.Objects, catalog.Functions, (name, isTemporary) => isTemporary || !kept.Contains(name)) with
        {
            Databases = [.. catalog.Databases.Where(database => !kept.Contains(database.Catalog)).Select(StoredCatalogDatabase.Of)],
        };
    }

    /// <summary>The catalog again. Raises what is wrong with it.</summary>
    public CatalogSnapshot Restore(PlannerContext planner)
    {
        var catalog = CatalogSnapshot.Empty;
        foreach (var stored in Catalogs)
            catalog = catalog.After(new PutCatalog(stored.Restore(), IsNew: stored.Name != ObjectName.DefaultCatalog));
        foreach (var stored in Databases)
            catalog = catalog.After(new PutDatabase(stored.Restore()));
        foreach (var stored in Objects)
        {
            var restored = stored.Object.Restore(stored.Catalog, planner with { Catalog = catalog });
            catalog = catalog.With(restored with { IsTemporary = stored.IsTemporary });
        }
        foreach (var stored in Functions)
            catalog = catalog.After(new PutFunction(stored.Restore()));
        return catalog.WithCurrent(CurrentCatalog, CurrentDatabase);
    }

    static StoredSnapshot Of(CatalogSnapshot catalog, IEnumerable<CatalogObject> objects, IEnumerable<FunctionDefinition> functions, Func<string, bool, bool> wanted) => new()
    {
        CurrentCatalog = catalog.CurrentCatalog,
        CurrentDatabase = catalog.CurrentDatabase,
        Catalogs = [.. catalog.Catalogs.Select(StoredCatalog.Of)],
        Databases = [.. catalog.Databases.Select(StoredCatalogDatabase.Of)],
        Objects =
        [
            .. objects.Where(known => wanted(known.Name.Catalog, known.IsTemporary)).OrderBy(known => known.Name.ToString(), StringComparer.Ordinal)
                .Select(known => new StoredCatalogObject(known.Name.Catalog, known.IsTemporary, StoredObject.Of(known))),
        ],
        Functions = [.. functions.Where(function => wanted(function.Name.Catalog, function.IsTemporary)).Select(StoredCatalogFunction.Of)],
    };
}

/// <summary>A catalog itself.</summary>
sealed record StoredCatalog(string Name, string Type, string DefaultDatabase, string? Comment, IReadOnlyList<KeyValuePair<string, string>> Options)
{
    public static StoredCatalog Of(CatalogDefinition catalog) => new(
        catalog.Name, catalog.Type, catalog.DefaultDatabase, catalog.Comment, [.. catalog.Options.Select(option => KeyValuePair.Create(option.Key, option.Value))]);

    public CatalogDefinition Restore() => new(Name)
    {
        Type = Type,
        DefaultDatabase = DefaultDatabase,
        Comment = Comment,
        Options = [.. Options.Select(option => (option.Key, option.Value))],
    };
}

/// <summary>A database with its catalog.</summary>
sealed record StoredCatalogDatabase(string Catalog, string Name, string? Comment, IReadOnlyList<KeyValuePair<string, string>> Options)
{
    public static StoredCatalogDatabase Of(DatabaseDefinition database) => new(
        database.Catalog, database.Name, database.Comment, [.. database.Options.Select(option => KeyValuePair.Create(option.Key, option.Value))]);

    public DatabaseDefinition Restore() => new(Catalog, Name) { Comment = Comment, Options = [.. Options.Select(option => (option.Key, option.Value))] };
}

/// <summary>A table or view with its catalog.</summary>
sealed record StoredCatalogObject(string Catalog, bool IsTemporary, StoredObject Object);

/// <summary>A function with its catalog.</summary>
sealed record StoredCatalogFunction(string Catalog, bool IsTemporary, StoredFunction Function)
{
    public static StoredCatalogFunction Of(FunctionDefinition function) => new(function.Name.Catalog, function.IsTemporary, new StoredFunction(
        function.Name.Database, function.Name.Name, function.ClassName, function.Language,
        [.. function.Resources.Select(resource => new StoredResource(resource.Kind, resource.Path))]));

    public FunctionDefinition Restore() => new(new ObjectName(Catalog, Function.Database, Function.Name), Function.ClassName)
    {
        IsTemporary = IsTemporary,
        Language = Function.Language,
        Resources = [.. Function.Resources.Select(resource => (resource.Kind, resource.Path))],
    };
}
