using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Catalog;
using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;
using SqlStream.Planner.Optimizer;
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
        var isProcessingTime = ProcessingTime.IsCall(time) || (time is BoundColumn column && ProcessingTime.IsColumn(left, column.Index));
        int? rowtime = time is BoundColumn { Index: var index } && TimeAttributes.IsRowtime(left, index) ? index : null;
        if (!isProcessingTime && rowtime is null)
            return Failed(SystemTimeErrors.NoTime(span));
        var isCommon = named.Name.Parts.Count == 1 && context.CommonTables.ContainsKey(named.Name.Last.Text);
        var found = isCommon ? null : new NameResolver(context).Find(named.Name);
        if (isCommon || found is ViewDefinition)
            return VersionsOfQuery(join, named, left, leftScope, rowtime);
        if (found is not TableDefinition definition || Table(named, definition) is not { } table)
            return (QueryBinder.Failed, Scope.Unknown);
        return rowtime is { } leftTime ? VersionsOfTable(join, named, left, leftScope, table, leftTime) : Lookup(join, named, left, leftScope, table);
    }

    // A table with the options of hints.
    BoundTable? Table(NamedTable named, TableDefinition table)
    {
        var reader = new TableReader(context);
        return reader.WithHints(table, named.Hints) is { } options ? reader.Read(table, options, context.SpanOf(named.Name)) : null;
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
        if (Condition(join, named, left, leftScope, PathOf(table), table.Schema) is not var (condition, scope))
            return (QueryBinder.Failed, Scope.Unknown);
        var session = context.Planner.Options.Lookups;
        var policy = context.Lookups.GetValueOrDefault((named.Alias?.Name ?? named.Name.Last).Text, session with { Timeout = null });
        // The time in which a whole table is read is another one than that of an answer.
        if (source.Lookup.Cache != LookupCache.Full)
            policy = policy with { Timeout = policy.Timeout ?? session.Timeout };
        return (new LogicalLookupJoin(left, table, [.. Enumerable.Range(0, table.Schema.Count)], TypeOf(join), condition) { Span = context.SpanOf(named), Policy = policy }, scope);
    }

    // The versions of a table are told by its primary key and its rowtime.
    (LogicalNode Node, Scope Scope) VersionsOfTable(JoinTable join, NamedTable named, LogicalNode left, Scope leftScope, BoundTable table, int leftTime)
    {
        if (table.PrimaryKey.IsEmpty || table.Rowtime is not { } rightTime)
            return Failed(SystemTimeErrors.NoVersions(context.SpanOf(named.Name), table.Name, table.PrimaryKey.IsEmpty));
        var right = new LogicalScan(table, [.. Enumerable.Range(0, table.Schema.Count)]) { Span = context.SpanOf(named.Name) };
        return Versions(join, named, left, leftScope, leftTime, new VersionedQuery(right, table.PrimaryKey, rightTime), PathOf(table), table.Schema);
    }

    // Those of a query by what it numbers the rows by, of which it takes the last one.
    (LogicalNode Node, Scope Scope) VersionsOfQuery(JoinTable join, NamedTable named, LogicalNode left, Scope leftScope, int? leftTime)
    {
        var span = context.SpanOf(named.Name);
        if (leftTime is not { } time)
            return Failed(SystemTimeErrors.NoTable(span, named.Name.ToString()));
        var (query, scope) = new TableBinder(context).Bind(named with { SystemTime = null, Alias = null });
        if (query == QueryBinder.Failed)
            return (query, Scope.Unknown);
        if (VersionedQuery.Of(new LogicalOptimizer(context.Folder).Optimize(query)) is not { } versions)
            return Failed(SystemTimeErrors.NoVersions(span, named.Name.ToString()));
        return Versions(join, named, left, leftScope, time, versions, scope.Tables[0].Path, scope.Tables[0].Columns);
    }

    (LogicalNode Node, Scope Scope) Versions(
        JoinTable join, NamedTable named, LogicalNode left, Scope leftScope, int leftTime, VersionedQuery right, ValueList<string> path, Schema columns)
    {
        if (left.Schema[leftTime].Type.Kind != right.Node.Schema[right.Time].Type.Kind)
            return Failed(SystemTimeErrors.OtherTime(context.SpanOf(named.SystemTime!), left.Schema[leftTime].Type, right.Node.Schema[right.Time].Type));
        if (Condition(join, named, left, leftScope, path, columns) is not var (condition, scope))
            return (QueryBinder.Failed, Scope.Unknown);
        return (new LogicalTemporalJoin(left, right.Node, TypeOf(join), condition, leftTime, right.Time, right.Key) { Span = context.SpanOf(named) }, scope);
    }

    static ValueList<string> PathOf(BoundTable table) => [table.Definition.Name.Catalog, table.Definition.Name.Database, table.Definition.Name.Name];

    static JoinType TypeOf(JoinTable join) => join.Kind == JoinKind.Left ? JoinType.Left : JoinType.Inner;

    // The condition over both sides, and the names behind the join.
    (BoundExpression Condition, Scope Scope)? Condition(
        JoinTable join, NamedTable named, LogicalNode left, Scope leftScope, ValueList<string> path, Schema right)
    {
        if (named.Alias is { } alias)
            path = [alias.Name.Text];
        if (leftScope.Tables.Any(known => known.Path == path))
        {
            context.Report(BindErrors.DuplicateTable(context.SpanOf(named), path[^1]));
            return null;
        }
        if (Columns(named, right) is not { } columns)
            return null;
        var width = left.Schema.Count;
        var both = leftScope.And(new Scope([new ScopeTable(path, columns, width)]));
        var condition = new ExpressionBinder(context, both, new Clause("JOIN ... ON")).BindCondition(join.On!, "JOIN ... ON");
        return condition is BoundError
            ? null
            : (condition, join.Kind == JoinKind.Left ? both.WithNullable(Enumerable.Range(width, columns.Count).ToHashSet()) : both);
    }

    // The columns by the names that the alias gives them.
    Schema? Columns(NamedTable named, Schema columns)
    {
        if (named.Alias is not { Columns.Count: > 0 } alias)
            return columns;
        if (alias.Columns.Count == columns.Count)
            return new Schema([.. columns.Fields.Select((field, i) => field with { Name = alias.Columns[i].Text })]);
        context.Report(BindErrors.AliasColumns(context.SpanOf(alias), alias.Name.Text, alias.Columns.Count, columns.Count));
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

    public static Diagnostic NoTime(SourceSpan span) =>
        new(SqlState.InvalidColumnReference, "FOR SYSTEM_TIME AS OF needs a time of the rows before it", span,
            Hint: "Use a column that is PROCTIME(), or the rowtime of WATERMARK FOR, for the versions of a table with a primary key.");

    public static Diagnostic NoVersions(SourceSpan span, string name, bool needsKey) =>
        new(SqlState.FeatureNotSupported, $"table \"{name}\" has no versions: it has no {(needsKey ? "primary key" : "watermark")}", span,
            Hint: needsKey
                ? "Declare PRIMARY KEY (...) NOT ENFORCED in CREATE TABLE, or use a column that is PROCTIME()."
                : "Declare WATERMARK FOR the column that says from when on a row holds, or use a column that is PROCTIME().");

    public static Diagnostic NoVersions(SourceSpan span, string name) =>
        new(SqlState.FeatureNotSupported, $"query \"{name}\" does not give versions", span,
            Hint: "It must take the last row of each key by rowtime, ROW_NUMBER() OVER (PARTITION BY key ORDER BY rowtime DESC) = 1, of rows that only come, or "
                + "columns of a table with a primary key and a watermark; conditions belong behind the join.");

    public static Diagnostic OtherTime(SourceSpan span, SqlType left, SqlType right) =>
        new(SqlState.DatatypeMismatch, $"a time of type {left.WithNullability(true)} cannot choose between versions by {right.WithNullability(true)}", span,
            Hint: "Declare both rowtimes as TIMESTAMP(3), or both as TIMESTAMP_LTZ(3).");

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
