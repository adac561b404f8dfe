using System.Globalization;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;

namespace SqlStream.EndToEnd.Tests.Nexmark;

/// <summary>What PostgreSQL makes of the same events.</summary>
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
        ["q3"] = "SELECT p.name, p.city, p.state, a.id FROM auction a JOIN person p ON a.seller = p.id WHERE a.category = 10 AND p.state IN ('OR', 'ID', 'CA')",
        ["q4"] = """
            SELECT category, div(sum(final), count(*)) FROM (SELECT max(b.price) AS final, a.category FROM auction a JOIN bid b ON a.id = b.auction AND b.at BETWEEN a.at AND a.expires
              GROUP BY a.id, a.category) AS q GROUP BY category
            """,
        ["q5"] = """
            WITH counts AS (SELECT auction, ending, count(*) AS num
              FROM bid CROSS JOIN LATERAL (SELECT date_bin('2 seconds', at, '2026-01-01') + k * interval '2 seconds' AS ending FROM generate_series(1, 5) AS k) AS w
              GROUP BY auction, ending)
            SELECT auction, num FROM (SELECT auction, num, max(num) OVER (PARTITION BY ending) AS most FROM counts) AS c WHERE num = most
            """,
        ["q6"] = """
            SELECT seller, div(sum(final) OVER w, count(*) OVER w) FROM (
              SELECT DISTINCT ON (a.id) a.id, a.seller, b.price AS final, b.at FROM auction a JOIN bid b ON a.id = b.auction AND b.at BETWEEN a.at AND a.expires
              ORDER BY a.id, b.price DESC, b.at) AS f
            WINDOW w AS (PARTITION BY seller ORDER BY at ROWS BETWEEN 10 PRECEDING AND CURRENT ROW)
            """,
        ["q7"] = """
            SELECT b.auction, b.price, b.bidder, b.at, b.extra FROM bid b
            JOIN (SELECT max(price) AS most, date_bin('10 seconds', at, '2026-01-01') + interval '10 seconds' AS ending FROM bid GROUP BY 2) AS w ON b.price = w.most
            WHERE b.at BETWEEN w.ending - interval '10 seconds' AND w.ending
            """,
        ["q8"] = """
            SELECT p.id, p.name, p.start FROM (SELECT DISTINCT id, name, date_bin('10 seconds', at, '2026-01-01') AS start FROM person) AS p
            JOIN (SELECT DISTINCT seller, date_bin('10 seconds', at, '2026-01-01') AS start FROM auction) AS a ON p.id = a.seller AND p.start = a.start
            """,
        ["q9"] = """
            SELECT DISTINCT ON (a.id) a.id, a.itemname, a.description, a.initialbid, a.reserve, a.at, a.expires, a.seller, a.category, a.extra, b.auction, b.bidder, b.price, b.at, b.extra
            FROM auction a JOIN bid b ON a.id = b.auction AND b.at BETWEEN a.at AND a.expires ORDER BY a.id, b.price DESC, b.at
            """,
        ["q10"] = "SELECT auction, bidder, price, to_char(at, 'YYYY-MM-DD HH24:MI:SS.MS'), extra, to_char(at, 'YYYY-MM-DD'), to_char(at, 'HH24:MI') FROM bid",
        ["q11"] = """
            SELECT bidder, count(*), min(at), max(at) + interval '10 seconds' FROM (
              SELECT bidder, at, sum(isfirst) OVER (PARTITION BY bidder ORDER BY at) AS session FROM (
                SELECT bidder, at, CASE WHEN at - lag(at) OVER (PARTITION BY bidder ORDER BY at) > interval '10 seconds' THEN 1 ELSE 0 END AS isfirst FROM bid) AS b) AS s
            GROUP BY bidder, session
            """,
        // Which ten seconds of the clock a bid falls into nobody knows; all of them are counted.
        ["q12"] = "SELECT bidder, count(*) FROM bid GROUP BY bidder",
        ["q13"] = "SELECT auction, bidder, price, at, (auction % 10000)::text FROM bid",
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
        ["q18"] = "SELECT auction, bidder, max(at) FROM bid GROUP BY 1, 2",
        ["q19"] = "SELECT * FROM (SELECT auction, price, row_number() OVER (PARTITION BY auction ORDER BY price DESC) AS n FROM bid) AS b WHERE n <= 10",
        ["q20"] = """
            SELECT b.auction, b.bidder, b.price, b.channel, b.url, b.at, b.extra, a.itemname, a.description, a.initialbid, a.reserve, a.at, a.expires, a.seller, a.category, a.extra
            FROM bid b JOIN auction a ON b.auction = a.id WHERE a.category = 10
            """,
        ["q21"] = """
            SELECT * FROM (SELECT auction, bidder, price, channel, CASE lower(channel) WHEN 'apple' THEN '0' WHEN 'google' THEN '1' WHEN 'facebook' THEN '2' WHEN 'baidu' THEN '3'
              ELSE substring(url FROM '(?:&|^)channel_id=([^&]*)') END AS id FROM bid) AS x WHERE id IS NOT NULL
            """,
        ["q22"] = "SELECT auction, bidder, price, channel, split_part(url, '/', 4), split_part(url, '/', 5), split_part(url, '/', 6) FROM bid",
        ["q23"] = """
            SELECT b.auction, b.bidder, b.price, b.at, p.name, p.city, a.id, a.itemname, a.at FROM bid b JOIN person p ON p.id = b.bidder JOIN auction a ON a.seller = b.bidder
            """,
    };

    /// <summary>The kinds of events, with the columns that PostgreSQL gives them.</summary>
    static readonly Dictionary<string, string> _tables = new()
    {
        ["person"] = "id bigint, name text, email text, card text, city text, state text, at timestamp(3), extra text",
        ["auction"] = """
            id bigint, itemname text, description text, initialbid bigint, reserve bigint, at timestamp(3), expires timestamp(3), seller bigint, category bigint, extra text
            """,
        ["bid"] = "auction bigint, bidder bigint, price bigint, channel text, url text, at timestamp(3), extra text",
    };

    /// <summary>The queries that it knows.</summary>
    public static IReadOnlyList<string> Queries { get; } = [.. _queries.Keys];

    /// <summary>Takes over the events of a kind from a JSON file a line each, and returns how many there are.</summary>
    public async Task<int> FillAsync(string table, IEnumerable<string> lines)
    {
        await using (var command = new NpgsqlCommand($"CREATE TEMP TABLE {table} ({_tables[table]})", connection))
            await command.ExecuteNonQueryAsync();
        await using var importer = await connection.BeginBinaryImportAsync($"COPY {table} FROM STDIN (FORMAT binary)");
        var count = 0;
        foreach (var line in lines)
        {
            using var document = JsonDocument.Parse(line);
            await importer.StartRowAsync();
            foreach (var value in document.RootElement.EnumerateObject())
            {
                if (value.Value.ValueKind == JsonValueKind.Number)
                    await importer.WriteAsync(value.Value.GetInt64(), NpgsqlDbType.Bigint);
                else if (value.Name is "dateTime" or "expires")
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
