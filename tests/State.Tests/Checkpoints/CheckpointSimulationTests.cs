using SqlStream.Core.Diagnostics;
using SqlStream.State.Checkpoints;
using SqlStream.Testing;

namespace SqlStream.State.Tests.Checkpoints;

/// <summary>Publishing and retaining on a simulated disk that dies between any two steps. Invariants after the restart: every
/// published checkpoint is whole; what was acknowledged and not deleted is there; the newest can be loaded; work goes on.</summary>
public sealed class CheckpointSimulationTests
{
    [Fact]
    public void A_crash_between_any_two_steps_leaves_every_published_checkpoint_whole()
    {
        for (var seed = 0; seed < 150; seed++)
            Run(seed, new SimFileStore(seed));
    }

    [Fact]
    public void Without_syncing_directories_the_simulation_finds_a_broken_checkpoint()
    {
        var found = 0;
        for (var seed = 0; seed < 40; seed++)
        {
            try
            {
                Run(seed, new SimFileStore(seed) { IgnoreDirectorySync = true });
            }
            catch (Exception e) when (e is Xunit.Sdk.XunitException or SqlException)
            {
                found++;
            }
        }
        Assert.True(found > 0);
    }

    [Fact]
    public void A_full_disk_at_any_write_fails_the_checkpoint_and_leaves_the_older_ones()
    {
        using var rig = new CheckpointRig(StateBackends.RocksDb, new SimFileStore(1));
        var disk = (SimFileStore)rig.Files;
        rig.AdvanceAndPublish(new DraftFile("seg-1", "one"u8.ToArray()));
        rig.Advance(300);
        var before = disk.Writes;
        rig.Publish(new DraftFile("seg-2", "two"u8.ToArray()));
        var writes = disk.Writes - before;
        Assert.True(writes >= 6);
        for (var at = 1; at <= writes; at++)
        {
            var older = rig.Store.List().Select(info => info.CheckpointId).ToList();
            rig.Advance(300);
            disk.FullFromWrite = disk.Writes + at;
            ExternalException? failure = null;
            try
            {
                rig.Publish(new DraftFile("seg", "two"u8.ToArray()));
            }
            catch (ExternalException e)
            {
                failure = e;
            }
            disk.FullFromWrite = 0;
            // Compaction may have made the checkpoint smaller than the measured one.
            if (failure is null)
                continue;
            Assert.Equal(SqlState.DiskFull, failure.SqlState);
            Assert.Equal(older, rig.Store.List().Select(info => info.CheckpointId));
            foreach (var info in rig.Store.List())
                CheckpointRig.ShouldBeWhole(rig.Store, info.Manifest!);
            rig.ShouldRestore(rig.Store, older[^1]);
        }
        var last = rig.AdvanceAndPublish();
        rig.ShouldRestore(rig.Store, last.CheckpointId);
    }

    static void Run(int seed, SimFileStore disk)
    {
        var random = new Random(seed);
        using var rig = new CheckpointRig(StateBackends.Memory, disk, seed);
        long acknowledged = 0;
        for (var life = 0; life < 4; life++)
        {
            rig.Store = new CheckpointStore(disk, "job");
            disk.CrashAtStep = disk.Steps + 1 + random.Next(120);
            var segments = new List<DraftFile>();
            try
            {
                for (var i = 0; i < 8; i++)
                    LiveOn(rig, random, segments, ref acknowledged);
            }
            catch (SimulatedCrashException)
            {
                // The machine is down; the next life sees what is left.
            }
            disk.Restart();
            ShouldBeSound(rig, acknowledged);
            if (random.Next(3) == 0)
                ShouldRetain(rig);
        }
    }

    static void LiveOn(CheckpointRig rig, Random random, List<DraftFile> segments, ref long acknowledged)
    {
        // Without changes the files of an interrupted checkpoint come up again.
        rig.Advance(random.Next(2) == 0 ? 0 : 30);
        segments.Add(new DraftFile($"seg-{rig.Backend.Content}", BitConverter.GetBytes(random.Next())));
        if (segments.Count > 3)
            segments.RemoveAt(0);
        acknowledged = rig.Publish([.. segments]).CheckpointId;
        if (random.Next(2) == 0)
            rig.Store.Retain(1 + random.Next(2), []);
    }

    static void ShouldBeSound(CheckpointRig rig, long acknowledged)
    {
        var store = new CheckpointStore(rig.Files, "job");
        foreach (var info in store.List())
        {
            Assert.Null(info.Problem);
            CheckpointRig.ShouldBeWhole(store, info.Manifest!);
        }
        var latest = store.Latest()?.CheckpointId ?? 0;
        Assert.True(latest >= acknowledged, $"checkpoint {acknowledged} was acknowledged, the newest is {latest}");
        if (latest > 0)
            rig.ShouldRestore(store, latest);
    }

    static void ShouldRetain(CheckpointRig rig)
    {
        var store = new CheckpointStore(rig.Files, "job");
        var latest = store.Latest()?.CheckpointId ?? 0;
        store.Retain(2, []);
        Assert.Equal(latest, store.Latest()?.CheckpointId ?? 0);
        Assert.True(store.List().Count <= 2);
    }
}
