using SqlStream.Goldens;
using SqlStream.Testing;

namespace SqlStream.EndToEnd.Tests.Postgres;

/// <summary>Generated queries as streams: rows come in any order and in any blocks, some of them go again, and the job is interrupted and goes on with other
/// subtasks; in the end there is what PostgreSQL gives.</summary>
public sealed class GeneratedStreamTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    const int QueriesEach = 25;
    const int Rows = 24;

    static readonly bool _isLong = Environment.GetEnvironmentVariable("SQLSTREAM_LONG") == "1";

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, _isLong ? 800 : 6)];

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
            if (await reducer.DifferenceAsync(trial, configuration) is { } difference)
            {
                var (smaller, file) = await reducer.ReduceAsync(trial, configuration, $"stream{seed}_{i}");
                Assert.Fail($"seed {seed}, query {i}, configuration '{configuration.Name}': {difference}\nThe smallest form found is in {file}:\n{smaller.Query.Text}");
            }
        }
    }
}
