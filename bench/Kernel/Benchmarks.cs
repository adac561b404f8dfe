using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace SqlStream.Bench;

/// <summary>The benchmarks of the kernel.</summary>
static class Benchmarks
{
    const int Runs = 3;
    const int GroupKeys = 100_000;

    // The smallest object has 24 bytes: below this, rows make none. What is left are objects per batch, per window and per checkpoint.
    const double AllocatedMax = 4;

    static readonly Dictionary<string, string> _oneWorker = new() { ["parallelism.default"] = "1", ["execution.runtime-mode"] = "streaming" };

    public static async Task FilterProjectAsync(Report report)
    {
        const long rows = 200_000_000;
        var data = new BenchRows(GroupKeys);
        var sql = $"""
            CREATE TABLE t (id BIGINT, k BIGINT, v DOUBLE) WITH ('connector' = 'bench', 'rows' = '{rows}');
            CREATE TABLE o (id BIGINT, v DOUBLE) WITH ('connector' = 'bench');
            INSERT INTO o SELECT id * 2, v + 1.5 FROM t WHERE v > 50;
            """;
        await CompareAsync(report, "filter + project", rows, sql, data, () => HandWritten.FilterProject(data, rows)).ConfigureAwait(false);
    }

    public static async Task GroupByAsync(Report report)
    {
        const long rows = 30_000_000;
        var data = new BenchRows(GroupKeys);
        await CompareAsync(report, "GROUP BY, 100 k keys", rows, GroupBySql(rows, 1), data, () => HandWritten.GroupBy(data, rows, GroupKeys)).ConfigureAwait(false);
    }

    public static async Task TwoWorkersAsync(Report report)
    {
        const long rows = 30_000_000;
        var data = new BenchRows(GroupKeys);
        var two = new Dictionary<string, string>(_oneWorker) { ["parallelism.default"] = "2" };
        var ratios = new List<double>();
        var cpu = new List<double>();
        for (var i = 0; i < Runs; i++)
        {
            var one = await JobRun.RunAsync(GroupBySql(rows, 2), 1, data, _oneWorker).ConfigureAwait(false);
            var both = await JobRun.RunAsync(GroupBySql(rows, 2), 2, data, two).ConfigureAwait(false);
            ratios.Add(one.Wall / both.Wall);
            cpu.Add(both.Cpu / one.Cpu);
        }
        report.Add(new Figure("two workers over one, GROUP BY", Ratio(Median(ratios)), "1.6", Median(ratios) >= 1.6));
        report.Add(new Figure("CPU time of two workers over that of one", Ratio(Median(cpu)), "-", true));
        await OneGroupAsync(report, data, two).ConfigureAwait(false);
    }

    // Where all rows meet in one group, the subtask that keeps it must not be the limit.
    static async Task OneGroupAsync(Report report, BenchRows data, Dictionary<string, string> settings)
    {
        const long rows = 100_000_000;
        const string sql = """
            CREATE TABLE t (id BIGINT, k BIGINT, v DOUBLE) WITH ('connector' = 'bench', 'rows' = '100000000', 'splits' = '2');
            CREATE TABLE o (n BIGINT, s BIGINT, a DOUBLE) WITH ('connector' = 'blackhole');
            INSERT INTO o SELECT COUNT(*), SUM(id), AVG(v) FROM t;
            """;
        var ratios = new List<double>();
        var rates = new List<double>();
        for (var i = 0; i < Runs; i++)
        {
            var one = await JobRun.RunAsync(sql, 2, data, new Dictionary<string, string>(settings) { ["table.optimizer.agg-phase-strategy"] = "ONE_PHASE" }).ConfigureAwait(false);
            var both = await JobRun.RunAsync(sql, 2, data, settings).ConfigureAwait(false);
            ratios.Add(one.Wall / both.Wall);
            rates.Add(rows / both.Wall.TotalSeconds);
        }
        report.Add(new Figure("two phases over one, all rows in one group, two workers", $"{Ratio(Median(ratios))} ({Rate(Median(rates))})", "1.2", Median(ratios) >= 1.2));
    }

