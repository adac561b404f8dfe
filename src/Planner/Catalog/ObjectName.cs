namespace SqlStream.Planner.Catalog;

/// <summary>The full name of a table, view or function. Case-sensitive.</summary>
/// <param name="Catalog">The catalog.</param>
/// <param name="Database">The database.</param>
/// <param name="Name">The object's own name.</param>
public sealed record ObjectName(string Catalog, string Database, string Name)
{
    /// <summary>The catalog that is always there.</summary>
    public const string DefaultCatalog = "default_catalog";

    /// <summary>The database that is always there.</summary>
    public const string DefaultDatabase = "default_database";

    /// <summary>The shortest text that names the object from any session: the own name alone in the default database,
    /// otherwise all three parts. Parts that are no plain identifiers stand in backticks.</summary>
    public override string ToString() => Catalog == DefaultCatalog && Database == DefaultDatabase
        ? Quote(Name)
        : $"{Quote(Catalog)}.{Quote(Database)}.{Quote(Name)}";

    /// <summary>All three parts in backticks, as SHOW CREATE writes them.</summary>
    public string ToSql() => $"{Backticks(Catalog)}.{Backticks(Database)}.{Backticks(Name)}";

    /// <summary>An identifier in backticks.</summary>
    public static string Backticks(string identifier) => "`" + identifier.Replace("`", "``", StringComparison.Ordinal) + "`";

    static string Quote(string part)
    {
        var plain = part.Length > 0 && !char.IsAsciiDigit(part[0]) && part.All(c => char.IsLetterOrDigit(c) || c is '_' or '$');
        return plain ? part : Backticks(part);
    }
}
