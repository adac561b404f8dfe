using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Binding;
using SqlStream.Planner.Catalog;

namespace SqlStream.Planner.Statements;

/// <summary>CREATE, ALTER and DROP of catalogs and databases.</summary>
sealed class CatalogBinder(BindContext context)
{
    const string TypeKey = "type";
    const string DefaultDatabaseKey = "default-database";

    static readonly Dictionary<string, string[]> s_types = new()
    {
        [CatalogDefinition.InMemoryType] = [TypeKey, DefaultDatabaseKey],
        [CatalogDefinition.DirectoryType] = [TypeKey, DefaultDatabaseKey, "path"],
    };

    ICatalog Catalog => context.Planner.Catalog;

    /// <summary>The plan, or null after reporting errors.</summary>
    public ChangePlan? Bind(CreateCatalog create)
    {
        var span = context.SpanOf(create.Name);
        var exists = Catalog.Catalogs.Any(known => known.Name == create.Name.Text);
        if (exists && !create.IfNotExists)
            context.Report(AlterErrors.CatalogExists(span, create.Name.Text));
        CheckName(create.Name, "catalog");
        var type = create.Options.LastOrDefault(option => option.Key.Value == TypeKey);
        if (type is null || KnownOptions(type.Value.Value) is not { } known)
        {
            context.Report(AlterErrors.CatalogType(
                type is null ? span : context.SpanOf(type.Value), type?.Value.Value, [.. s_types.Keys, .. context.Planner.Connectors.Catalogs.Select(external => external.Type)]));
            return null;
        }
        foreach (var option in create.Options)
        {
            if (!known.Contains(option.Key.Value))
                context.Report(AlterErrors.CatalogOption(context.SpanOf(option), option.Key.Value, type.Value.Value, known));
            else if (option.Value.Value.Length == 0)
                context.Report(AlterErrors.EmptyOption(context.SpanOf(option), option.Key.Value));
        }
        var definition = new CatalogDefinition(create.Name.Text)
        {
            Type = type.Value.Value,
            Comment = create.Comment,
            Options = Options(create.Options),
        };
        var external = context.Planner.Connectors.Catalogs.FirstOrDefault(outside => outside.Type == definition.Type);
        definition = definition with { DefaultDatabase = external?.DefaultDatabase ?? definition.Option(DefaultDatabaseKey) ?? definition.DefaultDatabase };
        return new ChangePlan(exists ? [] : [new PutCatalog(definition, IsNew: true)]);
    }

    /// <summary>The plan, or null after reporting errors.</summary>
    public ChangePlan? Bind(AlterCatalog alter)
    {
        if (new NameResolver(context).Catalog(alter.Name.Text, context.SpanOf(alter.Name)) is not { } catalog)
            return null;
        if (alter.Comment is not null)
            return new ChangePlan([new PutCatalog(catalog with { Comment = alter.Comment }, IsNew: false)]);
        foreach (var key in alter.Options.Map(option => option.Key).Concat(alter.ResetKeys))
        {
            // All that a catalog has says where its objects are.
            var known = KnownOptions(catalog.Type) ?? [];
            context.Report(known.Contains(key.Value)
                ? AlterErrors.FixedCatalogOption(context.SpanOf(key), key.Value)
                : AlterErrors.CatalogOption(context.SpanOf(key), key.Value, catalog.Type, known));
        }
        return null;
    }

    /// <summary>The plan, or null after reporting errors.</summary>
    public ChangePlan? DropCatalog(DropStatement drop)
    {
        var span = context.SpanOf(drop.Name);
        if (drop.Name.Parts.Count > 1)
        {
            context.Report(BindErrors.InvalidName(span, drop.Name.ToString()));
            return null;
        }
        var name = drop.Name.Last.Text;
        if (drop.IfExists && Catalog.Catalogs.All(known => known.Name != name))
            return new ChangePlan([]);
        if (new NameResolver(context).Catalog(name, span) is not { } catalog)
            return null;
        if (name == ObjectName.DefaultCatalog)
            context.Report(AlterErrors.DefaultCatalog(span, name));
        else if (name == context.CurrentCatalog)
            context.Report(AlterErrors.CatalogInUse(span, name));
        return new ChangePlan([new RemoveCatalog(catalog)]);
    }

