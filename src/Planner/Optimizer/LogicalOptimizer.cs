using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;
using SqlStream.Planner.Optimizer.Rules;

namespace SqlStream.Planner.Optimizer;

/// <summary>Rewrites a logical plan by rules, phase by phase, each to its fix point.</summary>
/// <remarks>Single-threaded; one per statement. <see cref="Fired"/> tells what it did.</remarks>
sealed class LogicalOptimizer(ConstantFolder folder)
{
    // Rules shrink or move things one way, so that a plan of usual size settles in a few rounds.
    const int RoundsMax = 64;

    readonly IRule[] _simplify =
    [
        new FoldConstants(folder),
        new SimplifyFilter(),
        new MergeFilters(),
        new PushFilterThroughProject(),
        new PushFilterThroughUnion(),
        new PushFilterThroughAggregate(),
        new PushFilterThroughWindow(),
        new PushFilterThroughCorrelate(),
        new PushFilterThroughLookup(),
        new PushFilterThroughJoin(),
        new MergeProjects(),
        new EvaluateValues(folder),
        new FormWindowAggregate(),
        new FormTopN(),
    ];

    readonly IRule[] _tidy =
    [
        new FoldConstants(folder),
        new MergeProjects(),
        new RemoveIdentityProject(),
    ];

    readonly List<string> _fired = [];

    /// <summary>The names of the rules that applied, in order.</summary>
    public IReadOnlyList<string> Fired => _fired;

    /// <summary>An equivalent plan.</summary>
    public LogicalNode Optimize(LogicalNode plan) =>
        FixPoint(PruneColumns.Prune(FixPoint(plan, _simplify)), _tidy);

    LogicalNode FixPoint(LogicalNode plan, IRule[] rules)
    {
        for (var round = 0; round < RoundsMax; round++)
        {
            var rewritten = Rewrite(plan, rules);
            if (ReferenceEquals(rewritten, plan))
                return plan;
            plan = rewritten;
        }
        return plan;
    }

    LogicalNode Rewrite(LogicalNode node, IRule[] rules)
    {
        var children = node.Children;
        var rewritten = new LogicalNode[children.Count];
        var changed = false;
        for (var i = 0; i < rewritten.Length; i++)
        {
            rewritten[i] = Rewrite(children[i], rules);
            changed |= !ReferenceEquals(rewritten[i], children[i]);
        }
        if (changed)
            node = node.WithChildren([.. rewritten]);
        foreach (var rule in rules)
        {
            if (rule.Apply(node) is not { } better)
                continue;
            _fired.Add(rule.GetType().Name);
            node = better;
        }
        return node;
    }
}
