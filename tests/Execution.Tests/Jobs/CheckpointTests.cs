using SqlStream.Core.Diagnostics;
using SqlStream.Testing;

namespace SqlStream.Execution.Tests.Jobs;

public sealed class CheckpointTests
{
    static readonly RestartStrategy _none = new() { Kind = RestartKind.None };

    [Fact]
    public void A_store_that_fails_in_any_operation_fails_checkpoints_and_not_the_job()
    {
        var fails = false;
        using var rig = new JobRig(
            _none, wrap: files => new FaultyFileStore(files, (_, _) => fails ? new ExternalException("store is away", Retry.Backoff) : null));
        rig.Job.Start();
        fails = true;
        rig.RunUntil(() => rig.Notices.Count >= 3);
        Assert.Equal(JobStatus.Running, rig.Job.Status);
        Assert.All(rig.Notices, notice => Assert.Contains("store is away", notice, StringComparison.Ordinal));
        fails = false;
        rig.RunToEnd();
        Assert.Equal(JobStatus.Finished, rig.Job.Status);
        Assert.Equal(JobRig.AllRows, rig.Target.Rows);
    }

    [Fact]
    public void A_checkpoint_that_takes_too_long_says_so()
    {
        using var rig = new JobRig(_none);
        rig.Faults.With("store.slow", 1000).Left = 1;
        rig.Job.Start();
        rig.RunToEnd();
        Assert.Equal(JobStatus.Finished, rig.Job.Status);
        Assert.Contains(rig.Notices, notice => notice.EndsWith("the checkpoint took longer than 30 s", StringComparison.Ordinal));
    }

    [Fact]
    public void Nothing_is_delivered_while_no_checkpoint_is_durable()
    {
        var fails = true;
        using var rig = new JobRig(
            _none, wrap: files => new FaultyFileStore(files, (_, _) => fails ? new ExternalException("store is away", Retry.Backoff) : null));
        rig.Job.Start();
        rig.RunUntil(() => rig.Notices.Count >= 5);
        Assert.Empty(rig.Target.Rows);
        fails = false;
        rig.RunToEnd();
        Assert.Equal(JobRig.AllRows, rig.Target.Rows);
    }

    [Fact]
    public void A_drain_that_is_asked_for_before_the_dataflow_is_wired_is_not_forgotten()
    {
        using var rig = new JobRig(_none, foundAt: TimeSpan.FromDays(2));
        rig.Job.Start();
        var stop = rig.Job.StopAsync(StopKind.Drain, null);
        rig.RunToEnd();
        Assert.Equal(JobStatus.Finished, rig.Job.Status);
        Assert.False(stop.IsFaulted);
    }
}
