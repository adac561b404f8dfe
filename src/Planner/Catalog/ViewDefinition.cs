using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;

namespace SqlStream.Planner.Catalog;

/// <summary>What CREATE VIEW defined: a query that is bound anew wherever the view is used.</summary>
public sealed record ViewDefinition(ObjectName Name) : CatalogObject(Name)
{
    /// <summary>The columns as they were when the view was created; the names are those of the result.</summary>
    public required Schema Schema { get; init; }

    /// <summary>The comments of the columns, null for those without; empty if none has one.</summary>
    public ValueList<string?> ColumnComments { get; init; }

    /// <summary>The query.</summary>
    public required QuerySyntax Query { get; init; }

    /// <summary>The query as written.</summary>
    public required string QueryText { get; init; }

    /// <summary>The catalog in which the query's plain names are looked up: the current one when the view was
    /// created.</summary>
    public required string CurrentCatalog { get; init; }

    /// <summary>The database in which the query's plain names are looked up.</summary>
    public required string CurrentDatabase { get; init; }

    /// <inheritdoc/>
    public override string Kind => "view";
}
