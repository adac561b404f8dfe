using SqlStream.Execution.Checkpoints;

namespace SqlStream.Execution.Tests.Checkpoints;

public sealed class CheckpointTriggersTests
{
    readonly List<string> _fired = [];

    [Fact]
    public void Rows_of_all_sources_count_together_and_fire_once_an_epoch()
    {
        var triggers = new CheckpointTriggers(10, 0, _fired.Add);
        triggers.AddRows(6);
        Assert.Empty(_fired);
        triggers.AddRows(4);
        triggers.AddRows(100);
        Assert.Equal(["rows"], _fired);
        triggers.Reset();
        triggers.AddRows(9);
        Assert.Single(_fired);
        triggers.AddRows(1);
        Assert.Equal(["rows", "rows"], _fired);
    }

    [Fact]
    public void State_that_was_handed_over_does_not_count_any_more()
    {
        var triggers = new CheckpointTriggers(0, 1000, _fired.Add);
        triggers.AddStateBytes(999);
        triggers.AddStateBytes(-999);
        triggers.AddStateBytes(500);
        Assert.Empty(_fired);
        triggers.AddStateBytes(500);
        Assert.Equal(["state size"], _fired);
    }

    [Fact]
    public void What_is_not_limited_fires_nothing()
    {
        var triggers = new CheckpointTriggers(0, 0, _fired.Add);
        triggers.AddRows(long.MaxValue);
        triggers.AddStateBytes(long.MaxValue);
        Assert.Empty(_fired);
    }
}
