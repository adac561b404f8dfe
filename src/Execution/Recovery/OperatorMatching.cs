using SqlStream.Planner.Physical;
using SqlStream.State.Checkpoints;

namespace SqlStream.Execution.Recovery;

/// <summary>Gives the operators of a plan the ids under which a checkpoint holds their state.</summary>
/// <remarks>Operators that group the same rows by the same keys differ in a number only, and the number follows the order of the plan.
/// Where a checkpoint holds several of them, the one takes the number that has most in common with it: else the order of two
/// statements would decide whose state is whose.</remarks>
static class OperatorMatching
{
    const int SamePlan = 1000;

    /// <summary>The ids of all operators of a plan that starts from a checkpoint.</summary>
    public static IReadOnlyDictionary<PhysicalNode, string> Assign(PhysicalPlan plan, CheckpointManifest manifest)
    {
        var ids = OperatorIds.Assign(plan).ToDictionary(ReferenceEqualityComparer.Instance);
        if (manifest.PlanGraph is not { Version: <= ManifestPlan.CurrentVersion } graph)
            return ids;
        var digests = PlanGraph.Of(plan, ids).Operators.ToDictionary(op => op.Id, op => op.Digest);
        var stored = graph.Operators.ToLookup(op => OperatorIds.Family(op.Id));
        foreach (var family in plan.Nodes().Where(node => PlanGraph.Aggregates(node) is not null).GroupBy(node => OperatorIds.Family(ids[node])).ToList())
        {
            var nodes = family.ToList();
            var candidates = stored[family.Key].ToList();
            if (candidates.Count > 0 && (nodes.Count > 1 || candidates.Count > 1))
                Renumber(nodes, candidates, ids, digests);
        }
        return ids;
    }

    static void Renumber(
        List<PhysicalNode> nodes, List<ManifestPlanOperator> candidates, Dictionary<PhysicalNode, string> ids, Dictionary<string, string> digests)
    {
        var family = OperatorIds.Family(ids[nodes[0]]);
        var taken = candidates.Select(candidate => candidate.Id).ToHashSet();
        var open = nodes.ToList();
        var pairs = nodes
            .SelectMany((node, n) => candidates.Select((candidate, c) => (node, candidate, n, c, score: Score(node, digests[ids[node]], candidate))))
            .Where(pair => pair.score > 0)
            .OrderByDescending(pair => pair.score).ThenBy(pair => pair.n).ThenBy(pair => pair.c)
            .ToList();
        var chosen = new Dictionary<PhysicalNode, string>(ReferenceEqualityComparer.Instance);
        var used = new HashSet<string>();
        foreach (var (node, candidate, _, _, _) in pairs)
        {
            if (chosen.ContainsKey(node) || !used.Add(candidate.Id))
                continue;
            chosen.Add(node, candidate.Id);
            open.Remove(node);
        }
        // A number that some state has belongs to that state, also if nobody uses it.
        var number = 1;
        foreach (var node in open)
        {
            string id;
            do
            {
                id = OperatorIds.Numbered(family, number++);
            }
            while (!taken.Add(id));
            chosen.Add(node, id);
        }
        foreach (var (node, id) in chosen)
            ids[node] = id;
    }

    static int Score(PhysicalNode node, string digest, ManifestPlanOperator candidate)
    {
        var before = candidate.Aggregates ?? [];
        var now = PlanGraph.Aggregates(node)!;
        var kept = new AggregateMatch(before, now).Kept;
        // DISTINCT has no aggregates to have in common.
        var hasSame = before.Count == now.Count && kept == now.Count;
        return kept + (hasSame ? 1 : 0) + (digest == candidate.Digest ? SamePlan : 0);
    }
}
