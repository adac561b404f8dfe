using SqlStream.State.RocksDb;

namespace SqlStream.State.Tests;

public sealed class Level0TriggerTests
{
    const int Epochs = 24;

    [Fact]
    public void Epochs_of_one_file_need_no_change()
    {
        var trigger = new Level0Trigger(Epochs);
        for (var i = 0; i < 100; i++)
            Assert.False(trigger.TryChange(1, out _));
    }

    [Fact]
    public void Files_of_one_epoch_count_as_one()
    {
        var trigger = new Level0Trigger(Epochs);
        Assert.True(trigger.TryChange(10, out var files));
        Assert.Equal(10 * Epochs, files);
        for (var i = 0; i < 100; i++)
            Assert.False(trigger.TryChange(10, out _));
    }

    [Fact]
    public void Smaller_epochs_lower_it_again()
    {
        var trigger = new Level0Trigger(Epochs);
        trigger.TryChange(16, out var files);
        var changes = 0;
        for (var i = 0; i < 2 * Epochs; i++)
        {
            if (!trigger.TryChange(1, out var changed))
                continue;
            Assert.True(changed < files);
            files = changed;
            changes++;
        }
        Assert.Equal(Epochs, files);
        // Each change is a write to disk.
        Assert.InRange(changes, 1, 12);
    }

    [Fact]
    public void It_has_an_upper_bound()
    {
        var trigger = new Level0Trigger(Epochs);
        Assert.True(trigger.TryChange(10_000, out var files));
        Assert.Equal(512, files);
        Assert.False(trigger.TryChange(10_000, out _));
    }
}
