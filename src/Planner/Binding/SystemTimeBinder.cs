using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Catalog;
using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Binding;

/// <summary>Joins with a table FOR SYSTEM_TIME AS OF a time of the rows before it.</summary>
sealed class SystemTimeBinder(BindContext context)
{
    /// <summary>The node and the names that it gives.</summary>
    public (LogicalNode Node, Scope Scope) Bind(JoinTable join, NamedTable named)
    {
        var (left, leftScope) = new TableBinder(context).Bind(join.Left);
        if (left == QueryBinder.Failed)
            return (left, Scope.Unknown);
        var span = context.SpanOf(named.SystemTime!);
        if (join.Kind is JoinKind.Right or JoinKind.Full)
            return Failed(SystemTimeErrors.Kind(context.SpanOf(named), join.Kind == JoinKind.Right ? "RIGHT" : "FULL"));
        if (join.Natural || join.Using.Count > 0)
            return Failed(SystemTimeErrors.SharedColumns(context.SpanOf(named), join.Natural ? "NATURAL" : "USING"));
        if (join.On is null)
            return Failed(BindErrors.JoinCondition(context.SpanOf(named)));
        var time = new ExpressionBinder(context, leftScope, new Clause("FOR SYSTEM_TIME AS OF")).Bind(named.SystemTime!);
        if (time is BoundError)
            return (QueryBinder.Failed, Scope.Unknown);
        if (!ProcessingTime.IsCall(time) && !(time is BoundColumn column && ProcessingTime.IsColumn(left, column.Index)))
            return Failed(SystemTimeErrors.NoTime(span, time is BoundColumn rowtime && TimeAttributes.IsRowtime(left, rowtime.Index)));
        return Table(named) is { } table ? Lookup(join, named, left, leftScope, table) : (QueryBinder.Failed, Scope.Unknown);
    }

    // A table by its name, with the options of hints.
    BoundTable? Table(NamedTable named)
    {
        var span = context.SpanOf(named.Name);
        var found = named.Name.Parts.Count == 1 && context.CommonTables.ContainsKey(named.Name.Last.Text) ? null : new NameResolver(context).Find(named.Name);
        if (found is TableDefinition table)
        {
            var reader = new TableReader(context);
            return reader.WithHints(table, named.Hints) is { } options ? reader.Read(table, options, span) : null;
        }
        if (found is not null || context.CommonTables.ContainsKey(named.Name.Last.Text))
            context.Report(SystemTimeErrors.NoTable(span, named.Name.ToString()));
        return null;
    }

    (LogicalNode Node, Scope Scope) Lookup(JoinTable join, NamedTable named, LogicalNode left, Scope leftScope, BoundTable table)
    {
        var span = context.SpanOf(named.Name);
        if (table.Source is not ILookupSource source)
            return Failed(SystemTimeErrors.CannotLookUp(span, table.Name));
        if (source.Lookup.Cache == LookupCache.Full && !table.Source.IsBounded)
            return Failed(SystemTimeErrors.Unbounded(span, table.Name));
        if (table.Source.BadData.Kind == BadDataKind.DeadLetter)
            return Failed(BindErrors.NotSupported(span, "'bad-data' = 'dead-letter' of a lookup table", "Use 'skip' or 'fail'."));
        if (!table.Source.Changelog.IsAppendOnly)
            return Failed(SystemTimeErrors.CannotLookUp(span, table.Name));
        ValueList<string> path = named.Alias is { } alias
            ? [alias.Name.Text]
            : [table.Definition.Name.Catalog, table.Definition.Name.Database, table.Definition.Name.Name];
        if (leftScope.Tables.Any(known => known.Path == path))
            return Failed(BindErrors.DuplicateTable(context.SpanOf(named), path[^1]));
        if (Columns(named, table) is not { } columns)
            return (QueryBinder.Failed, Scope.Unknown);
        var width = left.Schema.Count;
        var both = leftScope.And(new Scope([new ScopeTable(path, columns, width)]));
        var condition = new ExpressionBinder(context, both, new Clause("JOIN ... ON")).BindCondition(join.On!, "JOIN ... ON");
        if (condition is BoundError)
            return (QueryBinder.Failed, Scope.Unknown);
        var isLeft = join.Kind == JoinKind.Left;
        var node = new LogicalLookupJoin(left, table, [.. Enumerable.Range(0, columns.Count)], isLeft ? JoinType.Left : JoinType.Inner, condition)
        {
            Span = context.SpanOf(named),
        };
        return (node, isLeft ? both.WithNullable(Enumerable.Range(width, columns.Count).ToHashSet()) : both);
    }

    // The columns by the names that the alias gives them.
    Schema? Columns(NamedTable named, BoundTable table)
    {
        if (named.Alias is not { Columns.Count: > 0 } alias)
            return table.Schema;
        if (alias.Columns.Count == table.Schema.Count)
            return new Schema([.. table.Schema.Fields.Select((field, i) => field with { Name = alias.Columns[i].Text })]);
        context.Report(BindErrors.AliasColumns(context.SpanOf(alias), alias.Name.Text, alias.Columns.Count, table.Schema.Count));
        return null;
    }

    (LogicalNode Node, Scope Scope) Failed(Diagnostic error)
    {
        context.Report(error);
        return (QueryBinder.Failed, Scope.Unknown);
    }
}

/// <summary>Every message about FOR SYSTEM_TIME AS OF.</summary>
static class SystemTimeErrors
{
    public static Diagnostic Alone(SourceSpan span) =>
        BindErrors.NotSupported(span, "FOR SYSTEM_TIME AS OF outside of a join", "It stands behind the right table of JOIN or LEFT JOIN, with a time of the left one.");

    public static Diagnostic Kind(SourceSpan span, string kind) =>
        new(SqlState.FeatureNotSupported, $"{kind} JOIN with a table FOR SYSTEM_TIME AS OF is not supported", span,
            Hint: "The table is asked for each row of the left side: use JOIN or LEFT JOIN.");

    public static Diagnostic SharedColumns(SourceSpan span, string word) =>
        new(SqlState.FeatureNotSupported, $"{word} with a table FOR SYSTEM_TIME AS OF is not supported", span, Hint: "Write the condition with ON.");

    public static Diagnostic NoTime(SourceSpan span, bool isRowtime) => isRowtime
        ? BindErrors.NotSupported(span, "FOR SYSTEM_TIME AS OF a rowtime", "Use a column that is PROCTIME(), for the rows that the table has when a row is processed.")
        : new(SqlState.InvalidColumnReference, "FOR SYSTEM_TIME AS OF needs a time of the rows before it", span,
            Hint: "Use a column that is PROCTIME(), such as proc_time AS PROCTIME() in CREATE TABLE.");

    public static Diagnostic NoTable(SourceSpan span, string name) =>
        new(SqlState.WrongObjectType, $"\"{name}\" is a query, and not a table that can be asked FOR SYSTEM_TIME AS OF", span,
            Hint: "Name the table itself, and put what the query does into the condition or behind the join.");

    public static Diagnostic CannotLookUp(SourceSpan span, string name) =>
        new(SqlState.FeatureNotSupported, $"rows of table \"{name}\" cannot be looked up", span,
            Hint: "Connectors 'filesystem' and 'memory' can; other tables are joined without FOR SYSTEM_TIME AS OF.");

    public static Diagnostic Unbounded(SourceSpan span, string name) =>
        new(SqlState.StreamingNotPossible, $"rows of table \"{name}\" cannot be looked up: it is watched for new files", span,
            Hint: "Leave 'source.monitor-interval' out, and set 'lookup.full-cache.periodic-reload.interval'.");
}
