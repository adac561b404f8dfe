using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;

namespace SqlStream.Planner.Lowering;

/// <summary>Which columns of each table a job reads: the union over all its scans, so that each table is read
/// once.</summary>
sealed class ScanColumns
{
    readonly Dictionary<BoundTable, SortedSet<int>> _columns = [];

    /// <summary>Collects the columns of all scans under some roots.</summary>
    public ScanColumns(IEnumerable<LogicalNode> roots)
    {
        foreach (var root in roots)
            Collect(root);
    }

    /// <summary>Positions in the table's schema, ascending, at least one: what is read, what the watermark needs, and
    /// the key where the source gives updates by key.</summary>
    public IReadOnlyList<int> Of(BoundTable table) => [.. _columns[table]];

    void Collect(LogicalNode node)
    {
        if (node is LogicalScan scan)
            Add(scan);
        foreach (var child in node.Children)
            Collect(child);
    }

    void Add(LogicalScan scan)
    {
        var table = scan.Table;
        if (!_columns.TryGetValue(table, out var columns))
            _columns[table] = columns = [];
        columns.UnionWith(scan.Columns);
        if (table.Rowtime is { } rowtime)
            columns.Add(rowtime);
        table.Watermark?.CollectColumns(columns);
        if (table.Source.Changelog.IsUpsert)
            columns.UnionWith(table.PrimaryKey);
    }
}
