using SqlStream.Core.Connect;
using SqlStream.Core.Functions;
using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;
using SqlStream.Planner.Optimizer;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Lowering;

/// <summary>Finds the filters of a job that tell which splits of its tables are read at all, or which rows its readers make. A table is read
/// once for all its scans: left out is what none of them wants.</summary>
sealed class ScanFilters
{
    readonly SessionContext _session;
    readonly Func<ISource, IReadOnlyList<int>> _columnsOf;
    readonly Dictionary<BoundTable, List<BoundExpression?>> _filters = [];

    /// <summary>Collects the filters over all scans under some roots.</summary>
    /// <param name="roots">The roots.</param>
    /// <param name="session">What functions depend on.</param>
    /// <param name="columnsOf">The columns over which a source takes filters.</param>
    public ScanFilters(IEnumerable<LogicalNode> roots, SessionContext session, Func<ISource, IReadOnlyList<int>> columnsOf)
    {
        _session = session;
        _columnsOf = columnsOf;
        foreach (var root in roots)
            Collect(root);
    }

    /// <summary>The filter of a table, or null if all of it is read.</summary>
    public ScanFilter? Of(BoundTable table)
    {
        var filters = _filters[table].OfType<BoundExpression>().Distinct().ToList();
        if (filters.Count == 0 || _filters[table].Contains(null))
            return null;
        return new ScanFilter(filters.Count == 1 ? filters[0] : new BoundLogical(LogicalOperator.Or, [.. filters]), _session);
    }

    void Collect(LogicalNode node)
    {
        if (node is LogicalFilter { Input: LogicalScan filtered } filter)
        {
            Add(filtered.Table, OverColumns(filtered, filter.Predicate));
            return;
        }
        if (node is LogicalScan scan)
            Add(scan.Table, null);
        foreach (var child in node.Children)
            Collect(child);
    }

    void Add(BoundTable table, BoundExpression? filter)
    {
        if (!_filters.TryGetValue(table, out var filters))
            _filters[table] = filters = [];
        filters.Add(filter);
    }

    // The filter stays above the scan as well: what is left out here only saves work.
    BoundExpression? OverColumns(LogicalScan scan, BoundExpression predicate)
    {
        var columns = _columnsOf(scan.Table.Source);
        if (columns.Count == 0)
            return null;
        var (moving, _) = ConjunctSplit.Of(predicate.Inline(scan.Columns.Map(column => scan.Table.Columns[column])), columns.Contains);
        return ExpressionTrees.And(moving);
    }
}
