using SqlStream.Execution.Checkpoints;
using SqlStream.Testing.Simulation;

namespace SqlStream.Execution.Tests.Checkpoints;

/// <summary>The simulated clock begins at 2026-01-02 00:00:00.</summary>
public sealed class CheckpointHealthTests
{
    readonly SimClock _clock = new();
    readonly CheckpointHealth _health;

    public CheckpointHealthTests() => _health = new CheckpointHealth(_clock);

    [Fact]
    public void The_third_failure_in_a_row_shows()
    {
        _clock.Advance(TimeSpan.FromSeconds(10));
        _health.Behind();
        _health.Succeeded(isBehind: false);
        for (var failure = 1; failure < 3; failure++)
        {
            _health.Failed("disk is full");
            Assert.Null(_health.Text);
        }
        _health.Failed("disk is full");
        Assert.Equal("no checkpoint since 2026-01-02 00:00:10: disk is full", _health.Text);
        _health.Succeeded(isBehind: false);
        Assert.Null(_health.Text);
    }

    [Fact]
    public void Failures_with_a_success_between_them_do_not_show()
    {
        for (var i = 0; i < 10; i++)
        {
            _health.Failed("disk is full");
            _health.Failed("disk is full");
            _health.Succeeded(isBehind: false);
        }
        Assert.Null(_health.Text);
    }

    [Fact]
    public void Five_minutes_with_changes_and_without_a_checkpoint_show()
    {
        _health.Behind();
        _clock.Advance(TimeSpan.FromMinutes(4));
        _health.Behind();
        Assert.Null(_health.Text);
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("no checkpoint since 2026-01-02 00:00:00: it takes long", _health.Text);
    }

    [Fact]
    public void A_job_that_has_nothing_to_write_is_well()
    {
        _health.Behind();
        _health.Succeeded(isBehind: false);
        _clock.Advance(TimeSpan.FromDays(3));
        Assert.Null(_health.Text);
    }
}
