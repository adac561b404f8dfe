using SqlStream.Core.Diagnostics;
using SqlStream.Testing;

namespace SqlStream.Execution.Tests.Jobs;

public sealed class RestartTests
{
    static readonly RestartStrategy _none = new() { Kind = RestartKind.None };
    static readonly RestartStrategy _exponential = new() { Delay = TimeSpan.FromSeconds(1), Multiplier = 2, DelayMax = TimeSpan.FromSeconds(8) };

    [Fact]
    public void Without_a_strategy_the_first_failure_is_the_last()
    {
        using var rig = Failing(_none, 1);
        rig.Job.Start();
        rig.RunToEnd();
        Assert.Equal(JobStatus.Failed, rig.Job.Status);
        Assert.Equal("simulated fault: source.find", rig.Job.Reason);
    }

    [Fact]
    public void Fixed_delay_restarts_as_often_as_it_says()
    {
        using var rig = Failing(new RestartStrategy { Kind = RestartKind.FixedDelay, Attempts = 3, Delay = TimeSpan.FromSeconds(5) }, 3);
        rig.Job.Start();
        rig.RunToEnd();
        Assert.Equal(JobStatus.Finished, rig.Job.Status);
        Assert.Equal(["5 s", "5 s", "5 s"], rig.Pauses);
        Assert.Equal(JobRig.AllRows, rig.Target.Rows);
    }

    [Fact]
    public void Fixed_delay_gives_up_after_its_last_attempt()
    {
        using var rig = Failing(new RestartStrategy { Kind = RestartKind.FixedDelay, Attempts = 3, Delay = TimeSpan.FromSeconds(5) }, 4);
        rig.Job.Start();
        rig.RunToEnd();
        Assert.Equal(JobStatus.Failed, rig.Job.Status);
        Assert.Equal(3, rig.Job.Restarts);
    }

    [Fact]
    public void Exponential_delay_grows_up_to_its_bound()
    {
        using var rig = Failing(_exponential, 6);
        rig.Job.Start();
        rig.RunToEnd();
        Assert.Equal(JobStatus.Finished, rig.Job.Status);
        Assert.Equal(["1 s", "2 s", "4 s", "8 s", "8 s", "8 s"], rig.Pauses);
    }

    [Fact]
    public void The_pause_is_as_long_as_it_says()
    {
        using var rig = Failing(_exponential, 1);
        rig.Job.Start();
        rig.RunUntil(() => rig.Job.Status == JobStatus.Restarting);
        var since = rig.Clock.Now;
        rig.RunUntil(() => rig.Job.Status == JobStatus.Running);
        Assert.Equal(TimeSpan.FromSeconds(1), rig.Clock.Now - since);
    }

    [Fact]
    public void After_running_long_enough_the_pause_begins_anew()
    {
        using var rig = new JobRig(_exponential with { ResetAfter = TimeSpan.FromMinutes(10) }, foundAt: TimeSpan.FromDays(2));
        rig.Faults.With("source.find", 1000).Left = 2;
        rig.Job.Start();
        rig.RunUntil(() => rig.Job.Restarts == 2 && rig.Job.Status == JobStatus.Running);
        rig.Clock.Advance(TimeSpan.FromMinutes(11));
        rig.Faults.Left = 1;
        rig.RunUntil(() => rig.Job.Status == JobStatus.Restarting);
        Assert.Equal(["1 s", "2 s", "1 s"], rig.Pauses);
        Assert.Equal(1, rig.Job.Restarts);
    }

    [Fact]
    public void Canceling_during_the_pause_ends_the_job()
    {
        using var rig = Failing(_exponential, 1);
        rig.Job.Start();
        rig.RunUntil(() => rig.Job.Status == JobStatus.Restarting);
        rig.Job.Cancel();
        Assert.Equal(JobStatus.Canceled, rig.Job.Status);
        rig.Clock.Advance(TimeSpan.FromMinutes(5));
        while (rig.Scheduler.Waiting.Contains("restart", StringComparison.Ordinal))
            rig.Scheduler.Step();
        Assert.Equal(JobStatus.Canceled, rig.Job.Status);
    }

    [Fact]
    public void A_damaged_newest_checkpoint_ends_the_job_with_its_name()
    {
        var disk = new SimFileStore(1);
        using var rig = new JobRig(_exponential, foundAt: TimeSpan.FromDays(2), disk: disk);
        rig.Job.Start();
        var checkpoint = rig.Job.CheckpointAsync();
        rig.RunUntil(() => checkpoint.IsCompleted);
        disk.FlipBit("job/chk-1/manifest.json", 100);
        rig.Faults.With("source.find", 1000).Left = 1;
        rig.RunToEnd();
        Assert.Equal(JobStatus.Failed, rig.Job.Status);
        var error = Assert.IsType<SqlException>(rig.Job.Error);
        Assert.Equal(SqlState.DataCorrupted, error.Diagnostics[0].SqlState);
        Assert.Contains("chk-1/manifest.json", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_store_that_cannot_be_read_is_tried_again()
    {
        var fails = 0;
        using var rig = new JobRig(
            _exponential, foundAt: TimeSpan.FromDays(2),
            wrap: files => new FaultyFileStore(files, (operation, name) =>
                operation == "OpenRead" && name.EndsWith("manifest.json", StringComparison.Ordinal) && fails-- > 0 ? new ExternalException("store is away", Retry.Backoff) : null));
        rig.Job.Start();
        var checkpoint = rig.Job.CheckpointAsync();
        rig.RunUntil(() => checkpoint.IsCompleted);
        fails = 4;
        rig.Faults.With("source.find", 1000).Left = 1;
        rig.RunUntil(() => rig.Job.Restarts >= 2 && rig.Job.Status == JobStatus.Running);
        Assert.Equal("store is away", rig.Notices.Last().Split(": ")[1]);
    }

    static JobRig Failing(RestartStrategy restart, int times)
    {
        var rig = new JobRig(restart);
        rig.Faults.With("source.find", 1000).Left = times;
        return rig;
    }
}
