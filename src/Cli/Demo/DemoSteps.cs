using System.Diagnostics;
using System.Globalization;
using System.Text;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Cli.Demo;

/// <summary>The steps of the demo: a broker, a generator, a job, a crash, a recovery, a check.</summary>
sealed class DemoSteps(string directory, int rows) : IDisposable
{
    static readonly TimeSpan _limit = TimeSpan.FromSeconds(120);

    readonly Stopwatch _watch = Stopwatch.StartNew();
    readonly string _data = Path.Combine(directory, "state");
    readonly string _script = Path.Combine(directory, "averages.sql");
    readonly CancellationTokenSource _stop = new();
    readonly StringBuilder _jobSays = new();
    Process? _broker;
    Exception? _failure;

    public int Run()
    {
        Say("1. Starting a Kafka broker in a process of its own (sqlstream broker)");
        var servers = StartBroker();
        var topics = new DemoTopics(servers);
        topics.Create();
        Say($"   it listens on {servers}; topics {DemoTopics.Readings}, {DemoTopics.Averages} and {DemoTopics.Rejected} have 4 partitions each");

        Say($"2. A generator begins to produce {rows:N0} sensor readings as JSON, some late, a few malformed");
        var readings = new SensorReadings(rows);
        var generator = new Thread(() => Generate(topics, readings)) { IsBackground = true, Name = "generator" };
        generator.Start();

        File.WriteAllText(_script, Script(servers));
        Say("3. The job: from topic to topic, averages per sensor and 10 seconds of event time, exactly once\n");
        Say(string.Join('\n', Script(servers).TrimEnd().Split('\n').Select(line => "   | " + line)) + "\n");

        Say("4. Running it (sqlstream run averages.sql), and killing it with kill -9 in the middle");
        var checkpoint = RunAndKill();
        Say($"   killed after checkpoint {checkpoint}");

        Say("5. Running the same command again: it goes on from the last checkpoint");
        using var job = StartJob();
        generator.Join(_limit);
        if (_failure is not null)
            throw _failure;
        var (windows, malformed) = DemoCheck.Recompute(readings);
        var averages = topics.Read(DemoTopics.Averages, windows.Count, _limit);
        var rejected = topics.Read(DemoTopics.Rejected, malformed, TimeSpan.FromSeconds(10));
        job.Kill();
        job.WaitForExit();
        lock (_jobSays)
            Say("   " + string.Join("\n   ", _jobSays.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)));

        Say("6. Checking what a read_committed consumer sees against a plain recomputation of all readings");
        var result = DemoCheck.Compare(windows, malformed, averages, rejected.Count);
        foreach (var line in result.Lines)
            Say("   " + line);
        Say(result.IsRight
            ? $"\nEvery reading counted exactly once, across a crash. {_watch.Elapsed.TotalSeconds:0.0} s in all."
            : "\nThe result is wrong. Please report this.");
        return result.IsRight ? ExitCode.Done : ExitCode.JobFailed;
    }

    public void Dispose()
    {
        _stop.Cancel();
        if (_broker is { HasExited: false })
        {
            _broker.Kill();
            _broker.WaitForExit();
        }
        _broker?.Dispose();
        _stop.Dispose();
    }

    static string Script(string servers) => $$"""
        SET 'execution.checkpointing.interval' = '200 ms';

        CREATE TABLE readings (
          sensor STRING,
          celsius DOUBLE,
          at TIMESTAMP(3),
          fahrenheit AS celsius * 1.8 + 32,
          building AS SUBSTRING(sensor FROM 1 FOR 2),
          WATERMARK FOR at AS at - INTERVAL '5' SECOND
        ) WITH ('connector' = 'kafka', 'topic' = 'readings', 'properties.bootstrap.servers' = '{{servers}}', 'format' = 'json',
                'scan.startup.mode' = 'earliest-offset', 'bad-data' = 'dead-letter', 'dead-letter.topic' = 'readings-rejected');

        CREATE TABLE averages (
          sensor STRING, building STRING, window_end TIMESTAMP(3), readings BIGINT, lowest DOUBLE, highest DOUBLE
        ) WITH ('connector' = 'kafka', 'topic' = 'averages', 'properties.bootstrap.servers' = '{{servers}}', 'format' = 'json',
                'key.format' = 'raw', 'key.fields' = 'sensor');

        INSERT INTO averages
        SELECT sensor, building, window_end, COUNT(*), MIN(fahrenheit), MAX(fahrenheit)
        FROM TUMBLE(TABLE readings, DESCRIPTOR(at), INTERVAL '10' SECOND)
        WHERE celsius > -50
        GROUP BY window_start, window_end, sensor, building;

        """;

    void Generate(DemoTopics topics, SensorReadings readings)
    {
        try
        {
            topics.Produce(readings, _stop.Token);
        }
        catch (OperationCanceledException)
        {
            // The demo has ended before.
        }
        catch (Confluent.Kafka.KafkaException e)
        {
            _failure = new ExternalException($"the generator cannot produce: {e.Error.Reason}", Retry.Never);
        }
    }

    string StartBroker()
    {
        var first = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        _broker = Start("broker", "--listen", "127.0.0.1:0");
        _broker.OutputDataReceived += (_, said) => first.TrySetResult(said.Data ?? "");
        _broker.ErrorDataReceived += (_, _) => { };
        _broker.BeginOutputReadLine();
        _broker.BeginErrorReadLine();
        // Kafka broker on 127.0.0.1:9092, in memory
        var line = first.Task.Wait(_limit) ? first.Task.Result : "";
        var start = line.IndexOf(" on ", StringComparison.Ordinal) + 4;
        var end = line.IndexOf(',', StringComparison.Ordinal);
        return start >= 4 && end > start ? line[start..end] : throw new ExternalException($"the broker does not start: {line}", Retry.Never);
    }

    // The third checkpoint is well in the middle: some output is delivered, much input is unread.
    string RunAndKill()
    {
        using var process = StartJob();
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        var watch = Stopwatch.StartNew();
        while (!process.HasExited && watch.Elapsed < _limit)
        {
            var newest = Newest();
            if (newest >= 3)
            {
                process.Kill();
                process.WaitForExit();
                return newest.ToString(CultureInfo.InvariantCulture);
            }
            _ = tick.WaitForNextTickAsync().AsTask().Wait(TimeSpan.FromSeconds(1));
        }
        lock (_jobSays)
            throw new ExternalException($"the job did not take its third checkpoint: {_jobSays}", Retry.Never);
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

    Process StartJob()
    {
        lock (_jobSays)
            _jobSays.Clear();
        var process = Start("run", _script, "--data", _data, "--progress", "false");
        process.OutputDataReceived += Note;
        process.ErrorDataReceived += Note;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    void Note(object sender, DataReceivedEventArgs said)
    {
        lock (_jobSays)
            _jobSays.Append(said.Data).Append('\n');
    }

    static Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "sqlstream.dll"));
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        return Process.Start(start) ?? throw new ExternalException("a process of the demo does not start", Retry.Never);
    }

    static void Say(string line) => Console.WriteLine(line);
}
