namespace SqlStream.Planner.Catalog;

/// <summary>A table or a view. Immutable, equal by value.</summary>
/// <param name="Name">Its full name.</param>
public abstract record CatalogObject(ObjectName Name)
{
    /// <summary>It lives as long as its session and hides a permanent object of the same name.</summary>
    public bool IsTemporary { get; init; }

    /// <summary>COMMENT 'text'.</summary>
    public string? Comment { get; init; }

    /// <summary>The statement that created it, as written: planning it again gives the same object.</summary>
    public string SqlText { get; init; } = "";

    /// <summary><c>table</c> or <c>view</c>, for messages.</summary>
    public abstract string Kind { get; }
}
