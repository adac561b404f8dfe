using SqlStream.Core.Connect;
using SqlStream.Core.Types;
using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;
using RowType = SqlStream.Core.Types.RowType;

namespace SqlStream.Planner.Lowering;

/// <summary>Which fields of the ROW columns of each table a job reads: the union over all its scans. A row that is handed on as a whole is
/// read as a whole.</summary>
sealed class ScanFields
{
    // Of each table, per physical column: the fields that are read, or null for the whole of it.
    readonly Dictionary<BoundTable, SortedDictionary<int, SortedSet<int>?>> _tables = [];

    /// <summary>Collects the fields that are read by what stands on all scans under some roots.</summary>
    public ScanFields(IEnumerable<LogicalNode> roots)
    {
        foreach (var root in roots)
            Collect(root);
    }

    /// <summary>The ROW columns of a table of which only some fields are read; empty where the source makes all in any case.</summary>
    public ValueList<FieldsRead> Of(BoundTable table, IReadOnlyCollection<int> columns)
    {
        if (!table.Source.SkipsUnreadFields)
            return [];
        var reads = _tables[table]
            .Where(use => columns.Contains(use.Key))
            .Select(use => use.Value is { } fields ? new FieldsRead(use.Key, [.. fields]) : null);
        return [.. reads.OfType<FieldsRead>().Where(read => read.Fields.Count < ((RowType)table.Connector.Schema[read.Column].Type).Fields.Count)];
    }

    void Collect(LogicalNode node)
    {
        switch (node)
        {
            case LogicalProject { Input: LogicalFilter { Input: LogicalScan scan } filter } project:
                Add(scan, [filter.Predicate, .. project.Projections]);
                break;
            case LogicalProject { Input: LogicalScan scan } project:
                Add(scan, project.Projections);
                break;
            case LogicalScan scan:
                Add(scan, [.. Enumerable.Range(0, scan.Columns.Count).Select(scan.Schema.Column)]);
                break;
            default:
                foreach (var child in node.Children)
                    Collect(child);
                break;
        }
    }

    void Add(LogicalScan scan, IEnumerable<BoundExpression> expressions)
    {
        var table = scan.Table;
        if (!_tables.TryGetValue(table, out var uses))
            _tables[table] = uses = [];
        foreach (var expression in expressions)
            Add(uses, expression.Inline(scan.Columns.Map(column => table.Columns[column])));
        if (table.Rowtime is { } rowtime)
            Add(uses, table.Columns[rowtime]);
        if (table.Watermark is { } watermark)
            Add(uses, watermark.Inline(table.Columns));
        if (table.Source.Changelog.IsUpsert)
        {
            foreach (var key in table.PrimaryKey)
                Add(uses, table.Columns[key]);
        }
    }

    static void Add(SortedDictionary<int, SortedSet<int>?> uses, BoundExpression expression)
    {
        if (expression is BoundCall { Function.Name: ".", Arguments: [BoundColumn { Type: RowType row } of, BoundLiteral { Value: string field }] })
        {
            if (!uses.TryGetValue(of.Index, out var fields))
                uses[of.Index] = fields = [];
            fields?.Add(row.IndexOf(field));
            return;
        }
        if (expression is BoundColumn whole)
            uses[whole.Index] = null;
        foreach (var child in expression.Children)
            Add(uses, child);
    }
}
