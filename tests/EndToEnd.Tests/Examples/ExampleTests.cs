using SqlStream.EndToEnd.Tests.Kafka;
using SqlStream.EndToEnd.Tests.Postgres;
using SqlStream.EndToEnd.Tests.Rig;
using SqlStream.Testing;

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

    [Fact]
    public async Task Sensor_data_shows_the_same_result_after_kill_9()
    {
        using var work = new WorkDirectory();
        using var broker = new BrokerProgram();
        await broker.CreateTopicAsync("sensor-data", 2);
        using (var producer = broker.Producer())
        {
            foreach (var line in await File.ReadAllLinesAsync(Path.Combine(SqlStreamProgram.Root, "examples/sensor-data/readings.json")))
                producer.Produce("sensor-data", new() { Value = line });
            producer.Flush(TimeSpan.FromSeconds(30));
        }
        var first = await KilledAfterResultAsync(work, broker);
        Assert.Contains("sensor-1", first, StringComparison.Ordinal);
        Assert.Contains("18 rows", first, StringComparison.Ordinal);
        Assert.Equal(first, await KilledAfterResultAsync(work, broker));
    }

    [FactIfPostgres]
    public async Task Kafka_to_postgres_keeps_a_table_of_totals()
    {
        using var work = new WorkDirectory();
        using var broker = new BrokerProgram();
        using var server = new PostgresServer();
        await broker.CreateTopicAsync("readings", 1);
        using (var producer = broker.Producer())
        {
            foreach (var line in await File.ReadAllLinesAsync(Path.Combine(SqlStreamProgram.Root, "examples/kafka-to-postgres/readings.json")))
                producer.Produce("readings", new() { Value = line });
            producer.Flush(TimeSpan.FromSeconds(30));
        }
        using var program = RunningProgram.Start(new ProgramStart
        {
            Arguments = ["run", "examples/kafka-to-postgres/totals.sql", "--data", work["data"], "-D", $"KAFKA={broker.Servers}", "-D", $"POSTGRES={server.Url}"],
            WorkingDirectory = SqlStreamProgram.Root,
        });
        string[] expected = ["cellar|2|17.25|2026-01-01T08:00:40", "roof|3|33|2026-01-01T08:00:30"];
        await program.UntilAsync(() => server.Query("SELECT to_regclass('sensors')").Single().Length > 0, "it made the table");
        await program.UntilAsync(() => server.Query("SELECT * FROM sensors ORDER BY 1").SequenceEqual(expected), "the table held the totals");
    }

    // The rows that the last statement shows, in order of their text.
    static async Task<string> KilledAfterResultAsync(WorkDirectory work, BrokerProgram broker)
    {
        using var program = RunningProgram.Start(new ProgramStart
        {
            Arguments =
            [
                "run", "examples/sensor-data/sensor-data.sql", "--data", work["data"], "--output", "csv",
                "--set", $"kafka.bootstrap.servers={broker.Servers}",
            ],
            WorkingDirectory = SqlStreamProgram.Root,
        });
        const string header = "id,temperature\n";
        await program.UntilAsync(
            () => program.Output.IndexOf(header, StringComparison.Ordinal) is var start and >= 0
                && program.Output[(start + header.Length)..].Count(c => c == '\n') >= 18,
            "it showed the result");
        program.KillNow();
        var result = await program.EndAsync();
        result.Exits(ProgramResult.Killed);
        var rows = result.Output[(result.Output.IndexOf(header, StringComparison.Ordinal) + header.Length)..].TrimEnd().Split('\n');
        return string.Join('\n', rows.Order(StringComparer.Ordinal)) + $"\n{rows.Length} rows";
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
