using System.Globalization;

namespace SqlStream.Simulation.Tests;

/// <summary>Whole jobs under a virtual clock, with crashes and faults drawn from seeds: nothing lost, nothing twice.</summary>
public sealed class SimulationTests
{
    public static TheoryData<int> Seeds
    {
        get
        {
            if (Environment.GetEnvironmentVariable("SQLSTREAM_SEED") is { Length: > 0 } one)
                return [int.Parse(one, CultureInfo.InvariantCulture)];
            var count = Environment.GetEnvironmentVariable("SQLSTREAM_LONG") == "1" ? 1000 : 60;
            return [.. Enumerable.Range(1, count)];
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Every_row_is_reflected_exactly_once_whatever_fails(int seed) => new SimRun(seed).Run();

    [Fact]
    public void The_same_seed_gives_the_same_run()
    {
        for (var seed = 1; seed <= 14; seed++)
        {
            var (first, second) = (new SimRun(seed), new SimRun(seed));
            first.Run();
            second.Run();
            Assert.Equal(first.Lives, second.Lives);
        }
    }
}
