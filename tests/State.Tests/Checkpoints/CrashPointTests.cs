using SqlStream.Core.Diagnostics;
using SqlStream.Core.Time;
using SqlStream.State.Checkpoints;

namespace SqlStream.State.Tests.Checkpoints;

/// <summary>Crash points are armed for the whole process, so nothing else may run meanwhile.</summary>
[CollectionDefinition(nameof(CrashPointTests), DisableParallelization = true)]
public sealed class CrashPointCollection;

[Collection(nameof(CrashPointTests))]
public sealed class CrashPointTests : IDisposable
{
    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var point in CrashPoints.All)
            {
                cases.Add(StateBackends.RocksDb, point);
                cases.Add(StateBackends.Memory, point);
            }
            return cases;
        }
    }

    public void Dispose() => CrashPoint.Arm(null);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Each_point_is_passed_and_a_failure_there_leaves_whole_checkpoints(string backend, string point)
    {
        using var rig = new CheckpointRig(backend);
        rig.AdvanceAndPublish();
        rig.AdvanceAndPublish();
        CrashPoint.Arm($"{point}:1:throw");
        var failure = Assert.Throws<ExternalException>(() =>
        {
            rig.AdvanceAndPublish(new DraftFile("seg", "one"u8.ToArray()));
            rig.Store.Retain(1, []);
            rig.ShouldRestore(rig.Store, 3);
        });
        Assert.Equal($"crash point {point}", failure.Message);
        CrashPoint.Arm(null);
        var store = new CheckpointStore(rig.Files, "job");
        Assert.NotEmpty(store.List());
        foreach (var info in store.List())
        {
            Assert.Null(info.Problem);
            rig.ShouldRestore(store, info.CheckpointId);
        }
        store.Retain(1, []);
        rig.ShouldRestore(store, store.Latest()!.CheckpointId);
    }

    [Fact]
    public void A_draft_must_be_of_the_snapshots_epoch()
    {
        using var rig = new CheckpointRig();
        rig.Advance();
        using var snapshot = rig.Backend.Snapshot();
        var draft = Drafts.Of(rig.Store, snapshot) with { Epoch = new Epoch(99) };
        Assert.Throws<EngineBugException>(() => rig.Store.Publish(draft, default));
    }
}
