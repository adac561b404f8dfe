using SqlStream.Core.Types;
using SqlStream.Planner.Expressions;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Logical;

/// <summary>A condition by which the times of the rows of a pair are near each other: left time - right time is between two bounds.</summary>
/// <param name="LeftTime">The rowtime column of the left input, or one that is PROCTIME().</param>
/// <param name="RightTime">That of the right input, of the same kind.</param>
/// <param name="LowerMicros">The least difference in microseconds.</param>
/// <param name="UpperMicros">The greatest.</param>
/// <param name="Rest">What else must be TRUE; null if nothing.</param>
sealed record IntervalBounds(int LeftTime, int RightTime, long LowerMicros, long UpperMicros, BoundExpression? Rest)
{
    /// <summary>The input whose time is the window_end of rows that come when their windows close: 0 for the left, 1 for the right one. Null where both times
    /// are time attributes.</summary>
    public int? WindowInput { get; init; }

    /// <summary>The times are those of processing: the clock is the watermark of the join.</summary>
    public bool IsProcessing { get; init; }

    // Farther apart than that are no two rows of a table: such a bound is none. Sums of times and bounds do not overflow below it.
    const long BoundMax = 400_000_000_000_000_000;

    /// <summary>The bounds of a join, or null if it has not both, or is not one that gives pairs.</summary>
    /// <param name="join">The join.</param>
    /// <param name="further">A condition that stands on an inner join, and may be one of it; null if there is none.</param>
    public static IntervalBounds? Of(LogicalJoin join, BoundExpression? further = null)
    {
        if (join.Kind.IsLeftOnly())
            return null;
        var conjuncts = (join.Condition?.Conjuncts() ?? []).ToList();
        if (join.Kind == JoinType.Inner && further is not null)
            conjuncts.AddRange(further.Conjuncts());
        return Of(new TimeTerms(join), conjuncts);
    }

    /// <summary>The bounds of an inner join between a rowtime and the window_end of rows that come when their windows close; null if it has not both.</summary>
    public static IntervalBounds? OfWindows(LogicalJoin join)
    {
        if (join.Kind != JoinType.Inner || join.Condition is null)
            return null;
        List<BoundExpression> conjuncts = [.. join.Condition.Conjuncts()];
        for (var input = 0; input <= 1; input++)
        {
            if (Of(new TimeTerms(join) { WindowInput = input }, conjuncts) is { } bounds)
                return bounds with { WindowInput = input };
        }
        return null;
    }

    /// <summary>The condition by which a join bounds a rowtime by a time of processing, or null if it does not.</summary>
    public static BoundExpression? Mixed(LogicalJoin join)
    {
        if (join.Kind.IsLeftOnly())
            return null;
        var terms = new TimeTerms(join) { IsMixed = true };
        var conjuncts = (join.Condition?.Conjuncts() ?? []).ToList();
        return Of(terms, conjuncts) is null ? null : conjuncts.First(conjunct => terms.BoundOf(conjunct) is not null);
    }

    static IntervalBounds? Of(TimeTerms terms, List<BoundExpression> conjuncts)
    {
        (int Left, int Right)? columns = null;
        long? lower = null;
        long? upper = null;
        var rest = new List<BoundExpression>();
        foreach (var conjunct in conjuncts)
        {
            var bound = terms.BoundOf(conjunct);
            if (bound is not { } found || (columns is { } known && known != found.Columns))
            {
                rest.Add(conjunct);
                continue;
            }
            columns = found.Columns;
            if (found.Lower is { } least)
                lower = Math.Max(lower ?? least, least);
            if (found.Upper is { } greatest)
                upper = Math.Min(upper ?? greatest, greatest);
            // What is equal may be a key as well.
            if (found.Lower == found.Upper)
                rest.Add(conjunct);
        }
        return columns is not { } pair || lower is not { } first || upper is not { } last || Math.Abs(first) > BoundMax || Math.Abs(last) > BoundMax
            ? null
            : new IntervalBounds(pair.Left, pair.Right, first, last, ExpressionTrees.And(rest)) { IsProcessing = terms.IsProcessing(pair.Left) };
    }

    /// <summary>True if a column of the output still tells the time of the rows: that of a side whose rows do not come out as NULLs.</summary>
    public bool KeepsTime(LogicalJoin join, int column)
    {
        if (IsProcessing)
            return false;
        var width = join.Left.Schema.Count;
        return column < width ? column == LeftTime && !join.Kind.KeepsRight() : column - width == RightTime && !join.Kind.KeepsLeft();
    }
}

