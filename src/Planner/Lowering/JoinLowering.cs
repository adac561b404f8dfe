using SqlStream.Core.Types;
using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Lowering;

/// <summary>Joins as operators over inputs that are partitioned by what must be equal.</summary>
sealed class JoinLowering(RuntimeMode mode, TimeSpan stateTtl)
{
    /// <summary>The join of two inputs.</summary>
    public PhysicalNode Lower(LogicalJoin join, PhysicalNode left, PhysicalNode right)
    {
        if (join.Kind == JoinType.Right)
            return Mirrored(join, left, right);
        var bounds = Bounds(join, left, right) ?? WindowBounds(join, left, right);
        if (bounds is { IsProcessing: true })
            (left, right) = (new PhysicalProctimeAssigner(left, bounds.LeftTime), new PhysicalProctimeAssigner(right, bounds.RightTime));
        var ends = WindowJoins.EndsOf(join);
        var condition = JoinCondition.Of(bounds is null ? join.Condition : bounds.Rest, left.Schema.Count, withNulls: bounds is null && ends is null);
        var (leftWidth, rightWidth) = (left.Schema.Count, right.Schema.Count);
        var (leftInput, leftKeys) = WithKeys(left, [.. condition.Equal.Select(pair => pair.Left)]);
        var (rightInput, rightKeys) = WithKeys(right, [.. condition.Equal.Select(pair => pair.Right)]);
        var added = leftInput.Schema.Count - leftWidth;
        var rest = condition.Rest?.MapColumns(column => column < leftWidth ? column : column + added);
        var finalOnly = mode != RuntimeMode.Streaming && left.IsBounded && right.IsBounded
            && left.Changelog.IsAppendOnly && right.Changelog.IsAppendOnly && join.Kind is not (JoinType.Inner or JoinType.Semi);
        // What decides about pairs alone can be tested after them, unless rows come out because they have none.
        var isFiltered = join.Kind == JoinType.Inner && rest is not null;
        var leftRows = AggregateLowering.Partitioned(leftInput, leftKeys);
        var rightRows = AggregateLowering.Partitioned(rightInput, rightKeys);
        var residual = isFiltered ? null : rest;
        PhysicalNode result = ends is var (leftEnd, rightEnd)
            ? new PhysicalWindowJoin(leftRows, rightRows, join.Kind, leftKeys, rightKeys, leftEnd, rightEnd, residual)
            {
                LeftTimes = TimesOf(join.Left),
                RightTimes = TimesOf(join.Right),
            }
            : bounds is null
            ? new PhysicalJoin(leftRows, rightRows, join.Kind, leftKeys, rightKeys, residual, finalOnly)
            {
                NullKeys = [.. Enumerable.Range(0, condition.Equal.Count).Where(key => condition.Equal[key].WithNulls)],
                LeftTtlMillis = finalOnly ? 0 : (long)(join.LeftTtl ?? stateTtl).TotalMilliseconds,
                RightTtlMillis = finalOnly ? 0 : (long)(join.RightTtl ?? stateTtl).TotalMilliseconds,
            }
            : new PhysicalIntervalJoin(
                leftRows, rightRows, join.Kind, leftKeys, rightKeys, bounds.LeftTime, bounds.RightTime, bounds.LowerMicros, bounds.UpperMicros, residual)
            {
                WindowInput = bounds.WindowInput,
            };
        if (isFiltered)
            result = Calcs.Filter(result, rest!);
        return result.Schema.Count == join.Schema.Count
            ? result
            : Calcs.Pick(result, [.. Enumerable.Range(0, leftWidth), .. Enumerable.Range(leftWidth + added, join.Kind.IsLeftOnly() ? 0 : rightWidth)]);
    }

    // Without bounds it is a join that keeps its rows; the time of processing of a row that is taken away would be another one.
    static IntervalBounds? Bounds(LogicalJoin join, PhysicalNode left, PhysicalNode right)
    {
        if (IntervalBounds.Mixed(join) is { } mixed)
            throw PlanErrors.MixedTimes(mixed.Span);
        var bounds = IntervalBounds.Of(join);
        if (left.Changelog.IsAppendOnly && right.Changelog.IsAppendOnly)
            return bounds;
        return bounds is { IsProcessing: true }
            ? throw PlanErrors.ProctimeJoinOfUpdates(join.Span, UpdateOrigin.Describe(left.Changelog.IsAppendOnly ? right : left))
            : null;
    }

    // It gives what a join gives that keeps all rows; one that is told how long to keep them, or has keys that may be NULL, is one.
    IntervalBounds? WindowBounds(LogicalJoin join, PhysicalNode left, PhysicalNode right) =>
        left.Changelog.IsAppendOnly && right.Changelog.IsAppendOnly && stateTtl == TimeSpan.Zero && join is { LeftTtl: null, RightTtl: null }
        && WindowJoins.EndsOf(join) is null && !JoinCondition.Of(join.Condition, left.Schema.Count, withNulls: true).Equal.Any(pair => pair.WithNulls)
            ? IntervalBounds.OfWindows(join)
            : null;

