using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;

namespace SqlStream.Planner.Binding;

/// <summary>UNNEST and calls of table functions in FROM, by themselves or behind the tables whose columns they read.</summary>
/// <remarks>Such a call sees the tables before it, with LATERAL or without.</remarks>
sealed class CorrelateBinder(BindContext context)
{
    const string UnnestName = "UNNEST";

    /// <summary>True for what this class binds.</summary>
    public static bool IsCall(TableSyntax table) =>
        table is UnnestTable || (table is FunctionTable function && !WindowTableBinder.IsWindow(function.Call));

    /// <summary>A call that no column is part of.</summary>
    public (LogicalNode Node, Scope Scope) Bind(TableSyntax table) => Bind(table, LogicalValues.OneRow, Scope.Empty, isOuter: false);

    /// <summary>A join with a call, which sees the columns of the tables before it.</summary>
    public (LogicalNode Node, Scope Scope) Bind(JoinTable join)
    {
        var table = join.Right;
        var (left, leftScope) = new TableBinder(context).Bind(join.Left);
        if (left == QueryBinder.Failed)
            return (left, Scope.Unknown);
        if (join.Kind is JoinKind.Right or JoinKind.Full)
            return Failed(CorrelateErrors.KeepsRows(context.SpanOf(table), join.Kind == JoinKind.Right ? "RIGHT" : "FULL", NameOf(table)));
        if (join.Natural || join.Using.Count > 0)
            return Failed(CorrelateErrors.SharedColumns(context.SpanOf(table), join.Natural ? "NATURAL" : "USING", NameOf(table)));
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
            ? Failed(CorrelateErrors.OuterCondition(context.SpanOf(join.On), NameOf(table)))
            : (new LogicalFilter(node, condition) { Span = context.SpanOf(join.On) }, scope);
    }

    (LogicalNode Node, Scope Scope) Bind(TableSyntax table, LogicalNode input, Scope scope, bool isOuter)
    {
        if (Call(table, scope) is not { } call)
            return (QueryBinder.Failed, Scope.Unknown);
        var (withOrdinality, alias) = table is UnnestTable unnest ? (unnest.WithOrdinality, unnest.Alias) : (((FunctionTable)table).WithOrdinality, ((FunctionTable)table).Alias);
        var columns = call.Columns(isOuter);
        var produced = columns.Count - (withOrdinality ? 0 : 1);
        if (Names(call, alias, columns, produced) is not { } names)
            return (QueryBinder.Failed, Scope.Unknown);
        var width = input.Schema.Count;
        var node = new LogicalCorrelate(input, [.. Enumerable.Range(0, width)], call, [.. Enumerable.Range(0, produced)], names, isOuter)
        {
            Span = context.SpanOf(table),
        };
        var schema = new Schema([.. node.Schema.Fields.Skip(width)]);
        var own = new Scope([new ScopeTable(alias is null ? [] : [alias.Name.Text], schema, width)]);
        if (alias is not null && scope.Tables.Any(known => known.Path == own.Tables[0].Path))
            return Failed(BindErrors.DuplicateTable(context.SpanOf(table), alias.Name.Text));
        return (node, scope.And(own));
    }

    BoundTableCall? Call(TableSyntax table, Scope scope) => table is UnnestTable unnest ? Unnest(unnest, scope) : Function((FunctionTable)table, scope);

    BoundTableCall? Unnest(UnnestTable table, Scope scope)
    {
        if (table.Collections.Count > 1)
        {
            context.Report(BindErrors.NotSupported(
                context.SpanOf(table.Collections[1]), "UNNEST of several collections", "Join one UNNEST for each, WITH ORDINALITY where elements belong together."));
            return null;
        }
        var collection = new ExpressionBinder(context, scope, new Clause(UnnestName)).Bind(table.Collections[0]);
        if (collection is BoundError)
            return null;
        if (collection.Type is CollectionType or Core.Types.MapType)
            return context.Calls.Table(context.Calls.FindTable(UnnestName, context.SpanOf(table))!, context.SpanOf(table), [collection]);
        context.Report(CorrelateErrors.NoCollection(collection.Span, collection.Type));
        return null;
    }

