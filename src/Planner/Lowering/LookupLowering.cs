using SqlStream.Core.Types;
using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;
using SqlStream.Planner.Optimizer;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Lowering;

/// <summary>Lookup joins as operators: keys that are computed become columns of the input.</summary>
static class LookupLowering
{
    /// <summary>The join over an input.</summary>
    public static PhysicalNode Lower(LogicalLookupJoin join, PhysicalNode input)
    {
        var (table, width) = (join.Table, join.Input.Schema.Count);
        // Rows that come out without a pair have NULLs there, whatever would be computed of them.
        if (join.Columns.FirstOrDefault(column => table.Columns[column] is not BoundColumn, -1) is >= 0 and var computed)
            throw PlanErrors.ComputedLookup(join.Span, table.Schema[computed].Name, table.Name);
        ValueList<int> read = [.. join.Columns.Select(column => ((BoundColumn)table.Columns[column]).Index)];
        var condition = JoinCondition.Of(join.Condition, width);
        var keys = condition.Equal.Where(pair => pair.Right is BoundColumn).ToList();
        if (keys.Count == 0)
            throw PlanErrors.LookupWithoutKey(join.Condition.Span, table.Name);
        // Of two keys with one column of the table one is a condition.
        var other = condition.Equal.Where(pair => pair.Right is not BoundColumn);
        var rest = ExpressionTrees.And([
            .. other.Select(pair => Equal(join, (pair.Left, pair.Right), width)),
            .. condition.Rest is null ? Array.Empty<BoundExpression>() : [condition.Rest]]);
        var (keyed, inputKeys) = JoinLowering.WithKeys(input, [.. keys.Select(pair => pair.Left)]);
        var added = keyed.Schema.Count - width;
        rest = rest?.MapColumns(column => column < width ? column : column + added);
        // With a retry a key whose rows are of no use is still not one without rows.
        var pushed = join.Policy.Retry is null && condition.Rest is not null ? Pushed(condition.Rest, table, read, width) : null;
        if (join.Policy.Retry is not null && !input.Changelog.IsAppendOnly)
            throw PlanErrors.RetryOfUpdates(join.Span, table.Name, UpdateOrigin.Describe(input));
        // What an update takes back would come from another subtask than what it gives.
        if (join.Policy.Shuffles && input.Changelog.IsAppendOnly)
            keyed = new PhysicalExchange(keyed, ExchangeKind.Hash, inputKeys);
        var isFiltered = join.Kind == JoinType.Inner && rest is not null;
        PhysicalNode result = new PhysicalLookupJoin(
            keyed, table.Name, table.Connector, table.Source, read, join.Kind,
            inputKeys, [.. keys.Select(pair => ((BoundColumn)pair.Right).Index)], isFiltered ? null : rest)
        {
            Policy = join.Policy,
            Pushed = pushed,
        };
        if (isFiltered)
            result = Calcs.Filter(result, rest!);
        return added == 0
            ? result
            : Calcs.Pick(result, [.. Enumerable.Range(0, width), .. Enumerable.Range(width + added, join.Columns.Count)]);
    }

    // Conditions on the table alone, over the columns of its schema.
    static PushedFilter? Pushed(BoundExpression rest, BoundTable table, ValueList<int> read, int width)
    {
        var (alone, _) = ConjunctSplit.Of(rest, column => column >= width);
        return ExpressionTrees.And(alone) is { } condition ? RowPredicates.Taken(condition.MapColumns(column => read[column - width]), table.Source) : null;
    }

    // The condition that the pair was taken from.
    static BoundExpression Equal(LogicalLookupJoin join, (BoundExpression Left, BoundExpression Right) pair, int width)
    {
        var right = pair.Right.MapColumns(column => column + width);
        return join.Condition.Conjuncts().First(conjunct =>
            conjunct is BoundCall { Function.Name: "=", Arguments: [var one, var other] }
            && ((one.Equals(pair.Left) && other.Equals(right)) || (one.Equals(right) && other.Equals(pair.Left))));
    }
}
