using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Expressions;

namespace SqlStream.Planner.Binding;

/// <summary>Dotted names to columns: <c>column</c>, <c>table.column</c>, with database and catalog before it. Only the
/// tables of the scope count, so that a table of the catalog never hides a column.</summary>
sealed class NameBinder(BindContext context, Scope scope, Clause clause)
{
    /// <summary>The column, or a reported error.</summary>
    public BoundExpression Bind(NameExpression name)
    {
        var span = context.SpanOf(name);
        if (scope.IsUnknown)
            return new BoundError { Span = span };
        for (var qualifierParts = Math.Min(3, name.Parts.Count - 1); qualifierParts >= 0; qualifierParts--)
        {
            if (Resolve(name, qualifierParts, span) is { } bound)
                return bound;
        }
        return context.Error(Missing(name, span));
    }

    // The qualifier names a table, the part after it a column, the rest fields of it.
    BoundExpression? Resolve(NameExpression name, int qualifierParts, SourceSpan span)
    {
        var qualifier = name.Parts.Take(qualifierParts).ToList();
        var column = name.Parts[qualifierParts];
        var found = qualifierParts == 0
            ? scope.FindColumn(column.Text)
            : [.. scope.FindTable(qualifier).SelectMany(table => table.Find(column.Text).Select(match => (table, match)))];
        if (found.Count == 0)
            return null;
        if (found.Count > 1)
            return context.Error(Ambiguous(span, column.Text, found));
        if (qualifierParts + 1 == name.Parts.Count)
            return found[0].Item2 with { Span = span };
        return context.Error(found[0].Item2.Type.Kind == SqlTypeKind.Row
            ? BindErrors.NotSupported(span, "field of a ROW")
            : Missing(name, span));
    }

    static Diagnostic Ambiguous(SourceSpan span, string column, IReadOnlyList<(ScopeTable Table, BoundColumn Column)> found) =>
        BindErrors.AmbiguousColumn(
            span, column, found.Select(match => Meaning(match.Table, match.Column)).Distinct());

    static string Meaning(ScopeTable table, BoundColumn column) =>
        table.Path.IsEmpty ? $"column {column.Index + 1}" : $"\"{table.Name}.{column.Name}\"";

    Diagnostic Missing(NameExpression name, SourceSpan span)
    {
        var last = name.Parts[^1].Text;
        if (name.Parts.Count == 1)
        {
            var hint = clause.HiddenAliases.Contains(last)
                ? BindErrors.AliasHint(last, clause.Name)
                : NearestName.Hint(last, scope.ColumnNames) ?? Columns(scope.ColumnNames);
            return BindErrors.UndefinedColumn(span, last, hint);
        }
        var qualifier = name.Parts.Take(name.Parts.Count - 1).ToList();
        var tables = scope.FindTable(qualifier);
        if (tables.Count > 0)
        {
            var names = tables[0].Columns.Fields.Select(field => field.Name).ToList();
            return BindErrors.UndefinedColumn(span, name.ToString(), NearestName.Hint(last, names) ?? Columns(names));
        }
        var table = string.Join('.', qualifier.Select(part => part.Text));
        return BindErrors.MissingTable(span, table, scope.TableHint(qualifier[^1].Text));
    }

    static string? Columns(IEnumerable<string> names)
    {
        const int shownMax = 12;
        var list = names.ToList();
        if (list.Count == 0)
            return null;
        return $"The columns are {string.Join(", ", list.Take(shownMax))}{(list.Count > shownMax ? ", ..." : "")}.";
    }
}
