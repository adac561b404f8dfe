using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Binding;

/// <summary>UNNEST in FROM, by itself or behind the tables whose columns it reads.</summary>
sealed class UnnestBinder(BindContext context)
{
    /// <summary>UNNEST of a value that no column is part of.</summary>
    public (LogicalNode Node, Scope Scope) Bind(UnnestTable table) => Bind(table, LogicalValues.OneRow, Scope.Empty, isOuter: false);

    /// <summary>A join with UNNEST, which sees the columns of the tables before it.</summary>
    public (LogicalNode Node, Scope Scope) Bind(JoinTable join, UnnestTable table)
    {
        var (left, leftScope) = new TableBinder(context).Bind(join.Left);
        if (left == QueryBinder.Failed)
            return (left, Scope.Unknown);
        if (join.Kind is JoinKind.Right or JoinKind.Full)
            return Failed(UnnestErrors.KeepsElements(context.SpanOf(table), join.Kind == JoinKind.Right ? "RIGHT" : "FULL"));
        if (join.Natural || join.Using.Count > 0)
            return Failed(UnnestErrors.SharedColumns(context.SpanOf(table), join.Natural ? "NATURAL" : "USING"));
        if (join.On is null && join.Kind != JoinKind.Cross)
            return Failed(BindErrors.JoinCondition(context.SpanOf(table)));
        var (node, scope) = Bind(table, left, leftScope, join.Kind == JoinKind.Left);
        if (node == QueryBinder.Failed || join.On is null)
            return (node, scope);
        var condition = new ExpressionBinder(context, scope, new Clause("JOIN ... ON")).BindCondition(join.On, "JOIN ... ON");
        if (condition is BoundError)
            return (QueryBinder.Failed, Scope.Unknown);
        if (context.Folder.Fold(condition) is BoundLiteral { Value: true })
            return (node, scope);
        return join.Kind == JoinKind.Left
            ? Failed(UnnestErrors.OuterCondition(context.SpanOf(join.On)))
            : (new LogicalFilter(node, condition) { Span = context.SpanOf(join.On) }, scope);
    }

    (LogicalNode Node, Scope Scope) Bind(UnnestTable table, LogicalNode input, Scope scope, bool isOuter)
    {
        if (table.Collections.Count > 1)
            return Failed(BindErrors.NotSupported(
                context.SpanOf(table.Collections[1]), "UNNEST of several collections", "Join one UNNEST for each, WITH ORDINALITY where elements belong together."));
        var collection = new ExpressionBinder(context, scope, new Clause("UNNEST")).Bind(table.Collections[0]);
        if (collection is BoundError)
            return (QueryBinder.Failed, Scope.Unknown);
        if (!UnnestColumns.IsCollection(collection.Type))
            return Failed(UnnestErrors.NoCollection(collection.Span, collection.Type));
        var columns = UnnestColumns.Of(collection.Type, isOuter);
        var produced = columns.Count - (table.WithOrdinality ? 0 : 1);
        if (Names(table, columns, produced) is not { } names)
            return (QueryBinder.Failed, Scope.Unknown);
        var width = input.Schema.Count;
        var node = new LogicalUnnest(input, [.. Enumerable.Range(0, width)], collection, [.. Enumerable.Range(0, produced)], names, isOuter)
        {
            Span = context.SpanOf(table),
        };
        var schema = new Schema([.. node.Schema.Fields.Skip(width)]);
        var own = new Scope([new ScopeTable(table.Alias is { } alias ? [alias.Name.Text] : [], schema, width)]);
        if (table.Alias is { } named && scope.Tables.Any(known => known.Path == own.Tables[0].Path))
            return Failed(BindErrors.DuplicateTable(context.SpanOf(table), named.Name.Text));
        return (node, scope.And(own));
    }

    // A single column is called as the table is, unless it has a name.
    ValueList<string>? Names(UnnestTable table, ValueList<Field> columns, int produced)
    {
        if (table.Alias is not { } alias)
            return [.. columns.Take(produced).Select(column => column.Name)];
        if (alias.Columns.IsEmpty)
            return [.. columns.Take(produced).Select(column => produced == 1 && column.Name == UnnestColumns.Element ? alias.Name.Text : column.Name)];
        if (alias.Columns.Count == produced)
            return alias.Columns.Map(column => column.Text);
        context.Report(BindErrors.AliasColumns(context.SpanOf(alias), alias.Name.Text, alias.Columns.Count, produced));
        return null;
    }

    (LogicalNode Node, Scope Scope) Failed(Diagnostic error)
    {
        context.Report(error);
        return (QueryBinder.Failed, Scope.Unknown);
    }
}

/// <summary>Every message about UNNEST.</summary>
static class UnnestErrors
{
    public static Diagnostic NoCollection(SourceSpan span, SqlType type) =>
        new(SqlState.DatatypeMismatch, $"UNNEST needs an ARRAY, MAP or MULTISET, not {type.WithNullability(true)}", span,
            Hint: type.IsCharacter ? "SPLIT makes an ARRAY of a string." : null);

    public static Diagnostic KeepsElements(SourceSpan span, string kind) =>
        new(SqlState.FeatureNotSupported, $"{kind} JOIN with UNNEST is not supported", span,
            Hint: "Elements belong to a row of the left side: use CROSS JOIN, or LEFT JOIN ... ON TRUE.");

    public static Diagnostic SharedColumns(SourceSpan span, string word) =>
        new(SqlState.FeatureNotSupported, $"{word} with UNNEST is not supported", span, Hint: "Use CROSS JOIN, or JOIN ... ON.");

    public static Diagnostic OuterCondition(SourceSpan span) =>
        new(SqlState.FeatureNotSupported, "LEFT JOIN with UNNEST takes no condition but TRUE", span,
            Hint: "Write ON TRUE, and test the elements in WHERE.");
}
