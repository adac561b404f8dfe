using SqlStream.Connectors.Kafka;
using SqlStream.Core.Connect;
using SqlStream.Core.Rows;
using SqlStream.Testing;

namespace SqlStream.Connectors.Tests.Kafka;

/// <summary>Messages whose decoding needs something from outside are looked at on an edge thread before, also when their reader is given up meanwhile.</summary>
public sealed class KafkaPreparingTests : IAsyncLifetime
{
    KafkaRun _kafka = null!;

    public async Task InitializeAsync()
    {
        _kafka = await KafkaRun.StartAsync();
        _kafka.Topic("in");
        _kafka.Produce("in", 0, Enumerable.Range(0, 20).Select(id => KafkaRun.Json(id, "n")));
    }

    public async Task DisposeAsync() => await _kafka.DisposeAsync();

    ISource Source(SlowFormat format) => new KafkaConnector().CreateSource(_kafka.Table("in", ("format", "slow")), format);

    [Fact]
    public void Messages_are_decoded_when_all_are_prepared()
    {
        var format = new SlowFormat();
        var run = new SplitRun { Patience = KafkaRun.Patience, BatchRows = 6 };
        var source = Source(format);

        run.Read(source, [0], SplitRun.Splits(source)[0]);

        Assert.Equal(Enumerable.Range(0, 20).Select(id => $"+I {id}"), run.Rows);
        Assert.Equal(20, format.Prepared);
    }

    [Fact]
    public void A_reader_may_be_given_up_before_and_while_its_messages_are_prepared()
    {
        for (var i = 0; i < 20; i++)
        {
            using var begun = new ManualResetEventSlim();
            using var goOn = new ManualResetEventSlim();
            var format = new SlowFormat { Preparing = () => { begun.Set(); Assert.True(goOn.Wait(KafkaRun.Patience)); } };
            var edge = new ManualEdge();
            var run = new SplitRun { Patience = KafkaRun.Patience, Edge = edge };
            Thread? preparing = null;
            Exception? failure = null;
            using (var reader = Source(format).CreateReader(run.Context([0]), new SourceSplit("in-0@0-"), null))
            {
                run.ReadUntil(reader, _ => edge.Waiting > 0);
                if (i % 2 == 0)
                {
                    preparing = new Thread(() => failure = Record.Exception(() => edge.RunOne()));
                    preparing.Start();
                    Assert.True(begun.Wait(KafkaRun.Patience));
                }
            }
            var wakes = run.Wakes;
            goOn.Set();
            if (preparing is null)
                Assert.True(edge.RunOne());
            else
                Assert.True(preparing.Join(KafkaRun.Patience));
            Assert.Null(failure);
            // The message that was looked at was still there; those behind it are not touched any more.
            Assert.Equal(preparing is null ? 0 : 1, format.Prepared);
            Assert.Equal(wakes, run.Wakes);
            Assert.Equal(0, run.Pool.Outstanding);
        }
    }

    /// <summary>JSON that has to be prepared.</summary>
    sealed class SlowFormat : IMessageFormat, IFormatCatalog
    {
        static readonly IMessageFormat _json = Table.MessageFormat("json");

        int _prepared;

        public Action Preparing { get; init; } = () => { };

        public int Prepared => Volatile.Read(ref _prepared);

        public string Name => "slow";

        public IReadOnlyList<OptionDefinition> Options => [];

        public IReadOnlyList<IFormat> Formats => [this];

        public ChangelogMode DecodedChangelog(TableOptions options) => ChangelogMode.AppendOnly;

        public ChangelogMode EncodableChangelog(TableOptions options) => ChangelogMode.AppendOnly;

        public IMessageDecoder CreateMessageDecoder(MessageTable messages, IReadOnlyList<int> readColumns) =>
            new Decoder(this, _json.CreateMessageDecoder(messages, readColumns));

        public IMessageEncoder CreateMessageEncoder(MessageTable messages, IReadOnlyList<int> batchColumns) => _json.CreateMessageEncoder(messages, batchColumns);

        sealed class Decoder(SlowFormat format, IMessageDecoder json) : IMessageDecoder
        {
            public bool NeedsPreparing => true;

            public void Prepare(ReadOnlySpan<byte> message, CancellationToken cancellation)
            {
                format.Preparing();
                // Reads what it was given, which must still be there.
                Assert.Equal((byte)'{', message[0]);
                Assert.Equal((byte)'}', message[^1]);
                Interlocked.Increment(ref format._prepared);
            }

            public string? Decode(ReadOnlySpan<byte> message, BatchBuilder target)
            {
                Assert.True(format.Prepared > 0);
                return json.Decode(message, target);
            }
        }
    }
}
