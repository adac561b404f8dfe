using SqlStream.Broker.Faults;
using SqlStream.Broker.Protocol;
using SqlStream.Connectors.Kafka;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using Xunit.Sdk;

namespace SqlStream.Connectors.Tests.Kafka;

/// <summary>The checks of the protocol must fail when it is broken on purpose: otherwise their success says nothing.</summary>
public sealed class KafkaMutantTests : IAsyncLifetime
{
    KafkaRun _kafka = null!;

    public async Task InitializeAsync() => _kafka = await KafkaRun.StartAsync();

    public async Task DisposeAsync()
    {
        KafkaMutant.Activate(null);
        await _kafka.DisposeAsync();
    }

    public static TheoryData<string> Mutants => [.. KafkaMutant.All];

    [Theory]
    [MemberData(nameof(Mutants))]
    public void Each_mutant_is_caught_by_the_run_that_is_well_without_it(string mutant)
    {
        Scenario(mutant, "sound");

        KafkaMutant.Activate(mutant);

        Assert.ThrowsAny<XunitException>(() => Scenario(mutant, "broken"));
    }

    SinkMarker? _marker;

    void Scenario(string mutant, string topic)
    {
        var run = new KafkaShipperRun(_kafka, _kafka.Topic(topic), [[new KafkaSegment(1, 0, ["1"], ["2"])], [new KafkaSegment(2, 0, ["3"])]]);
        switch (mutant)
        {
            case KafkaMutant.ReadMarkerBeforeFencing:
                SucceedInTheMiddle(run);
                Assert.Equal(["1", "2"], _kafka.Values(topic));
                return;
            case KafkaMutant.ReadToStableOffset:
                HideMarker(run, topic);
                return;
            case KafkaMutant.TrustLostCommit:
                _kafka.Broker.Faults.Add(new Fault(ApiKey.EndTxn) { Error = ErrorCode.ProducerFenced, Skip = 1, Times = 2 });
                break;
            default:
                _kafka.Broker.Faults.Add(new Fault(ApiKey.EndTxn) { Error = ErrorCode.UnknownServerError, AfterEffect = true });
                break;
        }
        run.Attempt();
        run.Check();
    }

    // Behind the open transaction of another job nothing can be read, and nothing may be taken for absent.
    void HideMarker(KafkaShipperRun run, string topic)
    {
        using (var first = run.CreateShipper())
        {
            first.Fence(1, default);
            first.Ship([new KafkaSegment(1, 0, ["1"])], SinkPosition.Start, KafkaShipperRun.Marker(1, 1, 1), default);
            var partition = _kafka.ReadAll(KafkaMarkers.Topic).Last(record => record.Message.Key!.Contains(topic, StringComparison.Ordinal)).Partition.Value;
            using var other = _kafka.Begin(KafkaMarkers.Topic, partition, "another job's");
            first.Ship([new KafkaSegment(2, 0, ["2"])], SinkPosition.Start, KafkaShipperRun.Marker(2, 1, 1), default);
            using var next = run.CreateShipper(TimeSpan.FromSeconds(1));
            next.Fence(2, default);
            Assert.Throws<ExternalException>(() => next.ReadMarker(default));
            other.AbortTransaction(KafkaRun.Patience);
        }
    }

    // An old process is in the middle of its transaction when its successor begins, and commits when that has looked for the marker.
    void SucceedInTheMiddle(KafkaShipperRun run)
    {
        using var old = run.CreateShipper();
        old.Fence(1, default);
        using var successor = run.CreateShipper();
        var segment = new KafkaSegment(1, 0, ["1"], ["2"])
        {
            BehindFirst = () =>
            {
                successor.Fence(2, default);
                _marker = successor.ReadMarker(default);
            },
        };
        try
        {
            old.Ship([segment], SinkPosition.Start, KafkaShipperRun.Marker(1, 1, 1), default);
        }
        catch (ExternalException)
        {
            // It is shut out, as it should be.
        }
        if (_marker is null)
            successor.Ship([new KafkaSegment(1, 0, ["1"], ["2"])], SinkPosition.Start, KafkaShipperRun.Marker(1, 1, 2), default);
    }
}
