using SqlStream.Broker;
using SqlStream.Broker.Faults;
using SqlStream.Broker.Protocol;
using SqlStream.Core.Diagnostics;
using SqlStream.Testing;

namespace SqlStream.Connectors.Tests.Kafka;

/// <summary>Strategy: deliver three epochs, the second in several transactions, and end the shipper at each point of the protocol, or let the broker
/// fail in each way; then go on. Invariants: a reader of committed records sees every row once and in order, and markers only go up.</summary>
[Collection("crash points")]
public sealed class KafkaShipperCrashTests : IAsyncLifetime
{
    readonly TemporaryDirectory _directory = new();
    KafkaRun _kafka = null!;

    public async Task InitializeAsync() =>
        _kafka = await KafkaRun.StartAsync(new KafkaBrokerOptions { CreatesTopics = false, Nodes = 2, Data = _directory.Path });

    public async Task DisposeAsync()
    {
        CrashPoint.Arm(null);
        await _kafka.DisposeAsync();
        _directory.Dispose();
    }

    static KafkaSegment[][] Epochs() =>
    [
        [new KafkaSegment(1, 0, ["1a", "1b"], ["1c"]), new KafkaSegment(1, 1, ["1d"])],
        [new KafkaSegment(2, 0, ["2a", "2b"], ["2c"], ["2d"]), new KafkaSegment(2, 2, ["2e"], ["2f"])],
        [new KafkaSegment(3, 0, ["3a"])],
    ];

    // A record is 22 bytes, so a transaction takes three of them: two for each of the first epochs.
    KafkaShipperRun Run(string topic, KafkaSegment[][]? epochs = null) => new(_kafka, _kafka.Topic(topic), epochs ?? Epochs()) { TransactionBytesMax = 60 };

    [Fact]
    public void Without_a_crash_every_row_is_there_once()
    {
        var run = Run("out");

        run.Attempt();

        run.Check();
        Assert.Equal([(1, false, 1, 0), (1, true, 2, 0), (2, false, 0, 2), (2, true, 2, 0), (3, true, 1, 0)], run.Markers());
    }

    public static TheoryData<string> Points => ["kafka.begun", "kafka.sent", "kafka.marked", "kafka.committed"];

    [Theory]
    [MemberData(nameof(Points))]
    public void A_crash_at_any_point_neither_loses_nor_repeats_a_row(string point)
    {
        for (var hit = IsLong ? 1 : 4; hit <= 5; hit++)
        {
            var run = Run($"out{hit}");
            CrashPoint.Arm($"{point}:{hit}:throw");
            Assert.True(run.Crashes());
            // And once more, while the next attempt goes on with it.
            CrashPoint.Arm($"{(hit % 2 == 0 ? "kafka.sent" : "kafka.marked")}:1:throw");
            Assert.Equal(hit < 5 || point != "kafka.committed", run.Crashes());
            CrashPoint.Arm(null);
            run.Attempt();
            run.Check();
        }
    }

    public static TheoryData<ApiKey, bool, bool> Disconnections
    {
        get
        {
            var data = new TheoryData<ApiKey, bool, bool>();
            foreach (var api in new[] { ApiKey.Produce, ApiKey.EndTxn, ApiKey.InitProducerId, ApiKey.AddPartitionsToTxn, ApiKey.FindCoordinator, ApiKey.ListOffsets, ApiKey.Fetch })
            {
                if (IsLong || api is ApiKey.EndTxn or ApiKey.Produce)
                    data.Add(api, true, false);
                data.Add(api, false, true);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Disconnections))]
    public void A_request_or_its_answer_that_is_lost_changes_nothing(ApiKey api, bool afterEffect, bool late)
    {
        // What an attempt before has left is read from the log.
        var run = Run("out");
        CrashPoint.Arm("kafka.committed:1:throw");
        Assert.True(run.Crashes());
        _kafka.Broker.Faults.Add(new Fault(api) { Disconnects = true, AfterEffect = afterEffect, Skip = late && api != ApiKey.InitProducerId ? 1 : 0, Times = 2 });

        run.Attempt();

        Assert.True(_kafka.Broker.Faults.Met > 0);
        run.Check();
    }

    static bool IsLong => Environment.GetEnvironmentVariable("SQLSTREAM_LONG") == "1";

    // In a short run every third.
    public static TheoryData<ApiKey, ErrorCode, bool> Errors
    {
        get
        {
            var data = new TheoryData<ApiKey, ErrorCode, bool>();
            for (var i = 0; i < _errors.Length; i += IsLong ? 1 : 3)
                data.Add(_errors[i].Api, _errors[i].Error, _errors[i].AfterEffect);
            return data;
        }
    }

