using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Lowering;

/// <summary>What the sources of a job are told of the rows that are wanted of them: filters that are tested where the rows are, and how many rows are enough.</summary>
/// <remarks>A table is read once for all its scans: left out is what none of them wants. A row that is left out moves no watermark, so tables with one are read whole.</remarks>
sealed class ScanPushdown
{
    readonly Dictionary<BoundTable, List<PushedFilter?>> _filters = [];
    readonly Dictionary<BoundTable, List<long?>> _limits = [];

    /// <summary>Collects over all scans under some roots.</summary>
    public ScanPushdown(IEnumerable<LogicalNode> roots)
    {
        foreach (var root in roots)
            Collect(root, null);
    }

    /// <summary>The filter of a table, or null if all of it is read.</summary>
    public PushedFilter? FilterOf(BoundTable table) => _filters[table] is var filters && !filters.Contains(null)
        ? RowPredicates.Either([.. filters.OfType<PushedFilter>().Distinct()])
        : null;

    /// <summary>How many rows of a table are enough, whichever they are; null if all are wanted.</summary>
    public long? LimitOf(BoundTable table) => _limits[table] is var limits && !limits.Contains(null) ? limits.Max() : null;

    // Between a limit and its scan may stand what gives one row for each.
    void Collect(LogicalNode node, long? limit)
    {
        switch (node)
        {
            case LogicalFilter { Input: LogicalScan filtered } filter:
                Add(filtered, filtered.Table.Watermark is null ? RowPredicates.Taken(OverColumns(filtered, filter.Predicate), filtered.Table.Source) : null, null);
                return;
            case LogicalScan scan:
                Add(scan, null, limit);
                return;
            case LogicalProject project:
                Collect(project.Input, limit);
                return;
            case LogicalSort { Keys.IsEmpty: true, Fetch: { } fetch } sort when fetch <= long.MaxValue - sort.Offset:
                Collect(sort.Input, Math.Min(limit ?? long.MaxValue, sort.Offset + fetch));
                return;
            case LogicalCollect collect:
                Collect(collect.Input, limit);
                return;
        }
        foreach (var child in node.Children)
            Collect(child, null);
    }

    void Add(LogicalScan scan, PushedFilter? filter, long? limit)
    {
        if (!_filters.ContainsKey(scan.Table))
            (_filters[scan.Table], _limits[scan.Table]) = ([], []);
        _filters[scan.Table].Add(filter);
        _limits[scan.Table].Add(scan.Table.Watermark is null && scan.Table.Source is { IsBounded: true, TakesLimit: true } ? limit : null);
    }

    static BoundExpression OverColumns(LogicalScan scan, BoundExpression predicate) => predicate.Inline(scan.Columns.Map(column => scan.Table.Columns[column]));
}
