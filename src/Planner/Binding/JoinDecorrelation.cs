using System.Diagnostics;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Binding;

/// <summary>Takes what refers to the query around out of a join in a sub-query.</summary>
/// <param name="context">Where errors go.</param>
/// <param name="span">Where the sub-query stands.</param>
/// <param name="decorrelation">Does the same with the inputs.</param>
sealed class JoinDecorrelation(BindContext context, SourceSpan span, Decorrelation decorrelation)
{
    /// <summary>The join and its conditions, or null after an error.</summary>
    public Correlated? Of(LogicalJoin join) => join.Kind switch
    {
        JoinType.Inner => InnerJoin(join),
        JoinType.Left or JoinType.Semi or JoinType.Anti => LeftJoin(join),
        JoinType.Right => RightJoin(join),
        JoinType.Full => FullJoin(join),
        _ => throw new UnreachableException($"join {join.Kind} has no decorrelation"),
    };

    Correlated? InnerJoin(LogicalJoin join)
    {
        if (decorrelation.Of(join.Left) is not { } left || decorrelation.Of(join.Right) is not { } right)
            return null;
        var (leftWidth, rightWidth) = (join.Left.Schema.Count, join.Right.Schema.Count);
        var rightStart = left.Node.Schema.Count;
        var shift = rightStart - leftWidth;
        var conjuncts = join.Condition?.MapColumns(column => column < leftWidth ? column : column + shift).Conjuncts().ToList() ?? [];
        var own = conjuncts.FindAll(Decorrelation.IsInner);
        own.AddRange(SameOnBothSides(left.Conditions, right.Conditions.Map(condition => condition.MapColumns(column => column + rightStart))));
        var joined = new LogicalJoin(left.Node, right.Node, JoinType.Inner, ExpressionTrees.And(own)) { Span = join.Span };
        // The columns as they were, and what the conditions read behind them.
        List<int> order =
        [
            .. Enumerable.Range(0, leftWidth), .. Enumerable.Range(rightStart, rightWidth),
            .. Enumerable.Range(leftWidth, shift), .. Enumerable.Range(rightStart + rightWidth, right.Node.Schema.Count - rightWidth),
        ];
        return new Correlated(
            Decorrelation.Picked(joined, [.. order], join.Span),
            [
                .. left.Conditions.Map(condition => condition.MapColumns(order.IndexOf)),
                .. right.Conditions.Map(condition => condition.MapColumns(column => order.IndexOf(column + rightStart))),
                .. conjuncts.FindAll(OuterColumns.IsOuter).ConvertAll(conjunct => conjunct.MapColumns(order.IndexOf)),
            ]);
    }

    // Two columns of the domain are the same value of the query around, hence each other's.
    List<BoundExpression> SameOnBothSides(ValueList<BoundExpression> left, ValueList<BoundExpression> right)
    {
        var same = new List<BoundExpression>();
        foreach (var one in left)
        {
            foreach (var other in right)
            {
                if (Decorrelation.EqualTo(one) is var (inner, outer) && Decorrelation.EqualTo(other) is var (otherInner, otherOuter) && outer.Equals(otherOuter)
                    && inner.Type.SameIgnoringNullability(otherInner.Type) && ((BoundCall)one).Function.Name == ((BoundCall)other).Function.Name)
                    same.Add(context.Calls.Operator(((BoundCall)one).Function.Name, span, [inner, otherInner]));
            }
        }
        return same;
    }

