using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Lowering;

/// <summary>Joins with versions as operators over inputs that are partitioned by the primary key of the versions.</summary>
static class TemporalLowering
{
    /// <summary>The join of two inputs.</summary>
    public static PhysicalNode Lower(LogicalTemporalJoin join, PhysicalNode left, PhysicalNode right)
    {
        if (!left.Changelog.IsAppendOnly)
            throw PlanErrors.TemporalOfUpdates(join.Span, UpdateOrigin.Describe(left));
        var (leftWidth, rightWidth) = (left.Schema.Count, right.Schema.Count);
        var conjuncts = join.Condition.Conjuncts().ToList();
        var keys = new List<BoundExpression>();
        foreach (var column in join.RightKey)
        {
            var equal = conjuncts.Find(conjunct => KeyOf(conjunct, leftWidth, column) is not null)
                ?? throw PlanErrors.TemporalKey(join.Condition.Span, join.Right.Schema[column].Name);
            conjuncts.Remove(equal);
            keys.Add(KeyOf(equal, leftWidth, column)!);
        }
        var (keyed, leftKeys) = JoinLowering.WithKeys(left, [.. keys]);
        var added = keyed.Schema.Count - leftWidth;
        PhysicalNode result = new PhysicalTemporalJoin(
            AggregateLowering.Partitioned(keyed, leftKeys), AggregateLowering.Partitioned(right, join.RightKey),
            join.Kind, leftKeys, join.RightKey, join.LeftTime, join.RightTime);
        if (ExpressionTrees.And(conjuncts)?.MapColumns(column => column < leftWidth ? column : column + added) is { } rest)
            result = join.Kind == JoinType.Left ? WithVersionsThat(result, rest, keyed.Schema.Count) : Calcs.Filter(result, rest);
        return added == 0 ? result : Calcs.Pick(result, [.. Enumerable.Range(0, leftWidth), .. Enumerable.Range(leftWidth + added, rightWidth)]);
    }

    // A row has one version or none: one that does not satisfy the condition is as if there were none.
    static PhysicalNode WithVersionsThat(PhysicalNode joined, BoundExpression condition, int leftWidth)
    {
        var schema = joined.Schema;
        var tested = Calcs.Make(
            joined, null, [.. Enumerable.Range(0, schema.Count).Select(i => (BoundExpression)schema.Column(i)), condition],
            [.. schema.Fields.Select(field => field.Name), condition.Describe()]);
        var test = tested.Schema.Column(schema.Count);
        return Calcs.Make(
            tested, null,
            [.. Enumerable.Range(0, schema.Count).Select(i => i < leftWidth
                ? (BoundExpression)schema.Column(i)
                : new BoundCase([new BoundCaseArm(test, schema.Column(i))], null, schema[i].Type.WithNullability(true)))],
            [.. schema.Fields.Select(field => field.Name)]);
    }

    // What a column of the right side must be equal to, if that is what the condition says.
    static BoundExpression? KeyOf(BoundExpression condition, int leftWidth, int column) =>
        JoinCondition.Of(condition, leftWidth).Equal is [{ Left: var left, Right: BoundColumn { Index: var index } }] && index == column ? left : null;
}
