using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Planner.Expressions;
using SqlStream.Planner.Lowering;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Validation;

/// <summary>Finds values that are others when a row is taken back than when it was given: what is computed by a function such as UUID(), looked up, or
/// told by the message that brought a change. Whoever keeps the row does not find it again.</summary>
/// <remarks>From the roots down it follows the columns by which rows are found again: all that an operator keeps, the columns that an aggregation folds, the key of
/// a sink that writes by key. Where rows only come, nothing is needed.</remarks>
sealed class UpdateDeterminism
{
    readonly Dictionary<PhysicalNode, HashSet<int>> _seen = new(ReferenceEqualityComparer.Instance);
    readonly List<Diagnostic> _found = [];
    SourceSpan _root;

    /// <summary>All that is found, as warnings, in the order of the text.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="spans">For each root the position to blame where there is none nearer.</param>
    public static IReadOnlyList<Diagnostic> Find(PhysicalPlan plan, IReadOnlyList<SourceSpan> spans)
    {
        var search = new UpdateDeterminism();
        for (var i = 0; i < plan.Roots.Count; i++)
        {
            search._root = spans[i];
            search.Visit(plan.Roots[i], []);
        }
        return [.. search._found.Distinct().OrderBy(found => found.Span.Start)];
    }

    // The columns that must be the same in both: those that are asked for, of rows that may go.
    void Visit(PhysicalNode node, IEnumerable<int> needed)
    {
        HashSet<int> columns = node.Changelog.IsAppendOnly ? [] : [.. needed];
        if (_seen.TryGetValue(node, out var seen))
        {
            if (columns.IsSubsetOf(seen))
                return;
            columns.UnionWith(seen);
        }
        _seen[node] = columns;
        switch (node)
        {
            case PhysicalScan scan:
                CheckMetadata(scan, columns);
                break;
            case PhysicalCalc calc:
                Visit(calc.Input, calc.Input.Changelog.IsAppendOnly ? [] : NeededBy(calc, columns));
                break;
            case PhysicalLookupJoin join:
                CheckLookup(join, columns);
                Visit(join.Input, [.. columns.Where(column => column < join.Input.Schema.Count), .. join.InputKeys, .. Columns(join.Residual)]);
                break;
            case PhysicalSink sink:
                Visit(sink.Input, WritesByKey(sink) ? sink.Table.PrimaryKey : All(sink.Input));
                break;
            case PhysicalGroupAggregate group:
                VisitAggregated(group.Input, group.Keys, group.Aggregates);
                break;
            case PhysicalWindowAggregate window:
                VisitAggregated(window.Input, [.. window.Keys, window.Window.TimeColumn], window.Aggregates);
                break;
            case PhysicalLocalAggregate local:
                VisitAggregated(local.Input, local.Window is { } slices ? [.. local.Keys, slices.TimeColumn] : local.Keys, local.Aggregates);
                break;
            case PhysicalExchange exchange:
                Visit(exchange.Input, columns.Concat(exchange.Keys));
                break;
            case PhysicalWatermarkAssigner or PhysicalUnion:
                foreach (var child in node.Children)
                    Visit(child, columns);
                break;
            case PhysicalExpand expand:
                Visit(expand.Input, columns.Where(column => column > 0).Select(column => column - 1));
                break;
            case PhysicalWindowTable table:
                Visit(table.Input, columns.Where(column => column < table.Input.Schema.Count).Append(table.Window.TimeColumn));
                break;
            default:
                foreach (var child in node.Children)
                    Visit(child, All(child));
                break;
        }
    }

    // What is folded before it is sent is not found again by what it has become.
    void VisitAggregated(PhysicalNode input, ValueList<int> keys, ValueList<BoundAggregate> aggregates)
    {
        if (PhysicalLocalAggregate.Below(input) is { } local)
        {
            Visit(local, []);
            return;
        }
        Visit(input, keys.Concat(aggregates.SelectMany(call => call.Arguments)).Concat(aggregates.SelectMany(call => call.Filter is { } filter ? [filter] : Array.Empty<int>())));
    }

    HashSet<int> NeededBy(PhysicalCalc calc, HashSet<int> columns)
    {
        var needed = new HashSet<int>();
        foreach (var column in columns)
            Need(calc.Projections[column]);
        if (calc.Predicate is not null)
            Need(calc.Predicate);
        return needed;

        void Need(BoundExpression expression)
        {
            if (Changing(expression) is { } changing)
                _found.Add(PlanErrors.ComputedAnew(changing.Span.IsNone ? _root : changing.Span, changing.Describe(), UpdateOrigin.Describe(calc.Input)));
            expression.CollectColumns(needed);
        }
    }

    void CheckLookup(PhysicalLookupJoin join, HashSet<int> columns)
    {
        if (!join.Input.Changelog.IsAppendOnly && columns.Any(column => column >= join.Input.Schema.Count))
            _found.Add(PlanErrors.LookedUpAnew(_root, join.TableName, UpdateOrigin.Describe(join.Input)));
    }

    void CheckMetadata(PhysicalScan scan, HashSet<int> columns)
    {
        foreach (var column in columns.Select(column => scan.ReadColumns[column]).Where(column => column >= scan.Table.StoredColumns).Order())
            _found.Add(PlanErrors.OfTheMessage(_root, scan.Table.Schema[column].Name, scan.TableName));
    }

    static BoundExpression? Changing(BoundExpression expression) =>
        expression.IsDeterministic ? null : expression.Children.Select(Changing).FirstOrDefault(child => child is not null) ?? expression;

    static bool WritesByKey(PhysicalSink sink) => !sink.Sink.Accepts.HasUpdateBefore && SinkKeys.Match(sink);

    static IEnumerable<int> Columns(BoundExpression? expression) => expression is null ? [] : expression.Columns();

    static IEnumerable<int> All(PhysicalNode node) => Enumerable.Range(0, node.Schema.Count);
}
