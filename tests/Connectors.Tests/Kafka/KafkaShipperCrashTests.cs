using SqlStream.Broker;
using SqlStream.Broker.Faults;
using SqlStream.Broker.Protocol;
using SqlStream.Core.Diagnostics;
using SqlStream.Testing;

namespace SqlStream.Connectors.Tests.Kafka;

/// <summary>Strategy: deliver three epochs, the second in several transactions, and end the shipper at each point of the protocol; then go on.
/// Invariants: a reader of committed records sees every row once and in order, and markers only go up.</summary>
public sealed class KafkaShipperCrashTests : IAsyncLifetime
{
    readonly TemporaryDirectory _directory = new();
    KafkaRun _kafka = null!;

    public async Task InitializeAsync() =>
        _kafka = await KafkaRun.StartAsync(new KafkaBrokerOptions { CreatesTopics = false, Nodes = 2, Data = _directory.Path });

    public async Task DisposeAsync()
    {
        CrashPoint.ArmHere(null);
        await _kafka.DisposeAsync();
        _directory.Dispose();
    }

    // A record is 22 bytes, so a transaction takes three of them: two for each of the first epochs.
    KafkaShipperRun Run(string topic) => new(_kafka, _kafka.Topic(topic), KafkaShipperRun.ThreeEpochs()) { TransactionBytesMax = 60 };

    [Fact]
    public void Without_a_crash_every_row_is_there_once()
    {
        var run = Run("out");

        run.Attempt();

        run.Check();
        Assert.Equal([(1, false, 1, 0), (1, true, 2, 0), (2, false, 0, 2), (2, true, 2, 0), (3, true, 1, 0)], run.Markers());
    }

    static bool IsLong => Environment.GetEnvironmentVariable("SQLSTREAM_LONG") == "1";

    public static TheoryData<string> Points => ["kafka.begun", "kafka.sent", "kafka.marked", "kafka.committed"];

    [Theory]
    [MemberData(nameof(Points))]
    public void A_crash_at_any_point_neither_loses_nor_repeats_a_row(string point)
    {
        for (var hit = IsLong ? 1 : 4; hit <= 5; hit++)
        {
            var run = Run($"out{hit}");
            CrashPoint.ArmHere($"{point}:{hit}:throw");
            Assert.True(run.Crashes());
            // And once more, while the next attempt goes on with it.
            CrashPoint.ArmHere($"{(hit % 2 == 0 ? "kafka.sent" : "kafka.marked")}:1:throw");
            Assert.Equal(hit < 5 || point != "kafka.committed", run.Crashes());
            CrashPoint.ArmHere(null);
            run.Attempt();
            run.Check();
        }
    }

    [Fact]
    public async Task A_broker_that_starts_again_between_rows_and_commit_changes_nothing()
    {
        using var directory = new TemporaryDirectory();
        await using var kafka = await KafkaRun.StartAsync(new KafkaBrokerOptions { Data = directory.Path });
        var epochs = KafkaShipperRun.ThreeEpochs();
        epochs[0][0].BehindFirst = () =>
        {
            WaitForRows(kafka, 2);
            kafka.Restart();
        };
        var run = new KafkaShipperRun(kafka, kafka.Topic("out"), epochs);

        run.Attempt();

        run.Check();
    }

    [Fact]
    public void A_commit_that_is_delivered_twice_does_not_commit_the_next_transaction()
    {
        var epochs = KafkaShipperRun.ThreeEpochs();
        epochs[1][0].BehindFirst = () =>
        {
            WaitForRows(_kafka, 6);
            _kafka.Broker.Clock.Advance(TimeSpan.FromSeconds(6));
        };
        var run = new KafkaShipperRun(_kafka, _kafka.Topic("out"), epochs);
        _kafka.Broker.Faults.Add(new Fault(ApiKey.EndTxn) { Disconnects = true, AfterEffect = true, ReplayAfter = TimeSpan.FromSeconds(5) });
        CrashPoint.ArmHere("kafka.sent:2:throw");

        Assert.True(run.Crashes());

        Assert.Equal(1, _kafka.Broker.Faults.Met);
        // Of the second epoch nothing may be visible: its marker is not there.
        Assert.Equal(["1a", "1b", "1c", "1d"], _kafka.Values("out"));
        CrashPoint.ArmHere(null);
        run.Attempt();
        run.Check();
    }

    // Rows are sent by threads of the client.
    static void WaitForRows(KafkaRun kafka, int count) => Assert.True(SpinWait.SpinUntil(() => kafka.Broker.EndOffset("out", 0) >= count, KafkaRun.Patience));
}
