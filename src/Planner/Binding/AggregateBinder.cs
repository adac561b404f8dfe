using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Binding;

/// <summary>Puts an aggregation between the input and the SELECT list: below it a projection of keys, arguments and
/// filters; above it the list over keys and results.</summary>
sealed class AggregateBinder(BindContext context, GroupKeys groups)
{
    readonly List<BoundAggregateCall> _calls = [];
    readonly List<BoundExpression> _keys = groups.Keys;
    bool _failed;

    /// <summary>The aggregation, and the outputs and HAVING over it; null if a column is neither grouped nor
    /// aggregated.</summary>
    public (LogicalNode Node, List<SelectOutput> Outputs, BoundExpression? Having)? Bind(
        LogicalNode input, List<SelectOutput> outputs, BoundExpression? having, SourceSpan span, TimeSpan? ttl)
    {
        var lifted = outputs.ConvertAll(output => output with { Expression = Lift(output.Expression) });
        var condition = having is null ? null : Lift(having);
        if (_failed)
            return null;
        return (Aggregation(input, span, ttl), lifted, condition);
    }

    // From the top down: what equals a key is the key, what is an aggregate is a result, and no column may be left.
    BoundExpression Lift(BoundExpression expression)
    {
        var lifted = expression.RewriteDown(node =>
        {
            var key = _keys.IndexOf(node);
            if (key >= 0)
                return new BoundColumn(key, KeyType(key), Name(_keys[key])) { Span = node.Span };
            switch (node)
            {
                case BoundAggregateCall call:
                    return new BoundColumn(FirstCall + Position(call), call.Type, Name(call)) { Span = node.Span };
                case BoundGrouping grouping:
                    var set = groups.HasSets ? new BoundColumn(_keys.Count, SqlType.Int.WithNullability(false), LogicalExpand.SetColumn) : null;
                    var bound = new GroupingBinder(context, groups, set).Bind(grouping);
                    _failed |= bound is BoundError;
                    return bound;
                case BoundColumn column:
                    _failed = true;
                    return context.Error(BindErrors.NotGrouped(column.Span, column.Name));
                default:
                    return null;
            }
        });
        // Keys that sets leave out are NULL, and so may be what is computed of them.
        return groups.HasSets && !_failed ? lifted.RewriteUp(context.Calls.Retype) : lifted;
    }

    SqlType KeyType(int key) =>
        groups.Sets.All(set => set.Contains(key)) ? _keys[key].Type : _keys[key].Type.WithNullability(true);

    // With grouping sets the number of the set comes between the keys and the results.
    int FirstCall => _keys.Count + (groups.HasSets ? 1 : 0);

    int Position(BoundAggregateCall call)
    {
        var known = call.IsDeterministic ? _calls.IndexOf(call) : -1;
        if (known >= 0)
            return known;
        _calls.Add(call);
        return _calls.Count - 1;
    }

    LogicalNode Aggregation(LogicalNode input, SourceSpan span, TimeSpan? ttl)
    {
        var columns = new List<BoundExpression>(_keys);
        var aggregates = Calls(columns);
        // COUNT(*) over all rows reads no column; rows without columns are avoided.
        LogicalNode below = columns.Count == 0
            ? input
            : new LogicalProject(input, [.. columns], [.. columns.Select(Name)]) { Span = span };
        return groups.HasSets
            ? GroupingSetsPlan.Of(below, groups, aggregates, span)
            : new LogicalAggregate(below, [.. Enumerable.Range(0, _keys.Count)], aggregates) { Span = span, Ttl = ttl };
    }

    ValueList<LogicalAggregateCall> Calls(List<BoundExpression> columns)
    {
        // Grouping sets make keys NULL, and arguments not.
        var first = groups.HasSets ? _keys.Count : 0;
        return [.. _calls.Select(call => new LogicalAggregateCall(
            new BoundAggregate(
                call.Function,
                call.Call,
                call.Arguments.Map(argument => Column(columns, first, argument)),
                call.Distinct,
                call.Filter is null ? null : Column(columns, first, call.Filter),
                Name(call)),
            call.RetractCall)
        {
            Span = call.Span,
        })];
    }

    // For people, so that implicit casts of literals are left out.
    string Name(BoundExpression expression) => context.Folder.Fold(expression).Describe();

    static int Column(List<BoundExpression> columns, int first, BoundExpression expression)
    {
        var known = expression.IsDeterministic ? columns.IndexOf(expression, first) : -1;
        if (known >= 0)
            return known;
        columns.Add(expression);
        return columns.Count - 1;
    }
}
