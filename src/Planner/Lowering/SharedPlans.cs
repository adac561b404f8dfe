using SqlStream.Core.Types;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Lowering;

/// <summary>Makes one instance of equal sub-plans, from the leaves up. What is not deterministic is never equal: each
/// use draws for itself.</summary>
sealed class SharedPlans
{
    readonly Dictionary<Key, PhysicalNode> _instances = [];
    readonly Dictionary<PhysicalNode, PhysicalNode> _shared = new(ReferenceEqualityComparer.Instance);

    /// <summary>The plan of the roots.</summary>
    public PhysicalPlan Share(IReadOnlyList<PhysicalNode> roots) => new([.. roots.Select(Share)]);

    PhysicalNode Share(PhysicalNode node)
    {
        if (_shared.TryGetValue(node, out var known))
            return known;
        var children = node.Children.Map(Share);
        var rebuilt = SameInstances(children, node.Children) ? node : node.WithChildren(children);
        var key = new Key(rebuilt);
        if (!_instances.TryGetValue(key, out var shared))
            _instances[key] = shared = rebuilt;
        return _shared[node] = shared;
    }

    static bool SameInstances(ValueList<PhysicalNode> left, ValueList<PhysicalNode> right)
    {
        if (left.Count != right.Count)
            return false;
        for (var i = 0; i < left.Count; i++)
        {
            if (!ReferenceEquals(left[i], right[i]))
                return false;
        }
        return true;
    }

    // Inputs are shared already, so that nodes with different inputs need no deep comparison.
    readonly struct Key(PhysicalNode node) : IEquatable<Key>
    {
        readonly PhysicalNode _node = node;

        public bool Equals(Key other) =>
            SameInstances(_node.Children, other._node.Children) && IsDeterministic(_node) && _node.Equals(other._node);

        public override bool Equals(object? obj) => obj is Key other && Equals(other);

        public override int GetHashCode() => HashCode.Combine(_node.Stem, _node.Children.Count);

        static bool IsDeterministic(PhysicalNode node) => node switch
        {
            PhysicalCalc calc => calc.Projections.All(projection => projection.IsDeterministic) && calc.Predicate is null or { IsDeterministic: true },
            PhysicalCorrelate correlate => correlate.Table.IsDeterministic,
            _ => true,
        };
    }
}
