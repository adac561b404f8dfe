using SqlStream.Connectors;
using SqlStream.Core.Connect;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Engine.Memory;
using SqlStream.Functions;
using SqlStream.Planner.Catalog;

namespace SqlStream.Engine.Sessions;

/// <summary>A table or view that a session knows.</summary>
/// <param name="Name">The shortest text that names it in the session's current database.</param>
/// <param name="Kind"><c>table</c> or <c>view</c>.</param>
/// <param name="Connector">What holds its rows; null for a view.</param>
/// <param name="Columns">Its columns.</param>
public sealed record KnownTable(string Name, string Kind, string? Connector, Schema Columns);

/// <summary>The names that a statement of a session may use: what completion offers and listings show. A snapshot.</summary>
public sealed class SessionVocabulary
{
    // Functions that the grammar or the binder knows, and the catalog of functions does not.
    static readonly string[] _rewritten = ["CAST", "COALESCE", "EXTRACT", "IF", "IFNULL", "NULLIF", "TRY_CAST"];

    readonly Planner.Catalog.Catalog _catalog;
    readonly IFunctionCatalog _functions;
    readonly IConnectorCatalog _connectors;

    internal SessionVocabulary(Planner.Catalog.Catalog catalog, IFunctionCatalog functions, IConnectorCatalog connectors)
    {
        _catalog = catalog;
        _functions = functions;
        _connectors = connectors;
    }

    /// <summary>What every session may use: functions, connectors and formats that are built in.</summary>
    public static SessionVocabulary Builtin()
    {
        var builtin = new BuiltinConnectors();
        return new SessionVocabulary(
            Planner.Catalog.Catalog.Empty, BuiltinFunctions.Instance,
            new BuiltinCatalog([.. builtin.Connectors, new MemoryConnector(new MemoryTables("", TimeProvider.System))], ((IConnectorCatalog)builtin).Formats));
    }

    /// <summary>Tables and views, in the order of their names; where a temporary one hides another, it alone.</summary>
    public IReadOnlyList<KnownTable> Tables =>
        [.. _catalog.Objects.DistinctBy(known => known.Name).Select(Known).OrderBy(known => known.Name, StringComparer.Ordinal)];

    /// <summary>Catalogs and databases.</summary>
    public IReadOnlyList<string> NameSpaces =>
        [.. _catalog.Catalogs.Select(catalog => catalog.Name).Concat(_catalog.Databases.Where(database => database.Catalog == _catalog.CurrentCatalog).Select(database => database.Name))];

    /// <summary>Functions, each with its signatures.</summary>
    public IReadOnlyList<(string Name, string Signature)> Functions =>
        [.. _functions.Names.Concat(_rewritten).Distinct().Order(StringComparer.Ordinal).Select(name => (name, Signature(name))).Concat(_catalog.Functions.Select(function => (function.Name.Name, "function of the user")))];

    /// <summary>Connectors.</summary>
    public IReadOnlyList<IConnector> Connectors => _connectors.Connectors;

    /// <summary>Formats.</summary>
    public IReadOnlyList<IFormat> Formats => _connectors.Formats.Formats;

    sealed record BuiltinCatalog(IReadOnlyList<IConnector> Connectors, IFormatCatalog Formats) : IConnectorCatalog;

    string Signature(string name)
    {
        if (_functions.TryGetScalar(name, out var scalar))
            return scalar.Signature;
        if (_functions.TryGetAggregate(name, out var aggregate))
            return aggregate.Signature;
        return name switch
        {
            "CAST" or "TRY_CAST" => $"{name}(value AS type) -> type",
            "COALESCE" => "COALESCE(value, ...) -> value",
            "EXTRACT" => "EXTRACT(unit FROM time) -> BIGINT",
            "IF" => "IF(condition, value, otherwise) -> value",
            "IFNULL" => "IFNULL(value, instead) -> value",
            "NULLIF" => "NULLIF(value, null_value) -> value",
            _ => "",
        };
    }

    KnownTable Known(CatalogObject known)
    {
        var isHere = known.Name.Catalog == _catalog.CurrentCatalog && known.Name.Database == _catalog.CurrentDatabase;
        var name = isHere ? new ObjectName(ObjectName.DefaultCatalog, ObjectName.DefaultDatabase, known.Name.Name).ToString() : known.Name.ToString();
        if (!isHere && known.Name.Catalog == ObjectName.DefaultCatalog && known.Name.Database == ObjectName.DefaultDatabase)
            name = $"{ObjectName.DefaultCatalog}.{ObjectName.DefaultDatabase}.{name}";
        return known switch
        {
            TableDefinition table => new KnownTable(
                name, known.Kind, table.Options.Text("connector"), new Schema([.. table.Columns.Select(column => new Field(column.Name, column.Type))])),
            ViewDefinition view => new KnownTable(name, known.Kind, null, view.Schema),
            _ => new KnownTable(name, known.Kind, null, Schema.Empty),
        };
    }
}