    // What the right side asks of the query around, the left side answers.
    Correlated? LeftJoin(LogicalJoin join)
    {
        if (decorrelation.Of(join.Left) is not { } rows || decorrelation.Of(join.Right) is not { } right)
            return null;
        var (leftWidth, rightWidth) = (join.Left.Schema.Count, join.Right.Schema.Count);
        if (decorrelation.Domain.Bind(rows, [.. right.Conditions, .. join.Expressions]) is not { } left)
            return null;
        var rightStart = left.Node.Schema.Count;
        List<BoundExpression> conditions =
        [
            .. join.Expressions.Select(condition => condition.MapColumns(column => column < leftWidth ? column : column - leftWidth + rightStart)),
            .. right.Conditions.Select(condition => condition.MapColumns(column => column + rightStart)),
        ];
        var joined = new LogicalJoin(left.Node, right.Node, join.Kind, ExpressionTrees.And(conditions.ConvertAll(left.Place))) { Span = join.Span };
        if (join.Kind.IsLeftOnly())
            return new Correlated(joined, left.Conditions);
        List<int> order = [.. Enumerable.Range(0, leftWidth), .. Enumerable.Range(rightStart, rightWidth), .. Enumerable.Range(leftWidth, rightStart - leftWidth)];
        return new Correlated(Decorrelation.Picked(joined, [.. order], join.Span), left.Conditions.Map(condition => condition.MapColumns(order.IndexOf)));
    }

    Correlated? RightJoin(LogicalJoin join)
    {
        var (leftWidth, rightWidth) = (join.Left.Schema.Count, join.Right.Schema.Count);
        var mirrored = new LogicalJoin(
            join.Right, join.Left, JoinType.Left, join.Condition?.MapColumns(column => column < leftWidth ? column + rightWidth : column - leftWidth))
        {
            Span = join.Span,
            LeftTtl = join.RightTtl,
            RightTtl = join.LeftTtl,
        };
        return decorrelation.Of(LogicalProject.Pick(mirrored, [.. Enumerable.Range(rightWidth, leftWidth), .. Enumerable.Range(0, rightWidth)]) with { Span = join.Span });
    }

    // Each side has its rows for each value of the query around; a row without a pair has the value of its side.
    Correlated? FullJoin(LogicalJoin join)
    {
        var columns = OuterColumns.Of(join);
        if (decorrelation.Of(join.Left) is not { } leftRows || decorrelation.Domain.Bind(leftRows, columns, alsoConditions: true, alwaysJoins: true) is not { } left
            || decorrelation.Of(join.Right) is not { } rightRows || decorrelation.Domain.Bind(rightRows, columns, alsoConditions: true, alwaysJoins: true) is not { } right)
            return null;
        var (leftWidth, rightWidth, rightStart) = (join.Left.Schema.Count, join.Right.Schema.Count, left.Node.Schema.Count);
        BoundExpression OfRight(BoundOuterColumn column) => right.Replacement(column).MapColumns(place => place + rightStart);
        List<BoundExpression> conditions =
        [
            .. join.Expressions.Select(condition => left.Place(condition.MapColumns(column => column < leftWidth ? column : column - leftWidth + rightStart))),
            .. columns.Select(column => OuterColumns.Replace(decorrelation.Domain.Same(left.Replacement(column), column), OfRight)),
        ];
        var joined = new LogicalJoin(left.Node, right.Node, JoinType.Full, ExpressionTrees.And(conditions)) { Span = join.Span };
        List<BoundExpression> projections =
        [
            .. Enumerable.Range(0, leftWidth).Concat(Enumerable.Range(rightStart, rightWidth)).Select(i => (BoundExpression)joined.Schema.Column(i)),
            .. columns.Select(column => EitherSide(column, Nullable(left.Replacement(column)), Nullable(OfRight(column)))),
        ];
        var node = new LogicalProject(joined, [.. projections], [.. join.Schema.Fields.Select(field => field.Name), .. columns.Select(column => column.Name)]) { Span = join.Span };
        return new Correlated(node, [.. columns.Select((column, i) => decorrelation.Domain.Same(node.Schema.Column(leftWidth + rightWidth + i), column))]);

        BoundColumn Nullable(BoundExpression column) => joined.Schema.Column(((BoundColumn)column).Index);
    }

    BoundCase EitherSide(BoundOuterColumn column, BoundExpression left, BoundExpression right) =>
        new([new BoundCaseArm(context.Calls.Operator("IS NOT NULL", span, [left]), left)], right, column.Type) { Span = span };
}
