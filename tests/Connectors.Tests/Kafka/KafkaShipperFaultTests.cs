using SqlStream.Broker;
using SqlStream.Broker.Faults;
using SqlStream.Broker.Protocol;
using SqlStream.Core.Diagnostics;
using SqlStream.Testing;

namespace SqlStream.Connectors.Tests.Kafka;

/// <summary>Strategy: deliver three epochs, the second in several transactions, while the broker fails in each way. Invariants: a reader of committed
/// records sees every row once and in order, and markers only go up.</summary>
public sealed class KafkaShipperFaultTests : IAsyncLifetime
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
    KafkaShipperRun Run(string topic, KafkaSegment[][]? epochs = null) =>
        new(_kafka, _kafka.Topic(topic), epochs ?? KafkaShipperRun.ThreeEpochs()) { TransactionBytesMax = 60 };

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
        CrashPoint.ArmHere("kafka.committed:1:throw");
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
        var epochs = KafkaShipperRun.ThreeEpochs();
        epochs[0][0].BehindFirst = () => _kafka.Broker.MoveCoordinator(2);
        epochs[1][0].BehindFirst = () => _kafka.Broker.MoveLeader("out", 0, 2);
        var run = Run("out", epochs);

        run.Attempt();

        run.Check();
    }
}
