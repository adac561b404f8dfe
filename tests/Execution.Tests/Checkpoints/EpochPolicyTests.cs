using SqlStream.Execution.Checkpoints;
using SqlStream.Testing.Simulation;

namespace SqlStream.Execution.Tests.Checkpoints;

public sealed class EpochPolicyTests
{
    readonly SimClock _clock = new();

    [Theory]
    [InlineData(false, false, false, true, EpochDecision.Drop)]
    [InlineData(false, false, false, false, EpochDecision.Drop)]
    [InlineData(true, false, false, true, EpochDecision.CommitAndSnapshot)]
    [InlineData(true, false, false, false, EpochDecision.Commit)]
    [InlineData(false, true, false, true, EpochDecision.CommitAndSnapshot)]
    [InlineData(false, true, false, false, EpochDecision.Commit)]
    [InlineData(false, false, true, true, EpochDecision.CommitAndSnapshot)]
    // What is committed already waits: another empty commit would not help it.
    [InlineData(false, false, true, false, EpochDecision.Drop)]
    public void Changes_are_committed_and_a_checkpoint_follows_where_it_can(
        bool changed, bool isForced, bool isBehind, bool canCheckpoint, object expected) =>
        Assert.Equal(expected, new EpochPolicy(_clock).Decide(changed, timeProgressed: false, isForced, isBehind, canCheckpoint));

    [Fact]
    public void Progress_of_time_alone_is_committed_every_30_seconds()
    {
        var policy = new EpochPolicy(_clock);
        var committed = new List<int>();
        for (var second = 1; second <= 100; second++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            if (policy.Decide(false, timeProgressed: true, false, false, true) != EpochDecision.Drop)
                committed.Add(second);
        }
        Assert.Equal([30, 60, 90], committed);
    }

    [Fact]
    public void Progress_that_was_passed_over_is_not_forgotten()
    {
        var policy = new EpochPolicy(_clock);
        Assert.Equal(EpochDecision.Drop, policy.Decide(false, timeProgressed: true, false, false, true));
        _clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(EpochDecision.CommitAndSnapshot, policy.Decide(false, timeProgressed: false, false, false, true));
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(EpochDecision.Drop, policy.Decide(false, timeProgressed: false, false, false, true));
    }
}
