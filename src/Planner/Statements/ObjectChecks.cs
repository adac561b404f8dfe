using SqlStream.Parser.Syntax;
using SqlStream.Planner.Binding;
using SqlStream.Planner.Catalog;

namespace SqlStream.Planner.Statements;

/// <summary>Checks about the existence of objects that statements share.</summary>
static class ObjectChecks
{
    /// <summary>The object of that name and lifetime, or null.</summary>
    public static CatalogObject? Existing(BindContext context, ObjectName name, bool temporary) =>
        context.Planner.Catalog.Objects.FirstOrDefault(known => known.Name == name && known.IsTemporary == temporary);

    /// <summary>Reports an object of the same name and lifetime, unless the statement allows for it.</summary>
    public static void EnsureNew(
        BindContext context, ObjectName name, QualifiedName syntax, bool temporary, bool ifNotExists, string? replacesKind)
    {
        if (Existing(context, name, temporary) is { } existing && !ifNotExists && existing.Kind != replacesKind)
            context.Report(CreateErrors.Exists(context.SpanOf(syntax), existing));
    }
}
