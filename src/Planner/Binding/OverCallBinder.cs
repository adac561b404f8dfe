using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Expressions;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Binding;

/// <summary>The function of a call with OVER: its arguments and its frame.</summary>
/// <param name="context">Where errors go.</param>
/// <param name="expressions">Binds the arguments.</param>
sealed class OverCallBinder(BindContext context, ExpressionBinder expressions)
{
    static readonly string[] s_names =
        ["ROW_NUMBER", "RANK", "DENSE_RANK", "PERCENT_RANK", "CUME_DIST", "NTILE", "LAG", "LEAD"];

    /// <summary>The functions that are called with OVER only.</summary>
    public static IReadOnlyList<string> Names => s_names;

    /// <summary>True for the name of such a function, in upper case.</summary>
    public static bool IsKnown(string name) => s_names.Contains(name);

    /// <summary>The function over its arguments, or null after reporting an error.</summary>
    public (OverCall Call, ValueList<BoundExpression> Arguments)? Bind(
        FunctionCall call, string name, WindowSpecification window, ValueList<BoundExpression> order, SourceSpan span)
    {
        if (!IsKnown(name))
            return Aggregate(call, name, window, order, span);
        if (call.Star || call.Distinct || call.Filter is not null || call.OrderBy.Count > 0)
            return Fail(BindErrors.NotAnAggregate(span, name, call.Star ? "*" : call.Distinct ? "DISTINCT" : call.Filter is not null ? "FILTER" : "ORDER BY"));
        if (call.IgnoreNulls is { } ignores && name is not ("LAG" or "LEAD"))
            return Fail(BindErrors.NullTreatment(span, name, ignores));
        if (window.Frame is not null)
            return Fail(BindErrors.FrameOfRank(context.SpanOf(window.Frame), name));
        if (name != "ROW_NUMBER" && window.OrderBy.Count == 0)
            return Fail(BindErrors.RankWithoutOrder(span, name));
        if (name is "LAG" or "LEAD")
            return Shift(call, name, span);
        if (name == "NTILE")
            return Tile(call, span);
        if (call.Arguments.Count > 0)
            return Fail(BindErrors.RankArguments(span, name));
        OverCall function = name switch
        {
            "ROW_NUMBER" => new RankCall(RankKind.RowNumber, name),
            "RANK" => new RankCall(RankKind.Rank, name),
            "DENSE_RANK" => new RankCall(RankKind.DenseRank, name),
            _ => new ShareCall(name == "CUME_DIST", name),
        };
        return (function, []);
    }

    (OverCall Call, ValueList<BoundExpression> Arguments)? Tile(FunctionCall call, SourceSpan span)
    {
        if (call.Arguments.Count != 1)
            return Fail(BindErrors.OverArguments(span, "NTILE", "NTILE(parts)"));
        if (expressions.Bind(call.Arguments[0].Value) is not { } parts || parts is BoundError)
            return null;
        return Count(parts) is { } count and > 0
            ? (new TileCall(count, "NTILE"), [])
            : Fail(BindErrors.OverCount(parts.Span, "NTILE", "a positive number"));
    }

    (OverCall Call, ValueList<BoundExpression> Arguments)? Shift(FunctionCall call, string name, SourceSpan span)
    {
        if (call.Arguments.Count is 0 or > 3)
            return Fail(BindErrors.OverArguments(span, name, $"{name}(value [, rows [, default]])"));
        var arguments = expressions.BindAll(call.Arguments.Select(argument => argument.Value));
        if (CallFactory.ErrorAmong(arguments) is not null)
            return null;
        if (arguments[0].Type.Kind == SqlTypeKind.Null)
            return Fail(BindErrors.OverArguments(arguments[0].Span, name, $"{name}(value [, rows [, default]])"));
        var distance = arguments.Count > 1 ? Count(arguments[1]) ?? -1 : 1;
        if (distance < 0)
            return Fail(BindErrors.OverCount(arguments[1].Span, name, "a number of rows"));
        var type = arguments[0].Type;
        if (arguments.Count < 3)
            return (Call(null, type.WithNullability(true)), [arguments[0]]);
        if (context.Calls.Unify([arguments[0], arguments[2]]) is not { } both)
            return Fail(BindErrors.NoCommonType(arguments[2].Span, name, [type, arguments[2].Type]));
        var common = both[0].Type.WithNullability(both[0].Type.IsNullable || both[1].Type.IsNullable);
        return (Call(1, common), both);

        ShiftCall Call(int? standIn, SqlType result) =>
            new(0, name == "LAG" ? -distance : distance, standIn, name, result) { IgnoresNulls = call.IgnoreNulls is true };
    }

