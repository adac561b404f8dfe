using SqlStream.Core.Types;
using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Lowering;

/// <summary>A table as operators: scan, computed columns, watermark, and the last row per key where updates come by
/// key.</summary>
sealed class ScanLowering(ScanColumns scans, ScanFields fields, ScanFilters splits, ScanFilters rows, ScanPushdown pushed, TimeSpan stateTtl)
{
    readonly Dictionary<BoundTable, PhysicalNode> _tables = [];

    /// <summary>The operators that give the columns of a scan. All scans of a table stand on the same ones.</summary>
    public PhysicalNode Lower(LogicalScan scan)
    {
        var columns = scans.Of(scan.Table);
        if (!_tables.TryGetValue(scan.Table, out var table))
            _tables[scan.Table] = table = Table(scan.Table, columns);
        return columns.SequenceEqual(scan.Columns)
            ? table
            : Calcs.Pick(table, [.. scan.Columns.Select(column => Position(columns, column))]);
    }

    PhysicalNode Table(BoundTable table, IReadOnlyList<int> columns)
    {
        var node = Read(table, columns);
        if (table.Watermark is { } watermark)
        {
            node = new PhysicalWatermarkAssigner(
                node, Position(columns, table.Rowtime!.Value), watermark.MapColumns(column => Position(columns, column)));
        }
        if (!table.Source.Changelog.IsUpsert)
            return node;
        var key = table.PrimaryKey.Map(column => Position(columns, column));
        return new PhysicalChangelogNormalize(new PhysicalExchange(node, ExchangeKind.Hash, key), key) { TtlMillis = (long)stateTtl.TotalMilliseconds };
    }

    // The physical columns that the columns are made of, and a Calc where some are computed.
    PhysicalNode Read(BoundTable table, IReadOnlyList<int> columns)
    {
        var physical = new SortedSet<int>();
        foreach (var column in columns)
            table.Columns[column].CollectColumns(physical);
        // Without any column there would be no rows to compute constants for.
        if (physical.Count == 0)
            physical.Add(0);
        var read = physical.ToList();
        var scan = new PhysicalScan(table.Name, table.Connector, table.Source, [.. read], splits.Of(table), rows.Of(table), fields.Of(table, read))
        {
            Pushed = pushed.FilterOf(table),
            RowsMax = pushed.LimitOf(table),
        };
        var projections = columns.Select(column => table.Columns[column].MapColumns(read.IndexOf)).ToValueList();
        var names = columns.Select(column => table.Schema[column].Name).ToValueList();
        return Calcs.IsSame(projections, names, scan.Schema) ? scan : new PhysicalCalc(scan, null, projections, names);
    }

    static int Position(IReadOnlyList<int> columns, int column)
    {
        for (var i = 0; i < columns.Count; i++)
        {
            if (columns[i] == column)
                return i;
        }
        throw new Core.Diagnostics.EngineBugException($"column {column} is not read");
    }
}
