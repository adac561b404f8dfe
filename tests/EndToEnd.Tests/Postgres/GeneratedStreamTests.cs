using System.Diagnostics;
using SqlStream.EndToEnd.Tests.Rig;
using SqlStream.Goldens;
using SqlStream.Testing;

namespace SqlStream.EndToEnd.Tests.Postgres;

/// <summary>Generated queries as streams: rows come in any order and in any blocks, some of them go again, and the job is interrupted and goes on with other
/// subtasks; in the end there is what PostgreSQL gives.</summary>
public sealed class GeneratedStreamTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    const int QueriesEach = 25;
    const int Rows = 24;

    static readonly TimeSpan s_slow = TimeSpan.FromSeconds(20);
    static readonly Lock s_notes = new();
    static readonly bool s_isLong = Environment.GetEnvironmentVariable("SQLSTREAM_LONG") == "1";

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, s_isLong ? 800 : 6)];

    [TheoryIfPostgres]
    [MemberData(nameof(Seeds))]
    public async Task Generated_streams_give_what_PostgreSQL_gives(int seed)
    {
        var random = new Random(seed);
        var generator = new QueryGenerator(seed + 10_000);
        await using var connection = await server.DataSource.OpenConnectionAsync();
        var reducer = new FailureReducer(new QueryOracle(connection));
        for (var i = 0; i < QueriesEach;)
        {
            var query = generator.Next();
            if (!query.IsStreamable)
                continue;
            i++;
            var configuration = StreamConfiguration.All[random.Next(StreamConfiguration.All.Count)];
            var trial = GeneratedStream.Make(generator, random, query, Rows);
            var (place, name) = ($"seed {seed}, query {i}, configuration '{configuration.Name}'", $"stream{seed}_{i}");
            var clock = Stopwatch.StartNew();
            try
            {
                if (await reducer.DifferenceAsync(trial, configuration) is { } difference)
                {
                    Note($"{place}: {difference}\n{query.Text}");
                    var (smaller, file) = await reducer.ReduceAsync(trial, configuration, name);
                    Assert.Fail($"{place}: {difference}\nThe smallest form found is in {file}:\n{smaller.Query.Text}");
                }
            }
            catch (Exception exception) when (exception is GoldenTimeoutException or TimeoutException)
            {
                Note($"{place}: {exception.Message}\n{query.Text}");
                Assert.Fail($"{place}: {exception.Message}; see {await reducer.WriteAsync(trial, configuration, name)}:\n{query.Text}");
            }
            if (clock.Elapsed > s_slow)
                Note($"{place}: {clock.Elapsed.TotalSeconds:F0} s\n{query.Text}");
        }
        Note($"seed {seed} passed");
    }

    // A theory says nothing before its end, which may be hours away.
    static void Note(string line)
    {
        if (!s_isLong)
            return;
        var directory = Directory.CreateDirectory(Path.Combine(SqlStreamProgram.Root, "artifacts"));
        lock (s_notes)
            File.AppendAllText(Path.Combine(directory.FullName, "generated-streams.log"), line + "\n");
    }
}