/// <summary>Reads comparisons of the times of both sides of a join.</summary>
sealed class TimeTerms(LogicalJoin join)
{
    const long MicrosPerMilli = 1_000;

    readonly int _width = join.Left.Schema.Count;

    /// <summary>Reads comparisons of a rowtime with a time of processing, and no others.</summary>
    public bool IsMixed { get; init; }

    /// <summary>The input whose windows are read instead of its time attributes; null for none.</summary>
    public int? WindowInput { get; init; }

    /// <summary>True for a column of either side that is the time of processing.</summary>
    public bool IsProcessing(int column) => column < _width
        ? ProcessingTime.IsColumn(join.Left, column)
        : ProcessingTime.IsColumn(join.Right, column - _width);

    /// <summary>What a condition says of left time - right time, if it compares them; a bound that it does not set is null.</summary>
    public ((int Left, int Right) Columns, long? Lower, long? Upper)? BoundOf(BoundExpression condition)
    {
        if (condition is not BoundCall { Arguments: [var one, var other], Function.Name: "=" or "<" or "<=" or ">" or ">=" } call
            || Term(one) is not { } first || Term(other) is not { } second || first.Column < _width == second.Column < _width
            || (IsProcessing(first.Column) != IsProcessing(second.Column)) != IsMixed)
            return null;
        var sign = call.Function.Name;
        var (left, right) = (first, second);
        if (first.Column >= _width)
        {
            (left, right) = (second, first);
            sign = sign switch { "<" => ">", "<=" => ">=", ">" => "<", ">=" => "<=", _ => sign };
        }
        // left + a OP right + b says left - right OP b - a; times are whole milliseconds.
        var difference = right.Offset - left.Offset;
        var tick = difference % MicrosPerMilli == 0 ? MicrosPerMilli : 1;
        var columns = (left.Column, right.Column - _width);
        return sign switch
        {
            "<" => (columns, null, difference - tick),
            "<=" => (columns, null, difference),
            ">" => (columns, difference + tick, null),
            ">=" => (columns, difference, null),
            _ => (columns, difference, difference),
        };
    }

    // A column that is a time attribute, and what is added to it.
    (int Column, long Offset)? Term(BoundExpression expression) => expression switch
    {
        BoundColumn { Type.Layout: ColumnLayout.Int64 } column when WindowInput == (column.Index < _width ? 0 : 1) => OfWindow(column.Index),
        BoundColumn { Type.Layout: ColumnLayout.Int64 } column when IsRowtime(column.Index) || IsProcessing(column.Index) => (column.Index, 0),
        BoundCast { IsTry: false } cast when cast.Type.IsTimestamp && Widening.IsLossless(cast.Operand.Type, cast.Type) => Term(cast.Operand),
        BoundCall { Function.Name: "+", Arguments: [var time, var interval] } when Interval(interval) is { } micros => Moved(time, micros),
        BoundCall { Function.Name: "+", Arguments: [var interval, var time] } when Interval(interval) is { } micros => Moved(time, micros),
        BoundCall { Function.Name: "-", Arguments: [var time, var interval] } when Interval(interval) is { } micros => Moved(time, -micros),
        _ => null,
    };

    (int Column, long Offset)? OfWindow(int column)
    {
        var first = column < _width ? 0 : _width;
        return ClosedWindows.Find(first == 0 ? join.Left : join.Right, column - first) is var (end, micros) ? (first + end, micros) : null;
    }

    (int Column, long Offset)? Moved(BoundExpression time, long micros) => Term(time) is { } term ? (term.Column, term.Offset + micros) : null;

    bool IsRowtime(int column) => column < _width
        ? TimeAttributes.IsRowtime(join.Left, column)
        : TimeAttributes.IsRowtime(join.Right, column - _width);

    static long? Interval(BoundExpression expression) => expression switch
    {
        BoundLiteral { Type.Kind: SqlTypeKind.IntervalDaySecond, Value: long micros } when Math.Abs(micros / 4) < long.MaxValue / 16 => micros,
        BoundCast { Type.Kind: SqlTypeKind.IntervalDaySecond, Operand.Type.Kind: SqlTypeKind.IntervalDaySecond } cast => Interval(cast.Operand),
        _ => null,
    };
}
