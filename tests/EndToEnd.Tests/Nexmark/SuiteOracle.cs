using System.Globalization;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;

namespace SqlStream.EndToEnd.Tests.Nexmark;

/// <summary>What PostgreSQL makes of the same bids.</summary>
sealed class SuiteOracle(NpgsqlConnection connection)
{
    const string Ranks = """
        count(*), count(*) FILTER (WHERE price < 10000), count(*) FILTER (WHERE price >= 10000 AND price < 1000000), count(*) FILTER (WHERE price >= 1000000),
        count(DISTINCT bidder), count(DISTINCT bidder) FILTER (WHERE price < 10000), count(DISTINCT bidder) FILTER (WHERE price >= 10000 AND price < 1000000),
        count(DISTINCT bidder) FILTER (WHERE price >= 1000000),
        count(DISTINCT auction), count(DISTINCT auction) FILTER (WHERE price < 10000), count(DISTINCT auction) FILTER (WHERE price >= 10000 AND price < 1000000),
        count(DISTINCT auction) FILTER (WHERE price >= 1000000)
        """;

    /// <summary>The queries, each in the words of PostgreSQL.</summary>
    static readonly Dictionary<string, string> _queries = new()
    {
        ["q0"] = "SELECT auction, bidder, price, at, extra FROM bid",
        ["q1"] = "SELECT auction, bidder, 0.908 * price, at, extra FROM bid",
        ["q2"] = "SELECT auction, price FROM bid WHERE auction % 123 = 0",
        ["q10"] = "SELECT auction, bidder, price, to_char(at, 'YYYY-MM-DD HH24:MI:SS.MS'), extra, to_char(at, 'YYYY-MM-DD'), to_char(at, 'HH24:MI') FROM bid",
        ["q14"] = """
            SELECT auction, bidder, 0.908 * price, CASE WHEN date_part('hour', at) BETWEEN 8 AND 18 THEN 'dayTime'
              WHEN date_part('hour', at) <= 6 OR date_part('hour', at) >= 20 THEN 'nightTime' ELSE 'otherTime' END,
              at, extra, length(extra) - length(replace(extra, 'c', ''))
            FROM bid WHERE 0.908 * price > 1000000 AND 0.908 * price < 50000000
            """,
        ["q15"] = $"SELECT to_char(at, 'YYYY-MM-DD'), {Ranks} FROM bid GROUP BY 1",
        ["q16"] = $"SELECT channel, to_char(at, 'YYYY-MM-DD'), max(to_char(at, 'HH24:MI')), {Ranks} FROM bid GROUP BY 1, 2",
        ["q17"] = """
            SELECT auction, to_char(at, 'YYYY-MM-DD'), count(*), count(*) FILTER (WHERE price < 10000), count(*) FILTER (WHERE price >= 10000 AND price < 1000000),
              count(*) FILTER (WHERE price >= 1000000), min(price), max(price), div(sum(price), count(*)), sum(price)
            FROM bid GROUP BY 1, 2
            """,
        ["q21"] = """
            SELECT * FROM (SELECT auction, bidder, price, channel, CASE lower(channel) WHEN 'apple' THEN '0' WHEN 'google' THEN '1' WHEN 'facebook' THEN '2' WHEN 'baidu' THEN '3'
              ELSE substring(url FROM '(?:&|^)channel_id=([^&]*)') END AS id FROM bid) AS x WHERE id IS NOT NULL
            """,
        ["q22"] = "SELECT auction, bidder, price, channel, split_part(url, '/', 4), split_part(url, '/', 5), split_part(url, '/', 6) FROM bid",
    };

    /// <summary>The queries that it knows.</summary>
    public static IReadOnlyList<string> Queries { get; } = [.. _queries.Keys];

    /// <summary>Takes over the bids of a JSON file a line each, and returns how many there are.</summary>
    public async Task<int> FillAsync(IEnumerable<string> lines)
    {
        await using (var command = new NpgsqlCommand(
            "CREATE TEMP TABLE bid (auction bigint, bidder bigint, price bigint, channel text, url text, at timestamp(3), extra text)", connection))
            await command.ExecuteNonQueryAsync();
        await using var importer = await connection.BeginBinaryImportAsync("COPY bid FROM STDIN (FORMAT binary)");
        var count = 0;
        foreach (var line in lines)
        {
            using var document = JsonDocument.Parse(line);
            await importer.StartRowAsync();
            foreach (var value in document.RootElement.EnumerateObject())
            {
                if (value.Value.ValueKind == JsonValueKind.Number)
                    await importer.WriteAsync(value.Value.GetInt64(), NpgsqlDbType.Bigint);
                else if (value.NameEquals("dateTime"))
                    await importer.WriteAsync(DateTime.Parse(value.Value.GetString()!, CultureInfo.InvariantCulture), NpgsqlDbType.Timestamp);
                else
                    await importer.WriteAsync(value.Value.GetString()!, NpgsqlDbType.Text);
            }
            count++;
        }
        await importer.CompleteAsync();
        return count;
    }

    /// <summary>The rows of a query, ordered.</summary>
    public async Task<List<string>> RowsAsync(string query)
    {
        await using var command = new NpgsqlCommand(_queries[query], connection) { CommandTimeout = 60 };
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
            rows.Add(string.Join(" | ", Enumerable.Range(0, reader.FieldCount).Select(i => SuiteOutput.Canonical(reader.IsDBNull(i) ? null : reader.GetValue(i)))));
        rows.Sort(StringComparer.Ordinal);
        return rows;
    }
}
