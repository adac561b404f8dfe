using SqlStream.Planner.Logical;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Explain;

/// <summary>What EXPLAIN shows of logical and physical plans.</summary>
public static class ExplainTrees
{
    /// <summary>A logical plan: operations without traits.</summary>
    internal static ExplainNode Of(LogicalNode node) =>
        new(node.ToString(), "", [], [.. node.Children.Select(Of)]);

    /// <summary>A physical plan: operators with traits and state, shared where the plan shares them.</summary>
    public static IEnumerable<ExplainNode> Of(PhysicalPlan plan)
    {
        var nodes = new Dictionary<PhysicalNode, ExplainNode>(ReferenceEqualityComparer.Instance);
        return [.. plan.Roots.Select(root => Of(root, nodes))];
    }

    static ExplainNode Of(PhysicalNode node, Dictionary<PhysicalNode, ExplainNode> nodes)
    {
        if (nodes.TryGetValue(node, out var known))
            return known;
        var children = node.Children.Select(child => Of(child, nodes)).ToList();
        IReadOnlyList<string> details = node.State is { } state ? [$"state: {state.Layout}; {state.Growth}"] : [];
        return nodes[node] = new ExplainNode(node.ToString(), Traits(node), details, children);
    }

    // An exchange is an edge: what flows over it is what its input says.
    static string Traits(PhysicalNode node)
    {
        if (node is PhysicalExchange)
            return "";
        var traits = node.Changelog.ToString();
        if (node.UpsertKeys.Count > 0 && !node.Changelog.IsAppendOnly)
        {
            var keys = node.UpsertKeys.Select(key => $"({string.Join(", ", key.Select(column => node.Schema[column].Name))})");
            traits += $", key: {string.Join(" or ", keys)}";
        }
        if (node.RowtimeColumns.Count > 0)
            traits += $", rowtime: {string.Join(", ", node.RowtimeColumns.Select(column => node.Schema[column].Name))}";
        return node.IsBounded ? traits + ", bounded" : traits;
    }
}
