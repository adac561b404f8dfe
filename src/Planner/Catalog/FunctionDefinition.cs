using SqlStream.Core.Types;

namespace SqlStream.Planner.Catalog;

/// <summary>What CREATE FUNCTION defined: a name for a class, which is looked up where the function is first used. Immutable, equal by value.</summary>
/// <param name="Name">Its full name; compared without regard to case. System functions belong to no database.</param>
/// <param name="ClassName">The class.</param>
public sealed record FunctionDefinition(ObjectName Name, string ClassName)
{
    /// <summary>Catalog and database of system functions.</summary>
    public const string SystemScope = "";

    /// <summary>It lives as long as its session.</summary>
    public bool IsTemporary { get; init; }

    /// <summary>It hides built-in functions of the same name.</summary>
    public bool IsSystem => Name.Catalog == SystemScope;

    /// <summary>LANGUAGE, in upper case; null where not written.</summary>
    public string? Language { get; init; }

    /// <summary>USING: kinds and paths of files that hold the class.</summary>
    public ValueList<(string Kind, string Path)> Resources { get; init; }
}
