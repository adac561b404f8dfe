using SqlStream.Core.Types;
using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Binding;

/// <summary>A query whose rows are the versions of a key, each from its time on: the last row of each key by rowtime, or columns of a table with a primary
/// key and a rowtime.</summary>
/// <param name="Node">What gives the versions. Of the last rows of a key these are all rows of the input, since each was the last one at its time.</param>
/// <param name="Key">The columns of the key.</param>
/// <param name="Time">The column that says from when on a version holds.</param>
sealed record VersionedQuery(LogicalNode Node, ValueList<int> Key, int Time)
{
    /// <summary>The versions that an optimized query gives, or null if it does not give versions.</summary>
    public static VersionedQuery? Of(LogicalNode query) => query switch
    {
        LogicalProject project => Of(project.Input) is { } below ? Projected(project, below) : null,
        LogicalTopN top => Last(top),
        LogicalScan scan => Table(scan),
        _ => null,
    };

    static VersionedQuery? Projected(LogicalProject project, VersionedQuery below)
    {
        var key = below.Key.Map(Position);
        var time = Position(below.Time);
        return time < 0 || key.Contains(-1) ? null : new VersionedQuery(project with { Input = below.Node }, key, time);

        int Position(int column)
        {
            for (var i = 0; i < project.Projections.Count; i++)
            {
                if (project.Projections[i] is BoundColumn passed && passed.Index == column)
                    return i;
            }
            return -1;
        }
    }

    // ROW_NUMBER() OVER (PARTITION BY key ORDER BY rowtime DESC) = 1 of rows that only come.
    static VersionedQuery? Last(LogicalTopN top)
    {
        if (top is not { Kind: RankKind.RowNumber, First: 1, Last: 1, Partition.IsEmpty: false, Order: [{ Descending: true, Column: var time }] }
            || !TimeAttributes.IsRowtime(top.Input, time) || !OnlyGrows(top.Input))
        {
            return null;
        }
        var width = top.Input.Schema.Count;
        var columns = Enumerable.Range(0, width).Select(i => (BoundExpression)top.Input.Schema.Column(i)).ToValueList();
        if (top.Schema.Count > width)
            columns = columns.Add(new BoundLiteral(top.Schema[width].Type, 1L));
        var rows = new LogicalProject(top.Input, columns, top.Schema.Fields.Map(field => field.Name)) { Span = top.Span };
        return new VersionedQuery(rows, top.Partition, time);
    }

    static VersionedQuery? Table(LogicalScan scan)
    {
        if (scan.Table.PrimaryKey.IsEmpty || scan.Table.Rowtime is not { } rowtime)
            return null;
        var columns = scan.Columns.ToList();
        var key = scan.Table.PrimaryKey.Map(columns.IndexOf);
        var time = columns.IndexOf(rowtime);
        return time < 0 || key.Contains(-1) ? null : new VersionedQuery(scan, key, time);
    }

    static bool OnlyGrows(LogicalNode node) => node switch
    {
        LogicalScan scan => scan.Table.Source.Changelog.IsAppendOnly,
        LogicalValues or LogicalProject or LogicalFilter or LogicalCorrelate or LogicalUnion or LogicalWindowTable or LogicalLookupJoin or LogicalTemporalJoin
            or LogicalProctime => node.Children.All(OnlyGrows),
        _ => false,
    };
}
