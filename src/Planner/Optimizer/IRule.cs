using SqlStream.Planner.Logical;

namespace SqlStream.Planner.Optimizer;

/// <summary>An equivalence: a node in one form gives the same rows as in another. The inputs of the node have been
/// rewritten before.</summary>
interface IRule
{
    /// <summary>The better form, or null if the rule does not apply.</summary>
    LogicalNode? Apply(LogicalNode node);
}
