using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SqlStream.Bench;

/// <summary>What a server costs: the round trip of a statement, and the memory of a server without and with idle jobs.</summary>
static class ServerBenchmarks
{
    const string Program = "artifacts/sqlstream/sqlstream";
    const int RoundTrips = 500;
    const int Jobs = 100;
    const double RoundTripMsMax = 5;
    const double IdleMbMax = 100;
    const double JobsMbMax = 300;

    public static async Task RunAsync(Report report)
    {
        var work = Directory.CreateTempSubdirectory("sqlstream-bench-").FullName;
        using var process = Process.Start(new ProcessStartInfo(Program, ["server", "--listen", "127.0.0.1:0", "--data", Path.Combine(work, "data"), "--root", work]) { RedirectStandardOutput = true })!;
        try
        {
            var said = await process.StandardOutput.ReadLineAsync().ConfigureAwait(false);
            using var http = new HttpClient { BaseAddress = new Uri(said!.Split(' ', ',').First(word => word.StartsWith("http", StringComparison.Ordinal))) };
            var idle = Megabytes(process);
            report.Add(new Figure("server, memory without jobs", Text(idle, "MB"), "under 100 MB", idle < IdleMbMax));
            var session = await PostAsync(http, "/v1/sessions", "{}").ConfigureAwait(false);
            var times = new List<double>();
            for (var i = 0; i < RoundTrips; i++)
            {
                var watch = Stopwatch.StartNew();
                var answer = await PostAsync(http, $"/v1/sessions/{session["id"]}/statements", """{"sql": "SELECT 1"}""").ConfigureAwait(false);
                times.Add(watch.Elapsed.TotalMilliseconds);
                if (answer["results"]!["rows"]!.ToJsonString() != "[[1]]")
                    throw new InvalidDataException(answer.ToJsonString());
            }
            times.Sort();
            var median = times[RoundTrips / 2];
            report.Add(new Figure($"server, round trip of SELECT 1, median of {RoundTrips}", Text(median, "ms"), "under 5 ms", median < RoundTripMsMax));
            var before = Megabytes(process);
            await IdleJobsAsync(http, work).ConfigureAwait(false);
            var more = Megabytes(process) - before;
            report.Add(new Figure($"server, more memory with {Jobs} idle jobs", Text(more, "MB"), "under 300 MB", more < JobsMbMax));
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync().ConfigureAwait(false);
            Directory.Delete(work, recursive: true);
        }
    }

    // Each watches a directory of its own, has read what is there, and keeps groups.
    static async Task IdleJobsAsync(HttpClient http, string work)
    {
        for (var i = 0; i < Jobs; i++)
        {
            var input = Directory.CreateDirectory(Path.Combine(work, $"in{i}")).FullName;
            await File.WriteAllTextAsync(Path.Combine(input, "a.csv"), "1,2\n2,3\n").ConfigureAwait(false);
            var sql = $"""
                CREATE TABLE i (k BIGINT, v BIGINT) WITH ('connector' = 'filesystem', 'path' = '{input}', 'format' = 'csv', 'source.monitor-interval' = '1 s');
                CREATE TABLE o (k BIGINT, n BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'memory');
                INSERT INTO o SELECT k, SUM(v) FROM i GROUP BY k;
                """;
            await PostAsync(http, "/v1/scripts", JsonSerializer.Serialize(new { sql, name = $"job{i}" })).ConfigureAwait(false);
        }
        for (var i = 0; i < Jobs; i++)
            await PostAsync(http, $"/v1/jobs/job{i}/checkpoint", "").ConfigureAwait(false);
        await Task.Delay(TimeSpan.FromSeconds(5), TimeProvider.System).ConfigureAwait(false);
    }

    static async Task<JsonNode> PostAsync(HttpClient http, string path, string json)
    {
        using var content = json.Length == 0 ? null : new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await http.PostAsync(path, content).ConfigureAwait(false);
        var text = await response.Content.ReadAsStringAsync().ConfigureAwait(false);
        return response.IsSuccessStatusCode ? JsonNode.Parse(text)! : throw new InvalidDataException($"{path}: {text}");
    }

    static double Megabytes(Process process)
    {
        process.Refresh();
        return process.WorkingSet64 / (1024.0 * 1024.0);
    }

    static string Text(double value, string unit) => string.Create(CultureInfo.InvariantCulture, $"{value:0.##} {unit}");
}
