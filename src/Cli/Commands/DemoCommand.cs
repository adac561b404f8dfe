using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using SqlStream.Cli.Demo;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Cli.Commands;

/// <summary><c>sqlstream demo</c>: the main job from end to end with nothing installed: generated files, a filter, computed columns, a windowed
/// aggregation, exactly-once output, a crash and a recovery, shown step by step and checked against a plain recomputation.</summary>
static class DemoCommand
{
    public static Command Create()
    {
        var directory = new Option<string?>("--dir") { Description = "where the demo works (default: a temporary directory, deleted at the end)", HelpName = "DIR" };
        var rows = new Option<int>("--rows") { Description = "rows to generate", DefaultValueFactory = _ => 2_000_000, HelpName = "N", CustomParser = result => CommonOptions.WholeNumber(result) ?? 0 };
        var command = new Command("demo", "runs the main job from end to end, with a crash and a recovery") { directory, rows };
        command.SetAction(parsed =>
        {
            try
            {
                return Run(parsed.GetValue(directory), parsed.GetValue(rows));
            }
#pragma warning disable CA1031 // Every failure becomes a message and an exit code.
            catch (Exception e)
#pragma warning restore CA1031
            {
                ErrorPrinter.Print(e, null, verbose: false);
                return ExitCode.Of(e);
            }
        });
        return command;
    }

    static int Run(string? given, int rows)
    {
        if (rows < 10_000)
            throw new SqlException(SqlState.InvalidParameterValue, "--rows must be at least 10000, so that there is a middle to crash in");
        var directory = given ?? Directory.CreateTempSubdirectory("sqlstream-demo-").FullName;
        Directory.CreateDirectory(directory);
        try
        {
            return new Steps(Path.GetFullPath(directory), rows).Run();
        }
        finally
        {
            if (given is null)
                Directory.Delete(directory, recursive: true);
        }
    }

    sealed class Steps(string directory, int rows)
    {
        readonly Stopwatch _watch = Stopwatch.StartNew();
        readonly string _input = Path.Combine(directory, "readings");
        readonly string _output = Path.Combine(directory, "averages");
        readonly string _rejected = Path.Combine(directory, "rejected");
        readonly string _data = Path.Combine(directory, "state");
        readonly string _script = Path.Combine(directory, "averages.sql");

        public int Run()
        {
            Say($"1. Generating {rows:N0} sensor readings as JSON, some late, a few malformed, in {_input}");
            var readings = new SensorReadings(rows);
            var bytes = readings.Write(_input, files: 4);
            Say($"   {MemorySizes.Format(bytes)} in 4 files");

            File.WriteAllText(_script, Script());
            Say("2. The job: filter, computed columns, averages per sensor and 10 seconds of event time\n");
            Console.WriteLine(string.Join('\n', Script().TrimEnd().Split('\n').Select(line => "   | " + line)) + "\n");

            Say("3. Running it, with a checkpoint every 200 ms, and killing it with kill -9 in the middle");
            var before = RunAndKill();
            Say($"   killed after checkpoint {before.Checkpoint}: {before.Rows:N0} result rows are visible in {before.Files} files, the rest is hidden or lost with the process");

            Say("4. Running the same command again: it goes on from the last checkpoint");
            var exit = RunToEnd();
            if (exit != ExitCode.Done)
                return exit;

            Say("5. Checking the result against a plain recomputation of all readings");
            var result = DemoCheck.Compare(readings, _output, _rejected);
            foreach (var line in result.Lines)
                Say("   " + line);
            Say(result.IsRight
                ? $"\nEvery reading counted exactly once, across a crash. {_watch.Elapsed.TotalSeconds:0.0} s in all."
                : "\nThe result is wrong. Please report this.");
            return result.IsRight ? ExitCode.Done : ExitCode.JobFailed;
        }

        string Script() => $$"""
            SET 'execution.checkpointing.interval' = '200 ms';

            CREATE TABLE readings (
              sensor STRING,
              celsius DOUBLE,
              at TIMESTAMP(3),
              fahrenheit AS celsius * 1.8 + 32,
              building AS SUBSTRING(sensor FROM 1 FOR 2),
              WATERMARK FOR at AS at - INTERVAL '5' SECOND
            ) WITH ('connector' = 'filesystem', 'path' = '{{_input}}', 'format' = 'json', 'scan.split-order' = 'time',
                    'bad-data' = 'dead-letter', 'dead-letter.path' = '{{_rejected}}');

            CREATE TABLE averages (
              sensor STRING, building STRING, window_end TIMESTAMP(3), readings BIGINT, lowest DOUBLE, highest DOUBLE
            ) WITH ('connector' = 'filesystem', 'path' = '{{_output}}', 'format' = 'json', 'sink.rolling-policy.file-size' = '256 kb');

            INSERT INTO averages
            SELECT sensor, building, window_end, COUNT(*), MIN(fahrenheit), MAX(fahrenheit)
            FROM TUMBLE(TABLE readings, DESCRIPTOR(at), INTERVAL '10' SECOND)
            WHERE celsius > -50
            GROUP BY window_start, window_end, sensor, building;

            """;

        (string Checkpoint, long Rows, int Files) RunAndKill()
        {
            using var process = StartJob();
            var checkpoint = WaitForCheckpoint(process);
            process.Kill();
            process.WaitForExit();
            var files = DemoCheck.VisibleFiles(_output);
            return (checkpoint, files.Sum(file => File.ReadLines(file).LongCount()), files.Count);
        }

        // The third checkpoint is well in the middle: some output is delivered, much input is unread.
        string WaitForCheckpoint(Process process)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
            while (!process.HasExited && !limit.IsCancellationRequested)
            {
                var newest = Newest();
                if (newest >= 3)
                    return newest.ToString(CultureInfo.InvariantCulture);
                _ = tick.WaitForNextTickAsync(limit.Token).AsTask().Wait(TimeSpan.FromSeconds(1));
            }
            throw new ExternalException("the job ended before its third checkpoint; try more --rows", Retry.Never);
        }

        int Newest()
        {
            var checkpoints = Path.Combine(_data, "checkpoints");
            if (!Directory.Exists(checkpoints))
                return 0;
            return Directory.EnumerateFiles(checkpoints, "manifest.json", SearchOption.AllDirectories)
                .Select(path => Path.GetFileName(Path.GetDirectoryName(path))!)
                .Where(name => name.StartsWith("chk-", StringComparison.Ordinal))
                .Select(name => int.Parse(name["chk-".Length..], CultureInfo.InvariantCulture))
                .DefaultIfEmpty(0)
                .Max();
        }

        int RunToEnd()
        {
            using var process = StartJob();
            process.WaitForExit();
            return process.ExitCode;
        }

        Process StartJob()
        {
            var start = new ProcessStartInfo(Environment.ProcessPath!);
            if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
                start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "sqlstream.dll"));
            foreach (var argument in new[] { "run", _script, "--data", _data, "--progress", "false" })
                start.ArgumentList.Add(argument);
            return Process.Start(start) ?? throw new ExternalException("the job's process does not start", Retry.Never);
        }

        static void Say(string line) => Console.WriteLine(line);
    }
}
