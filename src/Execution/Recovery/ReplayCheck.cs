using SqlStream.Planner.Expressions;
using SqlStream.Planner.Physical;
using SqlStream.State.Checkpoints;

namespace SqlStream.Execution.Recovery;

/// <summary>Whether a plan that runs again from a checkpoint gives the same rows in the same order, as far as that can be known before. That it
/// did is checked while it runs, by the checksum of the rows.</summary>
public static class ReplayCheck
{
    /// <summary>Why not, as a sentence; null if it may.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="planText">The plan as checkpoints keep it.</param>
    /// <param name="manifest">The checkpoint.</param>
    /// <param name="parallelism">The job's.</param>
    public static string? Problem(PhysicalPlan plan, string planText, CheckpointManifest manifest, int parallelism)
    {
        if (parallelism > 1)
            return $"Its tasks have {parallelism} subtasks, whose rows come in no fixed order: add --parallelism 1.";
        if (manifest.Plan != planText)
            return "The script has changed since the checkpoint.";
        foreach (var node in plan.Nodes())
        {
            if (Problem(node, manifest) is { } problem)
                return problem;
        }
        return null;
    }

    static string? Problem(PhysicalNode node, CheckpointManifest manifest) => node switch
    {
        PhysicalScan scan => Problem(scan, manifest),
        PhysicalCalc calc => Unstable(calc.Projections.Append(calc.Predicate)),
        PhysicalWatermarkAssigner assigner => Unstable([assigner.Expression]),
        PhysicalValues or PhysicalExchange or PhysicalReplicate or PhysicalWindowTable or PhysicalLimit or PhysicalSink => null,
        _ => $"The rows of {node.Stem} come in an order that depends on batches and on what is in memory.",
    };

    static string? Problem(PhysicalScan scan, CheckpointManifest manifest)
    {
        var splits = manifest.Sources.Where(source => source.Table == scan.TableName).Sum(source => source.Splits.Count);
        return splits <= 1 || (scan.Source is { IsBounded: true, ConcurrentSplitsMax: 1 })
            ? null
            : $"Table \"{scan.TableName}\" is read from {splits} files or partitions at once, whose rows come in no fixed order.";
    }

    static string? Unstable(IEnumerable<BoundExpression?> expressions) =>
        expressions.FirstOrDefault(expression => expression is { IsDeterministic: false }) is { } found ? $"{found.Describe()} gives another value each time." : null;
}
