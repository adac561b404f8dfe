using System.Diagnostics;
using System.Globalization;
using System.Text;
using SqlStream.Core.Diagnostics;
using SqlStream.Engine;
using SqlStream.Engine.Sessions;

namespace SqlStream.Bench;

/// <summary>The time from a text to a plan, and what hopping windows cost beside tumbling ones.</summary>
static class LanguageBenchmarks
{
    const int Runs = 3;

    /// <summary>1,000 keys, 1,000 rows a slide, 600 slides a window. The floor is against tumbling windows of the slide's size, which give
    /// about as many rows; see docs/adr/0012-what-hop-is-compared-with.md.</summary>
    public static async Task HopAsync(Report report)
    {
        const long rows = 10_000_000;
        // Runs of a second or two each, whose ratio goes up and down by a fifth.
        const int pairs = 9;
        string Sql(string window) => $"""
            CREATE TABLE t (id BIGINT, k INT, ts AS TO_TIMESTAMP_LTZ(id, 3), WATERMARK FOR ts AS ts) WITH ('connector' = 'datagen',
              'number-of-rows' = '{rows}', 'rows-per-second' = '1000000000', 'fields.id.kind' = 'sequence', 'fields.id.start' = '0', 'fields.id.end' = '{rows - 1}',
              'fields.k.min' = '0', 'fields.k.max' = '999');
            CREATE TABLE o (we TIMESTAMP_LTZ(3), k INT, n BIGINT, s BIGINT) WITH ('connector' = 'blackhole');
            INSERT INTO o SELECT window_end, k, COUNT(*), SUM(id) FROM {window} GROUP BY window_start, window_end, k;
            """;
        var settings = new Dictionary<string, string> { ["parallelism.default"] = "1", ["execution.runtime-mode"] = "streaming" };
        var overSlide = new List<double>();
        var overSize = new List<double>();
        var rates = new List<double>();
        for (var i = 0; i <= pairs; i++)
        {
            var slide = await JobRun.RunAsync(Sql("TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' SECOND)"), 1, null, settings).ConfigureAwait(false);
            var size = await JobRun.RunAsync(Sql("TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '10' MINUTE)"), 1, null, settings).ConfigureAwait(false);
            var hop = await JobRun.RunAsync(Sql("HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '1' SECOND, INTERVAL '10' MINUTE)"), 1, null, settings).ConfigureAwait(false);
            // The first run warms up.
            if (i == 0)
                continue;
            overSlide.Add(slide.Wall / hop.Wall);
            overSize.Add(size.Wall / hop.Wall);
            rates.Add(rows / hop.Wall.TotalSeconds / 1e6);
        }
        var ratio = Median(overSlide);
        report.Add(new Figure("HOP of 600 slides over TUMBLE of a slide", string.Create(CultureInfo.InvariantCulture, $"{ratio:0.00} ({Median(rates):0.00} M rows/s)"), "0.5", ratio >= 0.5));
        report.Add(new Figure("HOP of 600 slides over TUMBLE of the whole size", string.Create(CultureInfo.InvariantCulture, $"{Median(overSize):0.00}"), "", true));
    }

    /// <summary>Plans large texts in a process that has planned nothing yet, and again.</summary>
    public static async Task SqlAsync(Report report)
    {
        foreach (var (name, text) in new[] { ("1 MB of VALUES", Values()), ("1 MB of IN", In()), ("1 MB of statements", Statements()), LargestExample() })
        {
            await using var engine = SqlStreamEngine.Open(new EngineOptions { Workers = 1, Seed = 1 });
            var first = await PlanAsync(engine, text).ConfigureAwait(false);
            var again = await PlanAsync(engine, text).ConfigureAwait(false);
            report.Add(new Figure(
                $"parse, {name}", string.Create(CultureInfo.InvariantCulture, $"{first.Parse.TotalMilliseconds:0} ms, then {again.Parse.TotalMilliseconds:0} ms"),
                "under 2 s", first.Parse < TimeSpan.FromSeconds(2)));
            report.Add(new Figure(
                $"parse and plan, {name}", string.Create(CultureInfo.InvariantCulture, $"{first.All.TotalMilliseconds:0} ms, then {again.All.TotalMilliseconds:0} ms"), "", true));
        }
    }

    static async Task<(TimeSpan Parse, TimeSpan All)> PlanAsync(SqlStreamEngine engine, string text)
    {
        var session = engine.OpenSession();
        var source = new SourceText(text);
        var watch = Stopwatch.StartNew();
        var statements = Session.Parse(source).ToList();
        var parse = watch.Elapsed;
        foreach (var statement in statements)
            await session.ExecuteAsync(statement, source, CancellationToken.None).ConfigureAwait(false);
        return (parse, watch.Elapsed);
    }

    static string Values()
    {
        var text = new StringBuilder("CREATE TEMPORARY TABLE o (a BIGINT, b STRING, c DECIMAL(10, 2)) WITH ('connector' = 'blackhole');\nEXPLAIN INSERT INTO o VALUES ");
        for (var i = 0; text.Length < 1_000_000; i++)
            text.Append(CultureInfo.InvariantCulture, $"{(i == 0 ? "" : ", ")}({i}, 'name {i}', {i % 100}.{i % 90 + 10})");
        return text.Append(';').ToString();
    }

    static string In()
    {
        var text = new StringBuilder("EXPLAIN SELECT x FROM (VALUES (1), (2)) AS v(x) WHERE x IN (0");
        for (var i = 0; text.Length < 1_000_000; i += 7)
            text.Append(CultureInfo.InvariantCulture, $", {i}");
        return text.Append(");").ToString();
    }

    static string Statements()
    {
        var text = new StringBuilder();
        for (var i = 0; text.Length < 1_000_000; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"""
                CREATE TEMPORARY TABLE t{i} (id BIGINT, k STRING, v DECIMAL(10, 2), ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) WITH ('connector' = 'datagen');
                EXPLAIN SELECT window_end, UPPER(k), SUM(v), COUNT(*) FILTER (WHERE id > {i}) FROM TUMBLE(TABLE t{i}, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY window_start, window_end, k;

                """);
        }
        return text.ToString();
    }

    // Its statements are explained, not run.
    static (string Name, string Text) LargestExample()
    {
        var file = new DirectoryInfo("examples").EnumerateFiles("*.sql", SearchOption.AllDirectories).MaxBy(file => file.Length)!;
        var text = File.ReadAllText(file.FullName).Replace("INSERT INTO", "EXPLAIN INSERT INTO", StringComparison.Ordinal);
        return ($"examples/{file.Directory!.Name}/{file.Name}", text);
    }

    static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
