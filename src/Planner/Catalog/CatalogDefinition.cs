using SqlStream.Core.Types;

namespace SqlStream.Planner.Catalog;

/// <summary>What CREATE CATALOG defined: a name space of databases, and where its objects are kept.</summary>
/// <param name="Name">Its name.</param>
public sealed record CatalogDefinition(string Name)
{
    /// <summary>The type of a catalog that lives as long as its session.</summary>
    public const string InMemoryType = "generic_in_memory";

    /// <summary>The type of a catalog that a directory keeps.</summary>
    public const string DirectoryType = "filesystem";

    /// <summary>The value of <c>'type'</c>.</summary>
    public string Type { get; init; } = InMemoryType;

    /// <summary>The database that USE CATALOG turns to, and that cannot be dropped.</summary>
    public string DefaultDatabase { get; init; } = "default";

    /// <summary>COMMENT 'text'.</summary>
    public string? Comment { get; init; }

    /// <summary>The WITH clause as written.</summary>
    public ValueList<(string Key, string Value)> Options { get; init; }

    /// <summary>The value of an option, or null.</summary>
    public string? Option(string key) => Options.FirstOrDefault(option => option.Key == key).Value;
}

/// <summary>What CREATE DATABASE defined.</summary>
/// <param name="Catalog">The catalog that it is in.</param>
/// <param name="Name">Its name.</param>
public sealed record DatabaseDefinition(string Catalog, string Name)
{
    /// <summary>COMMENT 'text'.</summary>
    public string? Comment { get; init; }

    /// <summary>The WITH clause: kept, shown, and of no effect.</summary>
    public ValueList<(string Key, string Value)> Options { get; init; }
}