    (OverCall Call, ValueList<BoundExpression> Arguments)? Aggregate(
        FunctionCall call, string name, WindowSpecification window, ValueList<BoundExpression> order, SourceSpan span)
    {
        if (Frame(window, order) is not { } frame)
            return null;
        // As an aggregate it is bound like any other.
        var bound = expressions.AsAggregate().Bind(call with { Over = null });
        if (bound is not BoundAggregateCall aggregate)
            return bound is BoundError ? null : Fail(BindErrors.NotAWindowFunction(span, name));
        var arguments = aggregate.Filter is null ? aggregate.Arguments : aggregate.Arguments.Add(aggregate.Filter);
        var function = new BoundAggregate(
            aggregate.Function, aggregate.Call, [.. Enumerable.Range(0, aggregate.Arguments.Count)], aggregate.Distinct,
            aggregate.Filter is null ? null : aggregate.Arguments.Count, name);
        return (new OverAggregate(function, aggregate.RetractCall, frame), arguments);
    }

    OverFrame? Frame(WindowSpecification window, ValueList<BoundExpression> order)
    {
        if (window.Frame is not { } frame)
            return order.IsEmpty ? OverFrame.All : OverFrame.UpToCurrent;
        var span = context.SpanOf(frame);
        var last = frame.End ?? new FrameBound(FrameBoundKind.CurrentRow, null);
        if (frame.Start.Kind == FrameBoundKind.UnboundedFollowing || last.Kind == FrameBoundKind.UnboundedPreceding)
            return FailFrame(BindErrors.FrameOrder(span));
        var (start, end) = (Edge(frame.Start, frame.Rows, order, span), Edge(last, frame.Rows, order, span));
        if (start is null || end is null)
            return null;
        var (first, final) = (start.Value.Offset, end.Value.Offset);
        return first > final ? FailFrame(BindErrors.FrameOrder(span)) : new OverFrame(frame.Rows, first, final, !frame.Rows && !order[0].Type.IsInteger);
    }

    // Null after reporting an error.
    (long? Offset, bool)? Edge(FrameBound edge, bool rows, ValueList<BoundExpression> order, SourceSpan span)
    {
        switch (edge.Kind)
        {
            case FrameBoundKind.UnboundedPreceding or FrameBoundKind.UnboundedFollowing:
                return (null, true);
            case FrameBoundKind.CurrentRow:
                return (0, true);
        }
        var bound = expressions.Bind(edge.Offset!);
        if (bound is BoundError)
            return null;
        var offset = rows ? Count(bound) : Distance(bound, order, span);
        if (offset is null)
        {
            if (rows)
                context.Report(BindErrors.OverCount(bound.Span, "ROWS", "a number of rows"));
            return null;
        }
        if (offset < 0)
        {
            context.Report(BindErrors.OverCount(bound.Span, rows ? "ROWS" : "RANGE", "no negative number"));
            return null;
        }
        return (edge.Kind == FrameBoundKind.Preceding ? -offset : offset, true);
    }

    long? Distance(BoundExpression bound, ValueList<BoundExpression> order, SourceSpan span)
    {
        if (order.Count != 1)
        {
            context.Report(BindErrors.RangeOrder(span));
            return null;
        }
        var type = order[0].Type;
        var isTime = type.Kind is SqlTypeKind.Timestamp or SqlTypeKind.TimestampLtz && type.Layout == ColumnLayout.Int64;
        if (isTime && bound.Type.Kind == SqlTypeKind.IntervalDaySecond && context.Folder.Fold(bound) is BoundLiteral { Value: long micros })
            return micros;
        if (type.IsInteger && bound.Type.IsInteger && Count(bound) is { } count)
            return count;
        context.Report(BindErrors.RangeDistance(bound.Span, type, bound.Type));
        return null;
    }

    long? Count(BoundExpression bound) =>
        bound.Type.IsInteger && context.Folder.Fold(bound) is BoundLiteral { Value: { } value }
            ? Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture)
            : null;

    (OverCall, ValueList<BoundExpression>)? Fail(Diagnostic error)
    {
        context.Report(error);
        return null;
    }

    OverFrame? FailFrame(Diagnostic error)
    {
        context.Report(error);
        return null;
    }
}