    static readonly (ApiKey Api, ErrorCode Error, bool AfterEffect)[] _errors =
    [
        (ApiKey.EndTxn, ErrorCode.NotCoordinator, false), (ApiKey.EndTxn, ErrorCode.CoordinatorNotAvailable, true),
        (ApiKey.EndTxn, ErrorCode.CoordinatorLoadInProgress, false), (ApiKey.EndTxn, ErrorCode.ConcurrentTransactions, false),
        (ApiKey.EndTxn, ErrorCode.InvalidProducerEpoch, true), (ApiKey.EndTxn, ErrorCode.ProducerFenced, true), (ApiKey.EndTxn, ErrorCode.InvalidTxnState, true),
        (ApiKey.EndTxn, ErrorCode.UnknownServerError, true), (ApiKey.EndTxn, ErrorCode.ProducerFenced, false),
        (ApiKey.Produce, ErrorCode.NotLeaderOrFollower, false), (ApiKey.Produce, ErrorCode.NotEnoughReplicasAfterAppend, true),
        (ApiKey.Produce, ErrorCode.InvalidProducerEpoch, false), (ApiKey.Produce, ErrorCode.OutOfOrderSequenceNumber, false),
        (ApiKey.Produce, ErrorCode.UnknownServerError, false),
        (ApiKey.InitProducerId, ErrorCode.ConcurrentTransactions, false), (ApiKey.InitProducerId, ErrorCode.CoordinatorNotAvailable, false),
        (ApiKey.AddPartitionsToTxn, ErrorCode.ConcurrentTransactions, false), (ApiKey.AddPartitionsToTxn, ErrorCode.ProducerFenced, false),
        (ApiKey.FindCoordinator, ErrorCode.CoordinatorNotAvailable, false), (ApiKey.ListOffsets, ErrorCode.NotLeaderOrFollower, false),
    ];

    [Theory]
    [MemberData(nameof(Errors))]
    public void An_error_of_the_broker_before_or_behind_the_effect_changes_nothing(ApiKey api, ErrorCode error, bool afterEffect)
    {
        var run = Run("out");
        _kafka.Broker.Faults.Add(new Fault(api) { Error = error, AfterEffect = afterEffect, Times = 2 });

        run.Attempt();

        Assert.True(_kafka.Broker.Faults.Met > 0);
        run.Check();
    }

    [Fact]
    public void Throttling_only_delays()
    {
        var run = Run("out");
        foreach (var (api, times) in new[] { (ApiKey.Produce, 3), (ApiKey.EndTxn, 3), (ApiKey.InitProducerId, 1) })
            _kafka.Broker.Faults.Add(new Fault(api) { Throttle = TimeSpan.FromMilliseconds(50), Delay = TimeSpan.FromMilliseconds(50), Times = times });

        run.Attempt();

        Assert.Equal(7, _kafka.Broker.Faults.Met);
        run.Check();
        Assert.Empty(run.Failures);
    }

    [Fact]
    public void Leaders_and_the_coordinator_may_move_in_the_middle_of_a_transaction()
    {
        var epochs = Epochs();
        epochs[0][0].BehindFirst = () => _kafka.Broker.MoveCoordinator(2);
        epochs[1][0].BehindFirst = () => _kafka.Broker.MoveLeader("out", 0, 2);
        var run = Run("out", epochs);

        run.Attempt();

        run.Check();
    }

    [Fact]
    public async Task A_broker_that_starts_again_between_rows_and_commit_changes_nothing()
    {
        using var directory = new TemporaryDirectory();
        await using var kafka = await KafkaRun.StartAsync(new KafkaBrokerOptions { Data = directory.Path });
        var epochs = Epochs();
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
        var epochs = Epochs();
        epochs[1][0].BehindFirst = () =>
        {
            WaitForRows(_kafka, 6);
            _kafka.Broker.Clock.Advance(TimeSpan.FromSeconds(6));
        };
        var run = new KafkaShipperRun(_kafka, _kafka.Topic("out"), epochs);
        _kafka.Broker.Faults.Add(new Fault(ApiKey.EndTxn) { Disconnects = true, AfterEffect = true, ReplayAfter = TimeSpan.FromSeconds(5) });
        CrashPoint.Arm("kafka.sent:2:throw");

        Assert.True(run.Crashes());

        Assert.Equal(1, _kafka.Broker.Faults.Met);
        // Of the second epoch nothing may be visible: its marker is not there.
        Assert.Equal(["1a", "1b", "1c", "1d"], _kafka.Values("out"));
        CrashPoint.Arm(null);
        run.Attempt();
        run.Check();
    }

    // Rows are sent by threads of the client.
    static void WaitForRows(KafkaRun kafka, int count) => Assert.True(SpinWait.SpinUntil(() => kafka.Broker.EndOffset("out", 0) >= count, KafkaRun.Patience));
}
