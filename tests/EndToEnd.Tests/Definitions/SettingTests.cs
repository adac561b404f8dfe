namespace SqlStream.EndToEnd.Tests.Definitions;

/// <summary>SET and RESET: what is wrong is blamed at its place.</summary>
public sealed class SettingTests
{
    [Theory]
    [InlineData("SET 'parallelism.defualt' = '2'", "42704 at 1:5: option 'parallelism.defualt' does not exist. Hint: Did you mean \"parallelism.default\"?")]
    [InlineData("RESET 'pipeline.nam'", "42704 at 1:7: option 'pipeline.nam' does not exist. Hint: Did you mean \"pipeline.name\"?")]
    [InlineData("SET 'parallelism.default' = 'two'", "22023 at 1:29: option 'parallelism.default' must be a whole number from 1 to 32768, not 'two'. Hint: Use SET 'parallelism.default' = '...' or RESET 'parallelism.default'.")]
    [InlineData("SET table.local-time-zone = nowhere", "22023 at 1:29: option 'table.local-time-zone' must be a time zone such as UTC or Europe/Berlin, not 'nowhere'. Hint: Use SET 'table.local-time-zone' = '...' or RESET 'table.local-time-zone'.")]
    public async Task A_wrong_option_is_named_with_its_position(string sql, string error)
    {
        await using var engine = new TestEngine();
        Assert.Equal(error, await engine.ErrorOf(sql));
    }

    [Fact]
    public async Task Options_of_Flink_without_effect_are_accepted_with_a_notice()
    {
        await using var engine = new TestEngine();
        Assert.StartsWith("option 'taskmanager.memory.process.size' has no effect: ", Assert.Single(await engine.RunAsync("SET 'taskmanager.memory.process.size' = '4g'")), StringComparison.Ordinal);
        Assert.Equal([], await engine.RunAsync("RESET 'taskmanager.memory.process.size'"));
        Assert.DoesNotContain(await engine.RunAsync("SET"), line => line.StartsWith("taskmanager", StringComparison.Ordinal));
    }
}
