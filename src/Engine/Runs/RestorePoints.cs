using SqlStream.Core.Diagnostics;
using SqlStream.Execution;
using SqlStream.Execution.Recovery;
using SqlStream.Planner.Physical;
using SqlStream.State.Checkpoints;

namespace SqlStream.Engine.Runs;

/// <summary>Finds the checkpoint that a job goes on from, and holds its plan against what is stored there.</summary>
static class RestorePoints
{
    /// <summary>A job that goes on from its newest checkpoint; from its beginning where it has none.</summary>
    public static JobIdentity Latest(
        SqlStreamEngine engine, JobIdentity identity, PhysicalPlan plan, string planText, IReadOnlyDictionary<string, string> settings)
    {
        var store = engine.Jobs.StoreOf(identity.JobId, settings.GetValueOrDefault("execution.checkpointing.dir"));
        if (store.Latest() is not { } latest)
            return identity;
        if (!latest.IsValid)
            throw Broken(store, latest);
        var report = Claim(engine, plan, planText, latest.Manifest!, settings);
        return identity with { Restore = new RestorePoint(store.Folder, latest.Manifest!, IsSavepoint: false), Report = report };
    }

    /// <summary>A job that goes on from a checkpoint or savepoint that was named, under the identity that it holds.</summary>
    public static JobIdentity FromPath(
        SqlStreamEngine engine, string path, string key, int ordinal, PhysicalPlan plan, string planText, IReadOnlyDictionary<string, string> settings)
    {
        var inspector = CheckpointInspector.Open(path);
        var candidates = inspector.List().Where(entry => entry.IsValid).ToList();
        var newest = candidates.Count == 0 ? inspector.Show() : candidates.MaxBy(entry => (entry.Manifest!.Epoch, entry.Manifest.CheckpointId))!;
        if (candidates.Select(entry => entry.Manifest!.JobId).Distinct().Count() > 1)
        {
            var sinks = key.Split(',');
            newest = candidates
                .Where(entry => entry.Manifest!.Sinks.Select(sink => sink.Table).Order(StringComparer.Ordinal).SequenceEqual(sinks))
                .MaxBy(entry => (entry.Manifest!.Epoch, entry.Manifest.CheckpointId)) ?? throw EngineErrors.ManyJobsToRestore(path, candidates.Count);
        }
        var manifest = newest.Manifest!;
        var report = Claim(engine, plan, planText, manifest, settings);
        // The identity is kept: the marker in the sink then says whether going on from here would repeat anything.
        return new JobIdentity(key, ordinal, manifest.JobId, false, new RestorePoint(newest.Folder, manifest, IsSavepoint: true), report);
    }

    static IReadOnlyList<string> Claim(
        SqlStreamEngine engine, PhysicalPlan plan, string planText, CheckpointManifest manifest, IReadOnlyDictionary<string, string> settings)
    {
        var restore = RestorePlan.Of(plan, manifest);
        if (restore.Impossible.Count > 0)
            throw EngineErrors.StateNotUsable(engine.DataDirectory, restore.Report);
        if (restore.Losses.Count > 0 && settings.GetValueOrDefault("execution.state-recovery.ignore-unclaimed-state") != "true")
            throw EngineErrors.OtherScript(engine.DataDirectory, restore.Report);
        return manifest.Plan == planText && !restore.IsMigration ? [] : restore.Report;
    }

    // A checkpoint of a newer engine is not damaged.
    static SqlException Broken(CheckpointStore store, CheckpointInfo latest)
    {
        try
        {
            store.Load(latest.CheckpointId);
        }
        catch (SqlException e) when (e.Diagnostics[0].SqlState == SqlState.FeatureNotSupported)
        {
            return e;
        }
        catch (SqlException)
        {
            // Said below with the way out.
        }
        return EngineErrors.BrokenCheckpoint(latest.Path, latest.Problem!);
    }
}
