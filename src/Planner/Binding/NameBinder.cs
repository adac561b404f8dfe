using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Expressions;
using RowType = SqlStream.Core.Types.RowType;

namespace SqlStream.Planner.Binding;

/// <summary>Dotted names to columns and fields of rows: <c>column</c>, <c>table.column</c>, with database and catalog before it, then any
/// number of fields. A name that can be both is a column of a table rather than a field of a column. Only the tables of the scope count, so
/// that a table of the catalog never hides a column.</summary>
sealed class NameBinder(BindContext context, Scope scope, Clause clause)
{
    // The first reading of the name whose column exists, but not its field.
    Diagnostic? _missingField;

    /// <summary>The column or field, or a reported error.</summary>
    public BoundExpression Bind(NameExpression name)
    {
        var span = context.SpanOf(name);
        if (scope.IsUnknown)
            return new BoundError { Span = span };
        return TryBind(name, span) ?? Outer(name, span) ?? context.Error(_missingField ?? Missing(name, span));
    }

    BoundExpression? TryBind(NameExpression name, SourceSpan span)
    {
        for (var qualifierParts = Math.Min(3, name.Parts.Count - 1); qualifierParts >= 0; qualifierParts--)
        {
            if (Resolve(name, qualifierParts, span) is { } bound)
                return bound;
        }
        return null;
    }

    // What the sub-query has not, a query around it may have: the nearest one first.
    BoundExpression? Outer(NameExpression name, SourceSpan span)
    {
        var level = 0;
        foreach (var outer in context.Around)
        {
            level++;
            if (outer.IsUnknown)
                return new BoundError { Span = span };
            if (new NameBinder(context, outer, clause).TryBind(name, span) is { } bound)
            {
                return bound.RewriteDown(
                    node => node is BoundColumn column ? new BoundOuterColumn(column.Index, column.Type, column.Name, level) { Span = node.Span } : null);
            }
        }
        return null;
    }

    /// <summary>The columns that <c>name.*</c> stands for where the name is one of a ROW: its fields. Null if it is none; nothing is
    /// reported then.</summary>
    public ValueList<(BoundExpression Expression, string Name)>? Expand(NameExpression name)
    {
        var span = context.SpanOf(name);
        for (var qualifierParts = Math.Min(3, name.Parts.Count - 1); qualifierParts >= 0; qualifierParts--)
        {
            if (Resolve(name, qualifierParts, span) is { Type: RowType row } bound and not BoundError)
                return row.Fields.Map(field => (NestedBinder.TryField(context, bound, field.Name, span)!, field.Name));
        }
        return null;
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
        BoundExpression bound = found[0].Item2 with { Span = span };
        foreach (var field in name.Parts.Skip(qualifierParts + 1))
        {
            if (NestedBinder.TryField(context, bound, field.Text, span) is { } inner)
            {
                bound = inner;
                continue;
            }
            _missingField ??= bound.Type is RowType row
                ? BindErrors.UndefinedField(span, row, field.Text)
                : BindErrors.NotARow(span, bound.Type, field.Text);
            return null;
        }
        return bound;
    }

    static Diagnostic Ambiguous(SourceSpan span, string column, IReadOnlyList<(ScopeTable Table, BoundColumn Column)> found) =>
        BindErrors.AmbiguousColumn(
            span, column, found.Select(match => Meaning(match.Table, match.Column)).Distinct());

    static string Meaning(ScopeTable table, BoundColumn column) =>
        table.Path.IsEmpty ? $"column {column.Index + 1}" : $"\"{table.Name}.{column.Name}\"";

    Diagnostic Missing(NameExpression name, SourceSpan span)
    {
        // The table may be one of a query around: then it is the column that is missing.
        IReadOnlyList<Identifier> tableName = [.. name.Parts.Take(name.Parts.Count - 1)];
        if (tableName.Count > 0 && scope.FindTable(tableName).Count == 0
            && context.Around.FirstOrDefault(around => around.FindTable(tableName).Count > 0) is { } outer)
            return new NameBinder(context.WithoutOuter(), outer, clause).Missing(name, span);
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
        return BindErrors.MissingTable(
            span, table,
            context.Beside?.FindTable(qualifier).Count > 0 ? $"Write LATERAL before the sub-query, so that it sees the columns of \"{table}\"." : scope.TableHint(qualifier[^1].Text));
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
