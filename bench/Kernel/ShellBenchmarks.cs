using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace SqlStream.Bench;

/// <summary>What somebody at the shell waits for: its prompt, and the rows of a query.</summary>
static class ShellBenchmarks
{
    const string Program = "artifacts/sqlstream/sqlstream";
    const int Starts = 9;
    const long Rows = 2_000_000;
    const double StartMsMax = 500;
    const double RowsFloor = 200_000;

    public static Task RunAsync(Report report)
    {
        var home = Directory.CreateTempSubdirectory("sqlstream-bench-").FullName;
        try
        {
            var times = Enumerable.Range(0, Starts).Select(_ => ToPrompt(home)).Order().ToList();
            var median = times[Starts / 2];
            report.Add(new Figure($"shell, start to prompt, median of {Starts}", $"{median:0} ms", $"under {StartMsMax:0} ms", median < StartMsMax));
            var rate = NdjsonRate();
            report.Add(new Figure(
                "streaming SELECT of three columns to --output ndjson", $"{rate.ToString("N0", CultureInfo.InvariantCulture)} rows/s", "200,000 rows/s", rate >= RowsFloor));
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
        return Task.CompletedTask;
    }

    // The program script of util-linux gives it a terminal.
    static double ToPrompt(string home)
    {
        var info = new ProcessStartInfo("script", ["-qec", Path.GetFullPath(Program) + " shell", "/dev/null"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        info.Environment["HOME"] = home;
        info.Environment["TERM"] = "xterm";
        var watch = Stopwatch.StartNew();
        using var process = Process.Start(info)!;
        var seen = new StringBuilder();
        var buffer = new char[4096];
        while (!seen.ToString().Contains("sqlstream> ", StringComparison.Ordinal) && process.StandardOutput.Read(buffer) is > 0 and var count)
            seen.Append(buffer, 0, count);
        var time = watch.Elapsed.TotalMilliseconds;
        process.StandardInput.Write("\u0004");
        process.StandardInput.Flush();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return time;
    }

    // Rows between the first block that comes and the last, so that starting the program does not count.
    static double NdjsonRate()
    {
        var sql = $"""
            CREATE TABLE g (id BIGINT, name STRING, price DOUBLE) WITH ('connector' = 'datagen', 'rows-per-second' = '1000000000', 'number-of-rows' = '{Rows}',
              'fields.id.min' = '0', 'fields.id.max' = '1000000', 'fields.name.length' = '10');
            SELECT id, name, price FROM g;
            """;
        using var process = Process.Start(new ProcessStartInfo(Program, ["-c", sql, "--set", "execution.runtime-mode=streaming", "--output", "ndjson"]) { RedirectStandardOutput = true })!;
        var stream = process.StandardOutput.BaseStream;
        var buffer = new byte[1 << 20];
        var count = stream.Read(buffer);
        long rows = 0;
        var watch = Stopwatch.StartNew();
        while ((count = stream.Read(buffer)) > 0)
            rows += buffer.AsSpan(0, count).Count((byte)'\n');
        var seconds = watch.Elapsed.TotalSeconds;
        process.WaitForExit();
        return rows / seconds;
    }
}