    BoundTableCall? Function(FunctionTable table, Scope scope)
    {
        var (call, span) = (table.Call, context.SpanOf(table.Call));
        if (call.Name.Parts.Count > 1)
            return Refused(BindErrors.UndefinedFunction(span, call.Name.ToString(), "Functions have names without dots."));
        if (context.Calls.FindTable(call.Name.Last.Text, span) is not { } function)
            return null;
        if (call.Arguments.FirstOrDefault(argument => argument.Name is not null) is { } named)
            return Refused(BindErrors.NotSupported(context.SpanOf(named), $"named argument of function {call.Name.Last.Text.ToUpperInvariant()}"));
        if (Extra(call) is { } extra)
            return Refused(BindErrors.NotAnAggregate(span, call.Name.Last.Text, extra));
        var expressions = new ExpressionBinder(context, scope, new Clause("the arguments of a table function"));
        return context.Calls.Table(function, span, expressions.BindAll(call.Arguments.Select(argument => argument.Value)));

        BoundTableCall? Refused(Diagnostic error)
        {
            context.Report(error);
            return null;
        }
    }

    static string? Extra(FunctionCall call) =>
        call.Distinct ? "DISTINCT" : call.Filter is not null ? "FILTER" : !call.OrderBy.IsEmpty ? "ORDER BY" : call.Star ? "*" : call.Over is not null ? "OVER" : null;

    // A single column that has the name of its function is called as the table is.
    ValueList<string>? Names(BoundTableCall call, TableAlias? alias, ValueList<Field> columns, int produced)
    {
        if (alias is null)
            return [.. columns.Take(produced).Select(column => column.Name)];
        if (alias.Columns.IsEmpty)
        {
            var takesAlias = call.Call.Columns.Count == 1 && produced == 1
                && (columns[0].Name == TableFunction.UnnamedColumn || columns[0].Name.Equals(call.Function.Name, StringComparison.OrdinalIgnoreCase));
            return [.. columns.Take(produced).Select(column => takesAlias ? alias.Name.Text : column.Name)];
        }
        if (alias.Columns.Count == produced)
            return alias.Columns.Map(column => column.Text);
        context.Report(BindErrors.AliasColumns(context.SpanOf(alias), alias.Name.Text, alias.Columns.Count, produced));
        return null;
    }

    static string NameOf(TableSyntax table) => table is FunctionTable function ? function.Call.Name.Last.Text.ToUpperInvariant() : UnnestName;

    (LogicalNode Node, Scope Scope) Failed(Diagnostic error)
    {
        context.Report(error);
        return (QueryBinder.Failed, Scope.Unknown);
    }
}

/// <summary>Every message about UNNEST and table functions.</summary>
static class CorrelateErrors
{
    public static Diagnostic NoCollection(SourceSpan span, SqlType type) =>
        new(SqlState.DatatypeMismatch, $"UNNEST needs an ARRAY, MAP or MULTISET, not {type.WithNullability(true)}", span,
            Hint: type.IsCharacter ? "SPLIT makes an ARRAY of a string, and STRING_TO_TABLE rows." : null);

    public static Diagnostic KeepsRows(SourceSpan span, string kind, string function) =>
        new(SqlState.FeatureNotSupported, $"{kind} JOIN with {function} is not supported", span,
            Hint: "What it gives belongs to a row of the left side: use CROSS JOIN, or LEFT JOIN ... ON TRUE.");

    public static Diagnostic SharedColumns(SourceSpan span, string word, string function) =>
        new(SqlState.FeatureNotSupported, $"{word} with {function} is not supported", span, Hint: "Use CROSS JOIN, or JOIN ... ON.");

    public static Diagnostic OuterCondition(SourceSpan span, string function) =>
        new(SqlState.FeatureNotSupported, $"LEFT JOIN with {function} takes no condition but TRUE", span,
            Hint: "Write ON TRUE, and test the columns in WHERE.");

    public static Diagnostic UndefinedFunction(SourceSpan span, string name, string? hint) =>
        new(SqlState.UndefinedFunction, $"table function {name} does not exist", span,
            Hint: hint ?? "SHOW FUNCTIONS lists all functions; UNNEST gives the elements of a collection.");

    public static Diagnostic GivesRows(SourceSpan span, string name) =>
        new(SqlState.WrongObjectType, $"function {name} gives rows, not a value", span, Hint: $"Call it in FROM: FROM t, LATERAL TABLE({name}(...)).");
}
