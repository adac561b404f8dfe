using SqlStream.Core.Types;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Properties;

/// <summary>Whether the changes of a row come in their order, where its key is what tells it apart.</summary>
/// <remarks>An update that gives a row another value in a column by which rows are spread goes two ways: what it replaces over one subtask, and what it
/// becomes over another. Behind them either may be first.</remarks>
static class KeyOrder
{
    /// <summary>True if all changes of rows with the same values in some columns come one after the other.</summary>
    public static bool IsKept(PhysicalNode node, ValueList<int> key)
    {
        if (node.Changelog.IsAppendOnly)
            return true;
        switch (node)
        {
            case PhysicalScan or PhysicalChangelogNormalize:
                return true;
            case PhysicalExchange exchange:
                return exchange.Keys.All(key.Contains) && IsKept(exchange.Input, key);
            case PhysicalCalc calc:
                return Below(key, column => calc.Projections[column] is Expressions.BoundColumn column1 ? column1.Index : -1) is { } read && IsKept(calc.Input, read);
            case PhysicalGroupAggregate group:
                return Enumerable.Range(0, group.Keys.Count).All(key.Contains);
            case PhysicalTopN { ReplacesRows: true } top:
                return top.Partition.All(key.Contains);
            case PhysicalTopN or PhysicalOver:
                var width = node.Children[0].Schema.Count;
                return Below(key, column => column < width ? column : -1) is { } own && IsKept(node.Children[0], own);
            case PhysicalJoin join:
                return IsKept(join, key);
            case PhysicalWatermarkAssigner or PhysicalProctimeAssigner or PhysicalWindowTable or PhysicalLookupJoin or PhysicalLimit:
                var columns = node.Children[0].Schema.Count;
                return Below(key, column => column < columns ? column : -1) is { } kept && IsKept(node.Children[0], kept);
            default:
                return false;
        }
    }

    // A row lives where its pairs are made: it comes in order if it came there so.
    static bool IsKept(PhysicalJoin join, ValueList<int> key)
    {
        var width = join.Left.Schema.Count;
        ValueList<int> left = [.. key.Where(column => column < width)];
        ValueList<int> right = [.. key.Where(column => column >= width).Select(column => column - width)];
        return (left.IsEmpty || IsKept(join.Left, left)) && (right.IsEmpty || IsKept(join.Right, right));
    }

    static ValueList<int>? Below(ValueList<int> key, Func<int, int> map)
    {
        var below = key.Map(map);
        return below.Contains(-1) ? null : below;
    }
}
