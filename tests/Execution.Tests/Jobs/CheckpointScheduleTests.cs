using SqlStream.Core.Diagnostics;
using SqlStream.Core.Rows;
using SqlStream.Testing;
using SqlStream.Testing.Simulation;

namespace SqlStream.Execution.Tests.Jobs;

/// <summary>When checkpoints are taken, under a virtual clock.</summary>
public sealed class CheckpointScheduleTests
{
    static readonly RestartStrategy _none = new() { Kind = RestartKind.None };
    static readonly TimeSpan _start = TimeSpan.FromDays(1);

    [Fact]
    public void Rows_ask_for_a_checkpoint_before_its_time()
    {
        using var rig = new JobRig(_none, TimeSpan.Zero, configure: options => options with { CheckpointInterval = TimeSpan.FromDays(1), CheckpointOnRows = 10 });
        rig.Job.Start();
        rig.RunUntil(() => rig.Job.Checkpoints.Count > 0);
        Assert.Equal("rows", rig.Job.Checkpoints[0].Trigger);
        Assert.True(rig.Clock.Now - _start < TimeSpan.FromMinutes(1));
    }

    [Fact]
    public void Changed_state_asks_for_a_checkpoint_before_its_time()
    {
        using var rig = new JobRig(_none, TimeSpan.Zero, configure: options => options with { CheckpointInterval = TimeSpan.FromDays(1), CheckpointOnStateBytes = 10 });
        rig.Job.Start();
        rig.RunUntil(() => rig.Job.Checkpoints.Count > 0);
        Assert.Equal("state size", rig.Job.Checkpoints[0].Trigger);
        Assert.True(rig.Clock.Now - _start < TimeSpan.FromMinutes(1));
    }

    [Fact]
    public void An_idle_job_writes_nothing()
    {
        var writes = 0;
        using var rig = new JobRig(_none, TimeSpan.Zero, wrap: files => new FaultyFileStore(files, (operation, _) =>
        {
            if (!operation.StartsWith("Open", StringComparison.Ordinal) && operation is not ("List" or "Exists" or "Size" or "Locate"))
                writes++;
            return null;
        }));
        rig.Job.Start();
        rig.RunUntil(() => rig.Target.Rows.Count == JobRig.AllRows.Count);
        rig.RunFor(TimeSpan.FromMinutes(1));
        (writes, var checkpoints) = (0, rig.Job.Checkpoints.Count);
        rig.RunFor(TimeSpan.FromMinutes(10));
        Assert.Equal((0, checkpoints), (writes, rig.Job.Checkpoints.Count));
        Assert.Null(rig.Job.Reason);
    }

    [Fact]
    public void Checkpoints_keep_the_pause_between_them()
    {
        using var rig = new JobRig(_none, configure: options => options with { CheckpointMinPause = TimeSpan.FromSeconds(10) }, splits: EverySecond(60));
        rig.Job.Start();
        rig.RunFor(TimeSpan.FromSeconds(55));
        var times = rig.Job.Checkpoints.Select(checkpoint => checkpoint.Time).ToList();
        Assert.True(times.Count >= 4);
        Assert.All(times.Zip(times.Skip(1)), pair => Assert.InRange(pair.Second - pair.First, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(12)));
    }

    [Fact]
    public void Somebody_who_waits_for_a_checkpoint_does_not_wait_for_the_pause()
    {
        using var rig = new JobRig(_none, configure: options => options with { CheckpointMinPause = TimeSpan.FromHours(10) }, splits: EverySecond(60));
        rig.Job.Start();
        rig.RunUntil(() => rig.Job.Checkpoints.Count == 1);
        var asked = rig.Clock.Now;
        var checkpoint = rig.Job.CheckpointAsync();
        rig.RunUntil(() => checkpoint.IsCompleted);
        Assert.True(rig.Clock.Now - asked < TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void The_status_tells_of_the_third_failure_in_a_row()
    {
        var fails = false;
        using var rig = new JobRig(
            _none, wrap: files => new FaultyFileStore(files, (_, _) => fails ? new ExternalException("store is away", Retry.Backoff) : null), splits: EverySecond(60));
        rig.Job.Start();
        rig.RunUntil(() => rig.Job.Checkpoints.Count == 2);
        fails = true;
        rig.RunUntil(() => rig.Notices.Count == 2);
        Assert.Null(rig.Job.Reason);
        rig.RunUntil(() => rig.Notices.Count == 3);
        Assert.Matches("^no checkpoint since 2026-01-02 00:00:[0-9]{2}: store is away$", rig.Job.Reason);
        fails = false;
        var before = rig.Job.Checkpoints.Count;
        rig.RunUntil(() => rig.Job.Checkpoints.Count > before);
        Assert.Null(rig.Job.Reason);
    }

    [Fact]
    public void As_many_failures_as_are_tolerable_do_not_end_the_job()
    {
        using var rig = new JobRig(
            _none, wrap: files => new FaultyFileStore(files, (_, _) => new ExternalException("store is away", Retry.Backoff)),
            configure: options => options with { TolerableFailedCheckpoints = 2 });
        rig.Job.Start();
        rig.RunUntil(() => rig.Notices.Count == 2);
        Assert.Equal(JobStatus.Running, rig.Job.Status);
        rig.RunToEnd();
        Assert.Equal((JobStatus.Failed, 3), (rig.Job.Status, rig.Notices.Count));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Checkpoints_are_written_in_the_order_of_their_epochs_however_many_wait(int concurrent)
    {
        using var rig = new JobRig(
            _none, configure: options => options with { CheckpointsConcurrentMax = concurrent, CheckpointTimeout = TimeSpan.FromHours(2) }, splits: EverySecond(30));
        rig.Faults.With("store.slow", 200).Left = 5;
        rig.Job.Start();
        rig.RunUntil(() => rig.Target.Rows.Count == 30);
        var epochs = rig.Job.Checkpoints.Select(checkpoint => (checkpoint.CheckpointId, checkpoint.Epoch)).ToList();
        Assert.Equal(epochs.OrderBy(pair => pair.Epoch), epochs);
        Assert.Equal(epochs.OrderBy(pair => pair.CheckpointId), epochs);
    }

    /// <summary>A row every second, and never an end.</summary>
    static IReadOnlyList<SimSplit> EverySecond(int seconds) =>
    [
        .. Enumerable.Range(0, seconds).Select(i => new SimSplit(_start + TimeSpan.FromSeconds(i), [(RowKind.Insert, new object?[] { (long)i })])),
        new SimSplit(TimeSpan.MaxValue, []),
    ];
}
