using SqlStream.EndToEnd.Tests.Postgres;
using SqlStream.EndToEnd.Tests.Rig;
using SqlStream.Testing;

namespace SqlStream.EndToEnd.Tests.Nexmark;

/// <summary>The queries of the suite over 100,000 events, in the real program, against PostgreSQL over the same events.</summary>
public sealed class NexmarkSuiteTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    const long Events = 100_000;

    static readonly SuiteScript _script = new(SuiteOracle.Queries) { Events = Events, EventsPerSecond = 1_000 };

    // A hundred seconds of event time at this pace take five seconds. Of sales at one time any may be among the last ten (q6).
    static readonly SuiteScript _paced = _script with { Queries = [.. SuiteOracle.Queries.Where(query => query != "q6")], EventsPerSecond = 20_000, IsPaced = true };

    [TheoryIfPostgres]
    [InlineData(1, "1 h")]
    [InlineData(3, "20 ms")]
    public async Task Queries_give_what_PostgreSQL_gives(int parallelism, string interval)
    {
        using var work = new WorkDirectory();
        Write(work, _script);
        (await RunAsync(work, parallelism, interval, crash: null)).Exits(0);

        await CheckAsync(work, _script);
    }

    [TheoryIfPostgres]
    [InlineData(3, 2, 1)]
    public async Task Killed_and_restored_at_another_parallelism_they_give_the_same(int first, int second, int third)
    {
        using var work = new WorkDirectory();
        Write(work, _paced);
        (await RunAsync(work, first, "200 ms", "checkpoint.published:2")).Exits(ProgramResult.Killed);
        (await RunAsync(work, second, "200 ms", "checkpoint.published:1")).Exits(ProgramResult.Killed);
        (await RunAsync(work, third, "200 ms", crash: null)).Exits(0);

        await CheckAsync(work, _paced);
    }

    static void Write(WorkDirectory work, SuiteScript script)
    {
        work.Write("job.sql", script.Text(work.Path));
        work.Write("out/side_input.txt", SuiteScript.SideInput);
    }

    static Task<ProgramResult> RunAsync(WorkDirectory work, int parallelism, string interval, string? crash) => RunningProgram.RunAsync(new ProgramStart
    {
        Arguments =
        [
            "run", "job.sql", "--data", work["data"], "--parallelism", $"{parallelism}", "--set", $"execution.checkpointing.interval={interval}",
            "--set", "state.backend.type=rocksdb",
        ],
        WorkingDirectory = work.Path,
        Environment = crash is null ? new Dictionary<string, string>() : new() { ["SQLSTREAM_CRASH"] = crash },
    }, TimeSpan.FromMinutes(3));

    async Task CheckAsync(WorkDirectory work, SuiteScript script)
    {
        await using var connection = await server.DataSource.OpenConnectionAsync();
        var oracle = new SuiteOracle(connection);
        foreach (var (table, share) in new[] { ("person", 1), ("auction", 3), ("bid", 46) })
            Assert.Equal(Events / 50 * share, await oracle.FillAsync(table, work.Lines($"out/events/{table}")));
        var differences = new List<string>();
        foreach (var query in script.Queries)
        {
            var expected = await oracle.RowsAsync(query);
            var actual = SuiteOutput.Rows(work, query);
            Assert.NotEmpty(expected);
            if (!expected.SequenceEqual(actual))
                differences.Add($"{query}: {expected.Count} rows expected, {actual.Count} came; missing {First(expected, actual)}, too many {First(actual, expected)}");
        }
        Assert.True(differences.Count == 0, string.Join('\n', differences));
    }

    static string First(List<string> rows, List<string> others)
    {
        var counts = others.CountBy(row => row).ToDictionary();
        return rows.FirstOrDefault(row => !counts.TryGetValue(row, out var left) || (counts[row] = left - 1) < 0) ?? "none";
    }
}