    static ValueList<int> TimesOf(LogicalNode node) =>
        [.. Enumerable.Range(0, node.Schema.Count).Where(column => TimeAttributes.WindowKind(node, column) == WindowPropertyKind.Time)];

    // RIGHT is LEFT with the sides exchanged.
    PhysicalNode Mirrored(LogicalJoin join, PhysicalNode left, PhysicalNode right)
    {
        var (leftWidth, rightWidth) = (left.Schema.Count, right.Schema.Count);
        var mirrored = new LogicalJoin(
            join.Right, join.Left, JoinType.Left, join.Condition?.MapColumns(column => column < leftWidth ? column + rightWidth : column - leftWidth))
        {
            Span = join.Span,
            LeftTtl = join.RightTtl,
            RightTtl = join.LeftTtl,
        };
        return Calcs.Pick(Lower(mirrored, right, left), [.. Enumerable.Range(rightWidth, leftWidth), .. Enumerable.Range(0, rightWidth)]);
    }

    /// <summary>An input whose keys are columns: those that are computed become columns behind the others.</summary>
    public static (PhysicalNode Input, ValueList<int> Keys) WithKeys(PhysicalNode input, ValueList<BoundExpression> keys)
    {
        var width = input.Schema.Count;
        var computed = keys.Where(key => key is not BoundColumn).Distinct().ToList();
        if (computed.Count > 0)
        {
            input = Calcs.Make(
                input, null,
                [.. Enumerable.Range(0, width).Select(i => (BoundExpression)input.Schema.Column(i)), .. computed],
                [.. input.Schema.Fields.Select(field => field.Name), .. computed.Select(key => key.Describe())]);
        }
        return (input, keys.Map(key => key is BoundColumn column ? column.Index : width + computed.IndexOf(key)));
    }
}

/// <summary>The condition of a join in two parts.</summary>
/// <param name="Equal">What must be equal: expressions over the columns of either input, of one type; and whether NULLs are equal.</param>
/// <param name="Rest">What else must be TRUE, over the columns of both; null if nothing.</param>
sealed record JoinCondition(ValueList<(BoundExpression Left, BoundExpression Right, bool WithNulls)> Equal, BoundExpression? Rest)
{
    /// <summary>Takes a condition apart.</summary>
    /// <param name="condition">The condition; null is TRUE.</param>
    /// <param name="leftWidth">How many of its columns are those of the left input.</param>
    /// <param name="withNulls">IS NOT DISTINCT FROM may be a key as well.</param>
    public static JoinCondition Of(BoundExpression? condition, int leftWidth, bool withNulls = false)
    {
        var equal = new List<(BoundExpression Left, BoundExpression Right, bool WithNulls)>();
        var rest = new List<BoundExpression>();
        foreach (var conjunct in condition?.Conjuncts() ?? [])
        {
            var areNullsEqual = withNulls && conjunct is BoundCall { Function.Name: "IS NOT DISTINCT FROM" };
            var pair = conjunct is BoundCall { Arguments: [var one, var other] } call && (areNullsEqual || call.Function.Name == "=")
                ? Pair(one, other, leftWidth) : null;
            if (pair is { } found)
                equal.Add((found.Left, found.Right, areNullsEqual));
            // Bytes of NaN are equal, NaN is not.
            if (pair is null ? conjunct is not BoundLiteral { Value: true } : !areNullsEqual && pair.Value.Left.Type.Kind is (SqlTypeKind.Float or SqlTypeKind.Double))
                rest.Add(conjunct);
        }
        return new JoinCondition([.. equal.Distinct()], ExpressionTrees.And(rest));
    }

    static (BoundExpression Left, BoundExpression Right)? Pair(BoundExpression one, BoundExpression other, int leftWidth)
    {
        if (!one.IsDeterministic || !other.IsDeterministic || !AreKeys(one.Type, other.Type))
            return null;
        var (of, and) = (Side(one, leftWidth), Side(other, leftWidth));
        if (of is null || and is null || of == and)
            return null;
        return of == 0 ? (one, Shift(other)) : (other, Shift(one));

        BoundExpression Shift(BoundExpression right) => right.MapColumns(column => column - leftWidth);
    }

    // Keys are compared by their bytes.
    static bool AreKeys(SqlType one, SqlType other) =>
        one.Layout == other.Layout && (one.SameIgnoringNullability(other) || (one.Kind == SqlTypeKind.Varchar && other.Kind == SqlTypeKind.Varchar));

    // Null where an expression reads both inputs or none.
    static int? Side(BoundExpression expression, int leftWidth)
    {
        var columns = expression.Columns();
        return columns.Count == 0 ? null : columns.Max < leftWidth ? 0 : columns.Min >= leftWidth ? 1 : null;
    }
}
