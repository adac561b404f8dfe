using SqlStream.EndToEnd.Tests.Rig;

namespace SqlStream.EndToEnd.Tests.Examples;

public sealed class ExampleTests
{
    [Fact]
    public async Task Sensor_averages_gives_what_its_readings_say()
    {
        using var work = new WorkDirectory();
        await RunAsync("examples/sensor-averages/averages.sql", work);
        Assert.Equal(
            ["cellar,2026-01-01 08:01:00.000,2,36.5", "roof,2026-01-01 08:01:00.000,2,59", "roof,2026-01-01 08:02:00.000,2,68"],
            work.Lines("out").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Order_totals_gives_the_total_of_every_customer()
    {
        using var work = new WorkDirectory();
        await RunAsync("examples/order-totals/totals.sql", work);
        Assert.Equal(
            [
                """{"op":"+I","data":{"customer":"ada","orders":2,"total":12.25}}""",
                """{"op":"+I","data":{"customer":"bob","orders":2,"total":10.00}}""",
            ],
            work.Lines("out").Order(StringComparer.Ordinal));
    }

    static async Task RunAsync(string script, WorkDirectory work)
    {
        var result = await RunningProgram.RunAsync(new ProgramStart
        {
            Arguments = ["run", script, "--data", work["data"], "-D", $"OUT={work["out"]}"],
            WorkingDirectory = SqlStreamProgram.Root,
        });
        result.Exits(0);
    }
}
