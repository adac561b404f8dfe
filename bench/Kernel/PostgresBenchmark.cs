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
        await LookupAsync(report, server, "without cache", "").ConfigureAwait(false);
        await LookupAsync(report, server, "with cache", ", 'lookup.cache' = 'PARTIAL'").ConfigureAwait(false);
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

    static async Task LookupAsync(Report report, PostgresServer server, string name, string options)
    {
        server.Execute($"DROP TABLE IF EXISTS names; CREATE TABLE names (id bigint PRIMARY KEY, name text); INSERT INTO names SELECT i, 'name ' || i FROM generate_series(0, {Keys - 1}) AS i");
        var rates = new List<double>();
        for (var run = 0; run <= Runs; run++)
        {
            var cost = await JobRun.RunAsync(
                $"""
                CREATE TABLE t (id BIGINT, at AS PROCTIME()) WITH ('connector' = 'datagen', 'number-of-rows' = '{LookupRows}', 'rows-per-second' = '1000000000',
                  'fields.id.min' = '0', 'fields.id.max' = '{Keys - 1}');
                CREATE TABLE names (id BIGINT, name STRING) WITH ('connector' = 'postgres', 'url' = '{server.Url}', 'table-name' = 'names'{options});
                CREATE TABLE o (id BIGINT, name STRING) WITH ('connector' = 'blackhole');
                INSERT INTO o SELECT t.id, n.name FROM t JOIN names FOR SYSTEM_TIME AS OF t.at AS n ON n.id = t.id;
                """,
                1, null, _settings, seed: null).ConfigureAwait(false);
            if (run > 0)
                rates.Add(LookupRows / cost.Wall.TotalSeconds / 1e6);
        }
        report.Add(new Figure(
            $"postgres: lookup join, {Keys:N0} keys, {name}", string.Create(CultureInfo.InvariantCulture, $"{rates.Order().ElementAt(Runs / 2):0.000} M rows/s"), "", true));
    }

    static TimeSpan Psql(PostgresServer server, string command)
    {
        var watch = Stopwatch.StartNew();
        using var psql = Process.Start(new ProcessStartInfo(Path.Combine(PostgresServer.Binaries!, "psql"), [server.Url, "-q", "-c", command]))
            ?? throw new ExternalException("psql does not start", Retry.Never);
        psql.WaitForExit();
        return psql.ExitCode == 0 ? watch.Elapsed : throw new ExternalException("psql failed", Retry.Never);
    }
}