    public static async Task CheckpointCostAsync(Report report)
    {
        const long rows = 60_000_000;
        var data = new BenchRows(GroupKeys);
        var off = new Dictionary<string, string>(_oneWorker) { ["execution.checkpointing.interval"] = "0" };
        var on = new Dictionary<string, string>(_oneWorker) { ["execution.checkpointing.interval"] = "1 s" };
        var costs = new List<double>();
        for (var i = 0; i < Runs; i++)
        {
            var without = await JobRun.RunAsync(GroupBySql(rows, 1), 1, data, off).ConfigureAwait(false);
            var with = await JobRun.RunAsync(GroupBySql(rows, 1), 1, data, on).ConfigureAwait(false);
            costs.Add((with.Wall / without.Wall) - 1);
        }
        report.Add(new Figure("cost of a checkpoint a second, GROUP BY", Median(costs).ToString("P1", CultureInfo.InvariantCulture), "under 15 %", Median(costs) < 0.15));
    }

    public static async Task JsonTumbleAsync(Report report)
    {
        const int rows = 4_000_000;
        const int fewerRows = rows / 3;
        using var directory = new BenchDirectory();
        using var fewer = new BenchDirectory();
        WriteJson(Path.Combine(directory.Path, "in.json"), rows);
        WriteJson(Path.Combine(fewer.Path, "in.json"), fewerRows);
        string Sql(string path) => $"""
            CREATE TABLE s (id BIGINT, sensor STRING, ts TIMESTAMP(3), temperature DOUBLE, WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
            WITH ('connector' = 'filesystem', 'path' = '{path}', 'format' = 'json', 'scan.split-order' = 'time');
            CREATE TABLE o (sensor STRING, we TIMESTAMP(3), n BIGINT, a DOUBLE) WITH ('connector' = 'blackhole');
            INSERT INTO o SELECT sensor, window_end, COUNT(*), AVG(temperature)
            FROM TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY window_start, window_end, sensor;
            """;
        var rates = new List<double>();
        var cores = new List<double>();
        var allocated = new List<double>();
        for (var i = 0; i <= Runs; i++)
        {
            var cost = await JobRun.RunAsync(Sql(directory.Path), 1, null, _oneWorker).ConfigureAwait(false);
            var shorter = await JobRun.RunAsync(Sql(fewer.Path), 1, null, _oneWorker).ConfigureAwait(false);
            // The first run warms up.
            if (i == 0)
                continue;
            rates.Add(rows / cost.Wall.TotalSeconds);
            cores.Add(rows / cost.Cpu.TotalSeconds);
            allocated.Add((double)(cost.AllocatedBytes - shorter.AllocatedBytes) / (rows - fewerRows));
        }
        report.Add(new Figure("JSON file -> TUMBLE -> blackhole, one worker", Rate(Median(rates)), "1 M rows/s", Median(rates) >= 1e6));
        report.Add(new Figure("the same per CPU second of the process", Rate(Median(cores)), "-", true));
        report.Add(new Figure("the same, bytes allocated per row", Bytes(Median(allocated)), "below 4", Median(allocated) < AllocatedMax));
    }

    public static Task StartAsync(Report report)
    {
        var times = new List<double>();
        for (var i = 0; i < 5; i++)
        {
            var watch = Stopwatch.StartNew();
            using var process = Process.Start(new ProcessStartInfo("artifacts/sqlstream/sqlstream", "-c \"SELECT 1\"") { RedirectStandardOutput = true })!;
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            times.Add(watch.Elapsed.TotalMilliseconds);
        }
        report.Add(new Figure("-c \"SELECT 1\", whole process", $"{Median(times):0} ms", "under 500 ms", Median(times) < 500));
        return Task.CompletedTask;
    }

    public static async Task LargeStateAsync(Report report)
    {
        foreach (var skewed in new[] { false, true })
        {
            var line = await ChildAsync("state", skewed ? "80/20" : "uniform").ConfigureAwait(false);
            var parts = line.Split(' ');
            var rate = double.Parse(parts[0], CultureInfo.InvariantCulture);
            var peak = double.Parse(parts[1], CultureInfo.InvariantCulture) / (1 << 20);
            var floor = skewed ? 1e6 : 150e3;
            report.Add(new Figure($"10 M keys in a budget of 512 MB, {(skewed ? "80/20" : "uniform")}", Rate(rate), Rate(floor), rate >= floor));
            report.Add(new Figure("the same, peak resident memory", $"{peak:0} MB", "under 762 MB", peak < 762));
        }
    }

