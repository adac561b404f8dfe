using System.Diagnostics;
using System.Globalization;
using SqlStream.Core.Diagnostics;
using SqlStream.Testing;

namespace SqlStream.Bench;

/// <summary>Rows into a table of PostgreSQL and looked up in one, beside psql's COPY of the same rows into an equal table; the server is on the same machine, so
/// that both share its cores.</summary>
static class PostgresBenchmark
{
    const int Rows = 1_000_000;
    const int LookupRows = 300_000;
    const int Keys = 20_000;
    const int Runs = 3;

    static readonly Dictionary<string, string> _settings = new() { ["parallelism.default"] = "1", ["execution.checkpointing.interval"] = "1 s" };

    // A type of keys, the key of number i here, and the same there.
    static readonly LookupKey[] s_lookupKeys =
    [
        new("BIGINT", "i", "i::bigint"),
        new("STRING", "CAST(i AS STRING)", "i::text"),
        new("DECIMAL(12, 2)", "CAST(i AS DECIMAL(12, 2))", "i::numeric(12, 2)"),
        new("TIMESTAMP(3)", "TIMESTAMPADD(SECOND, CAST(i AS INT), TIMESTAMP '2026-01-01 00:00:00.000')", "timestamp(3) '2026-01-01' + i * interval '1 second'"),
    ];

    public static async Task RunAsync(Report report)
    {
        if (PostgresServer.Missing() is { } reason)
        {
            Console.WriteLine($"postgres: left out, {reason}");
            return;
        }
        using var server = new PostgresServer();
        var file = Path.Combine(Path.GetTempPath(), $"sqlstream-bench-{Environment.ProcessId}.copy");
        try
        {
            await WriteAsync(report, server, file, "append", "", 0.7).ConfigureAwait(false);
            await WriteAsync(report, server, file, "upsert", ", PRIMARY KEY (id) NOT ENFORCED", 0.4).ConfigureAwait(false);
        }
        finally
        {
            File.Delete(file);
        }
        foreach (var key in s_lookupKeys)
            await LookupAsync(report, server, $"{key.Type}, without cache", key, "").ConfigureAwait(false);
        await LookupAsync(report, server, "BIGINT, with cache", s_lookupKeys[0], ", 'lookup.cache' = 'PARTIAL'").ConfigureAwait(false);
    }

    static async Task WriteAsync(Report report, PostgresServer server, string file, string kind, string key, double floor)
    {
        var ratios = new List<double>();
        var rates = new List<double>();
        for (var run = 0; run <= Runs; run++)
        {
            server.Execute($"DROP TABLE IF EXISTS ours, theirs; CREATE TABLE ours (id bigint{(key.Length > 0 ? " PRIMARY KEY" : "")}, k text, v bigint, at timestamp(3))");
            var cost = await JobRun.RunAsync(
                $"""
                CREATE TABLE t (id BIGINT, k STRING, v BIGINT, at AS TO_TIMESTAMP('2026-01-01 00:00:00')) WITH ('connector' = 'datagen', 'number-of-rows' = '{Rows}',
                  'rows-per-second' = '1000000000', 'fields.id.kind' = 'sequence', 'fields.id.start' = '0', 'fields.id.end' = '{Rows - 1}', 'fields.k.length' = '20');
                CREATE TABLE o (id BIGINT, k STRING, v BIGINT, at TIMESTAMP(3){key}) WITH ('connector' = 'postgres', 'url' = '{server.Url}', 'table-name' = 'ours');
                INSERT INTO o SELECT id, k, v, at FROM t;
                """,
                1, null, _settings, seed: null).ConfigureAwait(false);
            server.Execute($"CREATE TABLE theirs (LIKE ours INCLUDING ALL); COPY ours TO PROGRAM 'cat > {file} && chmod a+r {file}'");
            var theirs = Psql(server, $"\\copy theirs from '{file}'");
            // The server's user owns the file.
            server.Execute($"COPY (SELECT) TO PROGRAM 'rm {file}'");
            if (run == 0)
                continue;
            ratios.Add(theirs / cost.Wall);
            rates.Add(Rows / cost.Wall.TotalSeconds / 1e6);
        }
        var ratio = ratios.Order().ElementAt(Runs / 2);
        report.Add(new Figure(
            $"postgres: {kind} over psql's COPY", string.Create(CultureInfo.InvariantCulture, $"{ratio:0.00} ({rates.Order().ElementAt(Runs / 2):0.00} M rows/s)"),
            floor.ToString(CultureInfo.InvariantCulture), ratio >= floor));
    }

    static async Task LookupAsync(Report report, PostgresServer server, string name, LookupKey key, string options)
    {
        server.Execute($"DROP TABLE IF EXISTS names; CREATE TABLE names AS SELECT {key.There} AS id, 'name ' || i AS name FROM generate_series(0, {Keys - 1}) AS i; ALTER TABLE names ADD PRIMARY KEY (id); ANALYZE names");
        var rates = new List<double>();
        var allocated = new List<double>();
        for (var run = 0; run <= Runs; run++)
        {
            var cost = await JobRun.RunAsync(
                $"""
                CREATE TABLE t (i BIGINT, id AS {key.Here}, at AS PROCTIME()) WITH ('connector' = 'datagen', 'number-of-rows' = '{LookupRows}', 'rows-per-second' = '1000000000',
                  'fields.i.min' = '0', 'fields.i.max' = '{Keys - 1}');
                CREATE TABLE names (id {key.Type}, name STRING) WITH ('connector' = 'postgres', 'url' = '{server.Url}', 'table-name' = 'names'{options});
                CREATE TABLE o (i BIGINT, name STRING) WITH ('connector' = 'blackhole');
                INSERT INTO o SELECT t.i, n.name FROM t JOIN names FOR SYSTEM_TIME AS OF t.at AS n ON n.id = t.id;
                """,
                1, null, _settings, seed: null).ConfigureAwait(false);
            if (run == 0)
                continue;
            rates.Add(LookupRows / cost.Wall.TotalSeconds / 1e6);
            allocated.Add((double)cost.AllocatedBytes / LookupRows);
        }
        report.Add(new Figure(
            $"postgres: lookup join, {Keys:N0} keys, {name}",
            string.Create(CultureInfo.InvariantCulture, $"{rates.Order().ElementAt(Runs / 2):0.000} M rows/s, {allocated.Order().ElementAt(Runs / 2):0} B/row"), "", true));
    }

    static TimeSpan Psql(PostgresServer server, string command)
    {
        var watch = Stopwatch.StartNew();
        using var psql = Process.Start(new ProcessStartInfo(Path.Combine(PostgresServer.Binaries!, "psql"), [server.Url, "-q", "-c", command]))
            ?? throw new ExternalException("psql does not start", Retry.Never);
        psql.WaitForExit();
        return psql.ExitCode == 0 ? watch.Elapsed : throw new ExternalException("psql failed", Retry.Never);
    }

    sealed record LookupKey(string Type, string Here, string There);
}
