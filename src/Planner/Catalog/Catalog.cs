using System.Collections.Immutable;
using System.Diagnostics;

namespace SqlStream.Planner.Catalog;

/// <summary>The catalog as immutable snapshots: every change gives a new one and leaves the old as it was.</summary>
/// <remarks>Thread-safe.</remarks>
public sealed record Catalog : ICatalog
{
    Catalog()
    {
        CatalogMap = ImmutableSortedDictionary.Create<string, CatalogDefinition>(StringComparer.Ordinal).Add(
            ObjectName.DefaultCatalog, new CatalogDefinition(ObjectName.DefaultCatalog) { DefaultDatabase = ObjectName.DefaultDatabase });
        var byName = Comparer<(string Catalog, string Database)>.Create((left, right) =>
            string.CompareOrdinal(left.Catalog, right.Catalog) is not 0 and var order ? order : string.CompareOrdinal(left.Database, right.Database));
        DatabaseMap = ImmutableSortedDictionary.Create<(string Catalog, string Database), DatabaseDefinition>(byName).Add(
            (ObjectName.DefaultCatalog, ObjectName.DefaultDatabase), new DatabaseDefinition(ObjectName.DefaultCatalog, ObjectName.DefaultDatabase));
    }

    /// <summary>The default catalog and database, without objects.</summary>
    public static Catalog Empty { get; } = new();

    /// <inheritdoc/>
    public string CurrentCatalog { get; private init; } = ObjectName.DefaultCatalog;

    /// <inheritdoc/>
    public string CurrentDatabase { get; private init; } = ObjectName.DefaultDatabase;

    /// <inheritdoc/>
    public IReadOnlyCollection<CatalogDefinition> Catalogs => [.. CatalogMap.Values];

    /// <inheritdoc/>
    public IReadOnlyCollection<DatabaseDefinition> Databases => [.. DatabaseMap.Values];

    /// <inheritdoc/>
    public IEnumerable<CatalogObject> Objects => Temporary.Values.Concat(Permanent.Values);

    /// <inheritdoc/>
    public IEnumerable<FunctionDefinition> Functions => FunctionMap.Values;

    /// <inheritdoc/>
    public FunctionDefinition? FindFunction(ObjectName name, bool temporary) => FunctionMap.GetValueOrDefault(FunctionKey(name, temporary));

    /// <inheritdoc/>
    public CatalogObject? Find(ObjectName name) =>
        Temporary.GetValueOrDefault(name) ?? Permanent.GetValueOrDefault(name);

    /// <summary>With a table or view in place of any of the same name and lifetime.</summary>
    public Catalog With(CatalogObject added) => added.IsTemporary
        ? this with { Temporary = Temporary.SetItem(added.Name, added) }
        : this with { Permanent = Permanent.SetItem(added.Name, added) };

    /// <summary>Without the temporary or the permanent object of that name.</summary>
    public Catalog Without(ObjectName name, bool temporary) => temporary
        ? this with { Temporary = Temporary.Remove(name) }
        : this with { Permanent = Permanent.Remove(name) };

    /// <summary>With other defaults for names that leave them out.</summary>
    public Catalog WithCurrent(string catalog, string database) => this with { CurrentCatalog = catalog, CurrentDatabase = database };

    /// <summary>With a change carried out.</summary>
    public Catalog After(CatalogChange change)
    {
        switch (change)
        {
            case PutObject put:
                return With(put.Object);
            case RemoveObject remove:
                return Without(remove.Object.Name, remove.Object.IsTemporary);
            case RenameObject rename:
                return Without(rename.Object.Name, rename.Object.IsTemporary).With(rename.Renamed);
            case PutFunction put:
                return this with { FunctionMap = FunctionMap.SetItem(FunctionKey(put.Function.Name, put.Function.IsTemporary), put.Function) };
            case RemoveFunction remove:
                return this with { FunctionMap = FunctionMap.Remove(FunctionKey(remove.Function.Name, remove.Function.IsTemporary)) };
            case PutDatabase put:
                return this with { DatabaseMap = DatabaseMap.SetItem((put.Database.Catalog, put.Database.Name), put.Database) };
            case RemoveDatabase remove:
                return this with
                {
                    DatabaseMap = DatabaseMap.Remove((remove.Database.Catalog, remove.Database.Name)),
                    FunctionMap = WithoutFunctions(name => name.Catalog == remove.Database.Catalog && name.Database == remove.Database.Name),
                };
            case PutCatalog { IsNew: true, Definition: var added }:
                var first = new DatabaseDefinition(added.Name, added.DefaultDatabase);
                return this with
                {
                    CatalogMap = CatalogMap.SetItem(added.Name, added),
                    DatabaseMap = DatabaseMap.SetItem((first.Catalog, first.Name), first),
                };
            case PutCatalog put:
                return this with { CatalogMap = CatalogMap.SetItem(put.Definition.Name, put.Definition) };
            case RemoveCatalog { Definition.Name: var name }:
                return this with
                {
                    CatalogMap = CatalogMap.Remove(name),
                    DatabaseMap = DatabaseMap.RemoveRange(DatabaseMap.Keys.Where(key => key.Catalog == name)),
                    FunctionMap = WithoutFunctions(function => function.Catalog == name),
                    Permanent = Permanent.RemoveRange(Permanent.Keys.Where(key => key.Catalog == name)),
                    Temporary = Temporary.RemoveRange(Temporary.Keys.Where(key => key.Catalog == name)),
                };
            default:
                throw new UnreachableException($"change {change.GetType().Name} has no case");
        }
    }

    // Names of functions are compared without regard to case.
    static string FunctionKey(ObjectName name, bool temporary) =>
        $"{(temporary ? 't' : 'p')}\0{name.Catalog}\0{name.Database}\0{name.Name.ToUpperInvariant()}";

    ImmutableSortedDictionary<string, FunctionDefinition> WithoutFunctions(Func<ObjectName, bool> gone) =>
        FunctionMap.RemoveRange(FunctionMap.Where(entry => gone(entry.Value.Name)).Select(entry => entry.Key));

    ICatalog ICatalog.After(CatalogChange change) => After(change);

    ImmutableDictionary<ObjectName, CatalogObject> Permanent { get; init; } = ImmutableDictionary<ObjectName, CatalogObject>.Empty;

    ImmutableDictionary<ObjectName, CatalogObject> Temporary { get; init; } = ImmutableDictionary<ObjectName, CatalogObject>.Empty;

    ImmutableSortedDictionary<string, FunctionDefinition> FunctionMap { get; init; } =
        ImmutableSortedDictionary.Create<string, FunctionDefinition>(StringComparer.Ordinal);

    ImmutableSortedDictionary<string, CatalogDefinition> CatalogMap { get; init; }

    ImmutableSortedDictionary<(string Catalog, string Database), DatabaseDefinition> DatabaseMap { get; init; }
}
