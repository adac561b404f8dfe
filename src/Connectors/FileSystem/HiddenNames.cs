namespace SqlStream.Connectors.FileSystem;

/// <summary>Which names below a table's path are not part of it.</summary>
static class HiddenNames
{
    /// <summary>True for what begins with a point or an underscore; a partition column may begin with an underscore all the same.</summary>
    public static bool Contains(string name, bool isPartitioned) =>
        name[0] == '.' || (name[0] == '_' && !(isPartitioned && name.Contains('=', StringComparison.Ordinal)));

    /// <summary>True for a path below the table's of which no part is hidden.</summary>
    public static bool IsVisible(string path, bool isPartitioned) =>
        !path.Split('/').Any(name => name.Length == 0 || Contains(name, isPartitioned));
}