    public static async Task RecoveryAsync(Report report)
    {
        var parts = (await ChildAsync("recovery", "1").ConfigureAwait(false)).Split(' ');
        var seconds = double.Parse(parts[0], CultureInfo.InvariantCulture);
        var bytes = double.Parse(parts[1], CultureInfo.InvariantCulture);
        report.Add(new Figure($"recovery of {bytes / (1 << 30):0.00} GB of state", $"{seconds:0.00} s", "under 10 s for 1 GB", seconds < 10 && bytes > 0.9 * (1 << 30)));
    }

    static string GroupBySql(long rows, int splits) => $"""
        CREATE TABLE t (id BIGINT, k BIGINT, v DOUBLE) WITH ('connector' = 'bench', 'rows' = '{rows}', 'splits' = '{splits}');
        CREATE TABLE o (k BIGINT, n BIGINT, s BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'bench');
        INSERT INTO o SELECT k, COUNT(*), SUM(id) FROM t GROUP BY k;
        """;

    static async Task CompareAsync(Report report, string name, long rows, string sql, BenchRows data, Func<long> handWritten)
    {
        var ratios = new List<double>();
        var rates = new List<double>();
        var allocated = new List<double>();
        for (var i = 0; i <= Runs; i++)
        {
            var watch = Stopwatch.StartNew();
            var kept = handWritten();
            var loop = watch.Elapsed;
            GC.KeepAlive(kept);
            var cost = await JobRun.RunAsync(sql, 1, data, _oneWorker).ConfigureAwait(false);
            // The first run warms up.
            if (i == 0)
                continue;
            ratios.Add(loop / cost.Wall);
            rates.Add(rows / cost.Wall.TotalSeconds);
            // What a job allocates once, such as its tables and buffers, is not per row: the shorter run has allocated it, and written checkpoints, too.
            var longer = await JobRun.RunAsync(sql.Replace($"'{rows}'", $"'{rows * 3}'", StringComparison.Ordinal), 1, data, _oneWorker).ConfigureAwait(false);
            allocated.Add((double)(longer.AllocatedBytes - cost.AllocatedBytes) / (rows * 2));
        }
        report.Add(new Figure($"{name}, of the hand-written loop", $"{Ratio(Median(ratios))} ({Rate(Median(rates))})", "0.4", Median(ratios) >= 0.4));
        report.Add(new Figure($"{name}, bytes allocated per row", Bytes(Median(allocated)), "below 4", Median(allocated) < AllocatedMax));
    }

    // Memory and recovery are measured in processes of their own.
    static async Task<string> ChildAsync(string benchmark, string argument)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        start.ArgumentList.Add("child");
        start.ArgumentList.Add(benchmark);
        start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync().ConfigureAwait(false);
        await process.WaitForExitAsync().ConfigureAwait(false);
        return process.ExitCode == 0 ? output.Trim() : throw new InvalidOperationException($"{benchmark} failed: {output}");
    }

    static void WriteJson(string path, int rows)
    {
        var random = new Random(1);
        using var writer = new StreamWriter(path, append: false, new UTF8Encoding(false), bufferSize: 1 << 20) { NewLine = "\n" };
        for (var i = 0; i < rows; i++)
        {
            var time = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddMilliseconds(i * 5L);
            writer.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{{\"id\":{i},\"sensor\":\"sensor-{i % 1000}\",\"ts\":\"{time:yyyy-MM-dd HH:mm:ss.fff}\",\"temperature\":{random.NextDouble() * 100:0.00},\"status\":\"ok\",\"region\":\"eu-central\"}}"));
        }
    }

    static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    static string Ratio(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);

    static string Rate(double rowsPerSecond) => (rowsPerSecond / 1e6).ToString("0.00", CultureInfo.InvariantCulture) + " M rows/s";

    static string Bytes(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);
}

/// <summary>A temporary directory.</summary>
sealed class BenchDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("sqlstream-bench-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