    /// <summary>The plan, or null after reporting errors.</summary>
    public ChangePlan? Bind(CreateDatabase create)
    {
        var span = context.SpanOf(create.Name);
        if (create.Name.Parts.Count > 2)
        {
            context.Report(BindErrors.InvalidDatabaseName(span, create.Name.ToString()));
            return null;
        }
        var catalog = create.Name.Parts.Count == 2 ? create.Name.Parts[0].Text : context.CurrentCatalog;
        if (new NameResolver(context).Catalog(catalog, span) is null)
            return null;
        CheckName(create.Name.Last, "database");
        var name = create.Name.Last.Text;
        if (Catalog.Databases.Any(known => known.Catalog == catalog && known.Name == name))
        {
            if (!create.IfNotExists)
                context.Report(AlterErrors.DatabaseExists(span, name));
            return new ChangePlan([]);
        }
        return new ChangePlan([new PutDatabase(
            new DatabaseDefinition(catalog, name) { Comment = create.Comment, Options = Options(create.Options) })]);
    }

    /// <summary>The plan, or null after reporting errors.</summary>
    public ChangePlan? Bind(AlterDatabase alter)
    {
        if (new NameResolver(context).Database(alter.Name) is not { } database)
            return null;
        var set = Options(alter.Options);
        var kept = database.Options.Where(option => !set.Any(known => known.Key == option.Key));
        return new ChangePlan([new PutDatabase(database with { Options = [.. kept, .. set] })]);
    }

    /// <summary>The plan, or null after reporting errors.</summary>
    public ChangePlan? DropDatabase(DropStatement drop)
    {
        var span = context.SpanOf(drop.Name);
        var name = drop.Name.Last.Text;
        var catalogName = drop.Name.Parts.Count > 1 ? drop.Name.Parts[0].Text : context.CurrentCatalog;
        if (drop.IfExists && !Catalog.Databases.Any(known => known.Catalog == catalogName && known.Name == name))
            return new ChangePlan([]);
        if (new NameResolver(context).Database(drop.Name) is not { } database)
            return null;
        var catalog = Catalog.Catalogs.First(known => known.Name == database.Catalog);
        if (database.Name == catalog.DefaultDatabase)
            context.Report(AlterErrors.DefaultDatabase(span, catalog));
        else if (database.Name == context.CurrentDatabase && database.Catalog == context.CurrentCatalog)
            context.Report(AlterErrors.DatabaseInUse(span, database.Name));
        var objects = Catalog.Objects.Where(known => known.Name.Catalog == database.Catalog && known.Name.Database == database.Name).ToList();
        if (objects.Count > 0 && !drop.Cascade)
            context.Report(AlterErrors.DatabaseNotEmpty(span, database, objects.Count));
        return new ChangePlan([.. objects.Select(known => new RemoveObject(known)), new RemoveDatabase(database)]);
    }

    // The options of a type of catalogs; null if there is no such type.
    string[]? KnownOptions(string type) => s_types.TryGetValue(type, out var known)
        ? known
        : context.Planner.Connectors.Catalogs.FirstOrDefault(external => external.Type == type) is { } outside
            ? [TypeKey, .. outside.Options.SelectMany(option => (option.Aliases ?? []).Prepend(option.Key))]
            : null;

    void CheckName(Identifier name, string kind)
    {
        if (name.Text.Contains('/', StringComparison.Ordinal))
            context.Report(AlterErrors.ReservedName(context.SpanOf(name), kind));
    }

    static ValueList<(string Key, string Value)> Options(ValueList<OptionSyntax> options) =>
        options.Map(option => (option.Key.Value, option.Value.Value));
}
