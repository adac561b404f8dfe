using SqlStream.Parser.Syntax;
using SqlStream.Planner.Binding;
using SqlStream.Planner.Catalog;

namespace SqlStream.Planner.Statements;

/// <summary>RENAME TO of tables and views.</summary>
static class ObjectRename
{
    /// <summary>The new name, or null after reporting why it cannot be. A plain name stays in the object's database.</summary>
    public static ObjectName? Target(BindContext context, CatalogObject renamed, QualifiedName to)
    {
        var span = context.SpanOf(to);
        var name = to.Parts.Count == 1
            ? renamed.Name with { Name = to.Last.Text }
            : new NameResolver(context).Qualify(to);
        if (name is null)
            return null;
        if (name.Catalog != renamed.Name.Catalog)
        {
            context.Report(AlterErrors.OtherCatalog(span));
            return null;
        }
        if (name != renamed.Name && ObjectChecks.Existing(context, name, renamed.IsTemporary) is { } existing)
        {
            context.Report(AlterErrors.NameExists(span, existing));
            return null;
        }
        return name;
    }
}
