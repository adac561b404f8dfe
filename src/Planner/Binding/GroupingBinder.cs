using SqlStream.Core.Types;
using SqlStream.Planner.Expressions;

namespace SqlStream.Planner.Binding;

/// <summary>GROUPING, GROUPING_ID and GROUP_ID as values of the number of the grouping set.</summary>
/// <param name="context">Where errors go.</param>
/// <param name="groups">The keys and sets.</param>
/// <param name="set">Where the number of the set is; null without grouping sets.</param>
sealed class GroupingBinder(BindContext context, GroupKeys groups, BoundColumn? set)
{
    const int BitsMax = 63;

    /// <summary>True for the name of such a function, in upper case.</summary>
    public static bool IsGrouping(string upper) => upper is "GROUPING" or "GROUPING_ID" or "GROUP_ID";

    /// <summary>How many arguments a function takes at the most.</summary>
    public static int ArgumentsMax(string upper) => upper == "GROUP_ID" ? 0 : BitsMax;

    /// <summary>The value: the first argument is the highest bit, which is set where the group leaves that key out; for GROUP_ID how many
    /// equal sets come before.</summary>
    public BoundExpression Bind(BoundGrouping grouping)
    {
        var keys = new List<int>();
        foreach (var argument in grouping.Arguments)
        {
            var key = groups.Keys.IndexOf(argument);
            if (key < 0)
                return context.Error(BindErrors.NotAGroupingKey(argument.Span, grouping.Function));
            keys.Add(key);
        }
        var values = Enumerable.Range(0, groups.Sets.Count)
            .Select(number => grouping.Function == "GROUP_ID" ? Repetition(number) : Bits(groups.Sets[number], keys))
            .ToList();
        return Choose(values, grouping);
    }

    long Repetition(int number) => groups.Sets.Take(number).Count(other => other == groups.Sets[number]);

    static long Bits(ValueList<int> kept, List<int> keys) =>
        keys.Aggregate(0L, (bits, key) => (bits << 1) | (kept.Contains(key) ? 0L : 1L));

    BoundExpression Choose(List<long> values, BoundGrouping grouping)
    {
        if (set is null || values.Distinct().Count() == 1)
            return Literal(values[0], grouping);
        var arms = values.Select((value, number) => (value, number))
            .Where(entry => entry.value != values[^1])
            .Select(entry => new BoundCaseArm(
                context.Calls.Operator("=", grouping.Span, [set, new BoundLiteral(set.Type, entry.number)]), Literal(entry.value, grouping)));
        return new BoundCase([.. arms], Literal(values[^1], grouping), grouping.Type) { Span = grouping.Span };
    }

    static BoundLiteral Literal(long value, BoundGrouping grouping) =>
        new(SqlType.BigInt.WithNullability(false), value) { Span = grouping.Span };
}
