using SqlStream.Core.Types;

namespace SqlStream.Planner.Physical;

/// <summary>The operators of one job.</summary>
/// <remarks>The plan is a graph: equal sub-plans are one instance (equal by reference exactly where equal by value), so
/// that a node with several consumers runs once and feeds them all. All scans of one table are one scan.</remarks>
/// <param name="Roots">Each a <see cref="PhysicalSink"/> or a <see cref="PhysicalCollect"/>, in the order of the
/// statements.</param>
public sealed record PhysicalPlan(ValueList<PhysicalNode> Roots)
{
    /// <summary>Every node once, inputs before their consumers, in plan order.</summary>
    public IReadOnlyList<PhysicalNode> Nodes()
    {
        var nodes = new List<PhysicalNode>();
        var seen = new HashSet<PhysicalNode>(ReferenceEqualityComparer.Instance);
        foreach (var root in Roots)
            Visit(root, seen, nodes);
        return nodes;
    }

    static void Visit(PhysicalNode node, HashSet<PhysicalNode> seen, List<PhysicalNode> nodes)
    {
        if (!seen.Add(node))
            return;
        foreach (var child in node.Children)
            Visit(child, seen, nodes);
        nodes.Add(node);
    }
}
