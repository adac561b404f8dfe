using System.Globalization;
using SqlStream.EndToEnd.Tests.Crash;
using SqlStream.EndToEnd.Tests.Rig;

namespace SqlStream.EndToEnd.Tests.Kafka;

/// <summary>kill -9 of a job from topic to topics at random moments, with another parallelism after each, while records come.</summary>
public sealed class KafkaKillTests : IDisposable
{
    const int SigTerm = 15;
    const int RowsPerKill = 800;
    const string Topic = "readings";

    readonly WorkDirectory _work = new();
    readonly BrokerProgram _broker = new();
    readonly Random _random = new(20260102);

    public void Dispose()
    {
        _broker.Dispose();
        _work.Dispose();
    }

    [Fact]
    public Task Random_kills_lose_and_repeat_nothing() => KillAsync("exactly-once", 20);

    [Fact]
    public Task Random_kills_lose_nothing_of_what_arrives_at_least_once() => KillAsync("at-least-once", 8);

    async Task KillAsync(string guarantee, int few)
    {
        var kills = Environment.GetEnvironmentVariable("SQLSTREAM_KILLS") is { } asked
            ? int.Parse(asked, CultureInfo.InvariantCulture)
            : SqlStreamProgram.IsLong ? 1_000 : few;
        var readings = new CrashReadings((kills + 1) * RowsPerKill);
        await _broker.CreateTopicAsync(Topic, KafkaReadings.Partitions);
        using var producer = _broker.Producer();
        var job = new KafkaJob(_broker, "") { Guarantee = guarantee };
        _work.Write("job.sql", job.Script(_work.Path, Topic, "'scan.topic-partition-discovery.interval' = '1 s'"));
        var produced = 0;
        for (var kill = 0; kill < kills; kill++)
        {
            using var program = Start();
            var newest = _work.NewestCheckpoint();
            Produce(readings, producer, ref produced, RowsPerKill / 2);
            // Every second kill comes after something new is durable, so that the job gets on; the others come at any time, the start included.
            if (kill % 2 == 0)
                await program.UntilAsync(() => _work.NewestCheckpoint() > newest, "it took a checkpoint");
            Produce(readings, producer, ref produced, RowsPerKill / 2);
            using var wait = new PeriodicTimer(TimeSpan.FromMilliseconds(1 + _random.Next(kill % 2 == 0 ? 300 : 900)));
            await wait.WaitForNextTickAsync();
            Assert.False(program.HasExited, $"the program ended by itself before kill {kill}:\n{program.Error}");
            program.KillNow();
            (await program.EndAsync()).Exits(ProgramResult.Killed);
        }
        Produce(readings, producer, ref produced, RowsPerKill);
        KafkaReadings.ProduceEnd(producer, Topic);
        await FinishAsync(job, readings);
    }

    async Task FinishAsync(KafkaJob job, CrashReadings readings)
    {
        using var program = Start();
        var windows = readings.Whole.Where(reading => reading.Value >= 100).Select(reading => (reading.Key, reading.Id / 1000)).Distinct().Count();
        var kept = readings.Whole.Count(reading => reading.Value < 500);
        await program.UntilAsync(
            () => _broker.Read("windows").Distinct().Count() >= windows && _broker.Read("kept").Distinct().Count() >= kept,
            $"it had delivered {windows} windows and {kept} kept rows");
        program.Signal(SigTerm);
        (await program.EndAsync()).Exits(0).Says("stopping with a final checkpoint", "stopped at checkpoint");
        job.Check(new KafkaOutput(_broker, ""), readings);
    }

    static void Produce(CrashReadings readings, Confluent.Kafka.IProducer<Confluent.Kafka.Null, string> producer, ref int produced, int rows)
    {
        KafkaReadings.Produce(producer, Topic, readings.All.Skip(produced).Take(rows));
        produced += rows;
    }

    RunningProgram Start() => RunningProgram.Start(
        "run", _work["job.sql"], "--data", _work["data"],
        "--parallelism", (1 + _random.Next(4)).ToString(CultureInfo.InvariantCulture),
        "--set", "execution.checkpointing.interval=20 ms");
}
