using SqlStream.Core.Diagnostics;
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
        var oracle = new QueryOracle(connection);
        for (var i = 0; i < QueriesEach;)
        {
            var query = generator.Next();
            if (!query.IsStreamable)
                continue;
            i++;
            var configuration = StreamConfiguration.All[random.Next(StreamConfiguration.All.Count)];
            var trial = GeneratedStream.Make(generator, random, query, Rows);
            if (await DifferenceAsync(oracle, trial, configuration) is { } difference)
            {
                var (smaller, name) = await ReduceAsync(oracle, trial, configuration);
                Assert.Fail($"seed {seed}, query {i}, configuration '{name.Name}': {difference}\nThe smallest form found:\n{smaller.Golden(await ExpectedAsync(oracle, smaller))}");
            }
        }
    }

    static async Task<string?> DifferenceAsync(QueryOracle oracle, GeneratedStream stream, StreamConfiguration configuration)
    {
        var expected = await ExpectedAsync(oracle, stream);
        List<string> actual;
        try
        {
            actual = [.. (await new StreamRunner(stream.Script, configuration).RunAsync()).Select(stream.Canonical).Order(StringComparer.Ordinal)];
        }
        catch (SqlException exception)
        {
            return $"{exception.Diagnostics[0].SqlState} {exception.Diagnostics[0].Message}";
        }
        return expected.SequenceEqual(actual) ? null : $"expected {expected.Count} rows\n  {string.Join("\n  ", expected)}\nbut got {actual.Count}\n  {string.Join("\n  ", actual)}";
    }

    static async Task<List<string>> ExpectedAsync(QueryOracle oracle, GeneratedStream stream)
    {
        foreach (var table in QueryGenerator.TableNames)
            await oracle.FillAsync(table, stream.RowsLeft(table));
        return [.. (await oracle.RowsAsync(stream.Query)).Order(StringComparer.Ordinal)];
    }

    // Leaves out rows, more of them at a time first, as long as the rest still differs; then tries the plain configuration.
    static async Task<(GeneratedStream Stream, StreamConfiguration Configuration)> ReduceAsync(QueryOracle oracle, GeneratedStream stream, StreamConfiguration configuration)
    {
        if (await DifferenceAsync(oracle, stream, StreamConfiguration.All[0]) is not null)
            configuration = StreamConfiguration.All[0];
        for (var size = stream.RowCount / 2; size >= 1; size /= 2)
        {
            for (var from = 0; from < stream.RowCount;)
            {
                var without = stream.Without(from, size);
                if (await DifferenceAsync(oracle, without, configuration) is not null)
                    stream = without;
                else
                    from += size;
            }
        }
        return (stream, configuration);
    }
}
