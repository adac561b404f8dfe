namespace SqlStream.Planner.Catalog;

/// <summary>One step of what a statement does to the catalog. It has been checked against the catalog that the statement was
/// planned with.</summary>
public abstract record CatalogChange
{
    /// <summary>The catalog that changes.</summary>
    public abstract string Catalog { get; }
}

/// <summary>A table or view is new, or takes the place of one of the same name and lifetime.</summary>
/// <param name="Object">What is there from now on.</param>
/// <param name="Replaced">What was there, where what it holds is not the new one's: REPLACE TABLE. Null for a new object and
/// for ALTER.</param>
public sealed record PutObject(CatalogObject Object, CatalogObject? Replaced = null) : CatalogChange
{
    /// <inheritdoc/>
    public override string Catalog => Object.Name.Catalog;
}

/// <summary>A table or view is dropped.</summary>
public sealed record RemoveObject(CatalogObject Object) : CatalogChange
{
    /// <inheritdoc/>
    public override string Catalog => Object.Name.Catalog;
}

/// <summary>A table or view gets another name within its catalog.</summary>
/// <param name="Object">As it was.</param>
/// <param name="Renamed">As it is from now on.</param>
public sealed record RenameObject(CatalogObject Object, CatalogObject Renamed) : CatalogChange
{
    /// <inheritdoc/>
    public override string Catalog => Object.Name.Catalog;
}

/// <summary>A function is new, or takes the place of one of the same name and lifetime.</summary>
public sealed record PutFunction(FunctionDefinition Function) : CatalogChange
{
    /// <inheritdoc/>
    public override string Catalog => Function.Name.Catalog;
}

/// <summary>A function is dropped.</summary>
public sealed record RemoveFunction(FunctionDefinition Function) : CatalogChange
{
    /// <inheritdoc/>
    public override string Catalog => Function.Name.Catalog;
}

/// <summary>A database is new or altered.</summary>
public sealed record PutDatabase(DatabaseDefinition Database) : CatalogChange
{
    /// <inheritdoc/>
    public override string Catalog => Database.Catalog;
}

/// <summary>A database is dropped; its objects have been before.</summary>
public sealed record RemoveDatabase(DatabaseDefinition Database) : CatalogChange
{
    /// <inheritdoc/>
    public override string Catalog => Database.Catalog;
}

/// <summary>A catalog is new or altered. A new one has its default database.</summary>
/// <param name="Definition">What it is from now on.</param>
/// <param name="IsNew">It was not there.</param>
public sealed record PutCatalog(CatalogDefinition Definition, bool IsNew) : CatalogChange
{
    /// <inheritdoc/>
    public override string Catalog => Definition.Name;
}

/// <summary>A catalog is forgotten; what its directory keeps stays there.</summary>
public sealed record RemoveCatalog(CatalogDefinition Definition) : CatalogChange
{
    /// <inheritdoc/>
    public override string Catalog => Definition.Name;
}
