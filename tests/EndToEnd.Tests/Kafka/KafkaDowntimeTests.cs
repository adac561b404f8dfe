using System.Globalization;
using System.Net;
using SqlStream.Broker;
using SqlStream.EndToEnd.Tests.Crash;
using SqlStream.EndToEnd.Tests.Rig;

namespace SqlStream.EndToEnd.Tests.Kafka;

/// <summary>A job that is down for long, a broker that is, and a process that sleeps while another one takes its place.</summary>
public sealed class KafkaDowntimeTests : IAsyncLifetime
{
    const int SigStop = 19;
    const int SigCont = 18;
    const int SigTerm = 15;
    const string Topic = "readings";

    readonly WorkDirectory _work = new();
    KafkaBroker? _kafka;
    BrokerProgram _broker = null!;

    public async Task InitializeAsync()
    {
        await StartBrokerAsync(new IPEndPoint(IPAddress.Loopback, 0));
        _broker = new BrokerProgram(_kafka!.BootstrapServers);
    }

    public async Task DisposeAsync()
    {
        await StopBrokerAsync();
        _work.Dispose();
    }

    async Task StartBrokerAsync(IPEndPoint listen) => _kafka = await KafkaBroker.StartAsync(new KafkaBrokerOptions { Data = _work["broker"], Listen = listen });

    async Task StopBrokerAsync()
    {
        if (_kafka is not null)
            await _kafka.DisposeAsync();
        _kafka = null;
    }

    // A transaction is open, rows are delivered and not noted, a checkpoint is not delivered.
    [Theory]
    [InlineData("kafka.marked:2")]
    [InlineData("kafka.committed:2")]
    [InlineData("checkpoint.noted:1")]
    public async Task A_job_that_was_down_for_30_days_delivers_what_waits_once(string crash)
    {
        var readings = new CrashReadings(8_000);
        var job = await JobAsync(readings, "'scan.bounded.mode' = 'latest-offset', 'properties.fetch.message.max.bytes' = '2000', 'properties.queued.max.messages.kbytes' = '4'");
        (await RunningProgram.RunAsync(Start("data", crash))).Exits(ProgramResult.Killed);

        // Transactions time out after a minute, offsets of groups and transactional ids expire after a week.
        for (var day = 0; day < 30; day++)
            _kafka!.Clock.Advance(TimeSpan.FromDays(1));

        (await RunningProgram.RunAsync(Start("data", null))).Exits(0);
        job.Check(new KafkaOutput(_broker, ""), readings);
    }

    [Fact]
    public async Task Checkpoints_go_on_while_the_broker_is_away_and_all_is_delivered_once_afterwards()
    {
        await _broker.CreateTopicAsync("out", 3);
        _work.Write("job.sql", $"""
            SET 'execution.checkpointing.interval' = '10 ms';
            CREATE TABLE numbers (id BIGINT)
            WITH ('connector' = 'datagen', 'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' = '1000000', 'rows-per-second' = '300');
            CREATE TABLE written (id BIGINT)
            WITH ('connector' = 'kafka', 'topic' = 'out', 'properties.bootstrap.servers' = '{_broker.Servers}', 'format' = 'json', 'properties.reconnect.backoff.max.ms' = '200');
            INSERT INTO written SELECT id FROM numbers;
            """);
        using var program = RunningProgram.Start(Start("data", null));
        await program.UntilAsync(() => _broker.Count("out") > 0, "rows arrived");
        await StopBrokerAsync();
        var before = _work.NewestCheckpoint();
        await program.UntilAsync(() => _work.NewestCheckpoint() >= before + 100, "it took 100 checkpoints without a broker", TimeSpan.FromMinutes(3));
        await StartBrokerAsync(IPEndPoint.Parse(_broker.Servers));
        program.Signal(SigTerm);

        // A hundred transactions, beside other tests.
        var end = (await program.EndAsync(TimeSpan.FromMinutes(3))).Exits(0);

        Assert.DoesNotContain("not delivered", end.Error, StringComparison.Ordinal);
        var found = _broker.Read("out");
        Assert.True(found.Count > 100, $"{found.Count} rows");
        // Two subtasks make the numbers in turn, and one may be ahead as they stop.
        foreach (var numbers in found.Select(Number).GroupBy(id => id % 2))
            Assert.Equal(Enumerable.Range(0, numbers.Count()).Select(i => (2 - numbers.Key) + (2 * i)), numbers.Order());

        static int Number(string row) => int.Parse(row["{\"id\":".Length..^1], CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task A_process_that_wakes_after_its_successor_stops_with_the_reason_and_repeats_nothing()
    {
        var readings = new CrashReadings(12_000);
        var job = await JobAsync(new CrashReadings(0), "'scan.topic-partition-discovery.interval' = '1 s'");
        using var producer = _broker.Producer();
        KafkaReadings.Produce(producer, Topic, readings.All.Take(6_000));
        using var zombie = RunningProgram.Start(Start("data", null));
        await zombie.UntilAsync(() => _broker.Count("kept") > 0, "rows arrived");
        zombie.Signal(SigStop);
        CopyData();

        using var successor = RunningProgram.Start(Start("copy", null));
        KafkaReadings.Produce(producer, Topic, readings.All.Skip(6_000));
        KafkaReadings.ProduceEnd(producer, Topic);
        var windows = readings.Whole.Where(reading => reading.Value >= 100).Select(reading => (reading.Key, reading.Id / 1000)).Distinct().Count();
        var kept = readings.Whole.Count(reading => reading.Value < 500);
        await successor.UntilAsync(() => _broker.Count("windows") >= windows && _broker.Count("kept") >= kept, "the successor delivered everything");
        zombie.Signal(SigCont);

        var end = await zombie.EndAsync();
        end.Exits(3);
        Assert.Matches(@"ERROR 55006: another process writes into ""\w+( \(dead letters\))?"" with a newer incarnation \(\d+\) of this job", end.Error);
        successor.Signal(SigTerm);
        (await successor.EndAsync()).Exits(0);
        job.Check(new KafkaOutput(_broker, ""), readings);
    }

    async Task<KafkaJob> JobAsync(CrashReadings readings, string source)
    {
        await _broker.CreateTopicAsync(Topic, KafkaReadings.Partitions);
        using var producer = _broker.Producer();
        KafkaReadings.Produce(producer, Topic, readings.All);
        var job = new KafkaJob(_broker, "");
        _work.Write("job.sql", job.Script(_work.Path, Topic, source));
        return job;
    }

    // As somebody does who restores a copy of the machine.
    void CopyData()
    {
        foreach (var file in Directory.EnumerateFiles(_work["data"], "*", SearchOption.AllDirectories).Where(file => !file.Contains("/work/", StringComparison.Ordinal)))
        {
            var target = Path.Combine(_work["copy"], Path.GetRelativePath(_work["data"], file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            if (Path.GetFileName(file) is not ("lease.lock" or WorkDirectory.SocketName))
                File.Copy(file, target);
        }
    }

    ProgramStart Start(string data, string? crash) => new()
    {
        Arguments = ["run", _work["job.sql"], "--data", _work[data], "--parallelism", "2", "--set", "execution.checkpointing.interval=20 ms", "--stop-timeout", "2 min"],
        Environment = crash is null ? new Dictionary<string, string>() : new() { ["SQLSTREAM_CRASH"] = crash },
    };
}
