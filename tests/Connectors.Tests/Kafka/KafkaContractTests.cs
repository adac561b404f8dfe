using Confluent.Kafka;
using SqlStream.Core.Connect;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Tests.Kafka;

/// <summary>The contract of sources over topics with everything that takes an offset: rows, ends of transactions, rows that were taken back.</summary>
public abstract class KafkaContract : ConnectorContract, IAsyncLifetime
{
    private protected KafkaRun Kafka { get; private set; } = null!;

    protected override TimeSpan Patience => KafkaRun.Patience;

    private protected abstract ConnectorTable Source(params (string Key, string Value)[] options);

    private protected abstract void Fill();

    protected override ConnectorTable SourceTable => Source();

    protected override ConnectorTable WithOption(string key, string value) => Source((key, value));

    public async Task InitializeAsync()
    {
        Kafka = await KafkaRun.StartAsync();
        Fill();
    }

    public async Task DisposeAsync() => await Kafka.DisposeAsync();
}

public sealed class KafkaJsonContract : KafkaContract
{
    private protected override ConnectorTable Source(params (string Key, string Value)[] options) =>
        KafkaRun.WithMetadata(Kafka.Table("in", options), "offset", "partition", "topic");

    private protected override void Fill()
    {
        Kafka.Topic("in", 3);
        for (var partition = 0; partition < 3; partition++)
        {
            for (var i = 0; i < 3; i++)
            {
                Kafka.Produce("in", partition, Enumerable.Range(i * 10, 4).Select(id => KafkaRun.Json(id, new string('x', id))));
                Kafka.ProduceInTransaction("in", partition, commits: false, "{\"id\":-1}", "{\"id\":-2}");
                Kafka.ProduceInTransaction("in", partition, commits: true, KafkaRun.Json((i * 10) + 4, "t"), KafkaRun.Json((i * 10) + 5, "t"));
            }
        }
        Kafka.ProduceInTransaction("in", 0, commits: false, "{\"id\":-3}");
    }
}

public sealed class KafkaKeyContract : KafkaContract
{
    private protected override ConnectorTable Source(params (string Key, string Value)[] options) => Kafka.Table(
        Table.Columns(("k_a", SqlType.Int), ("name", SqlType.String), ("k_b", SqlType.String)), "in",
        [("format", ""), ("value.format", "json"), ("key.format", "json"), ("key.fields", "k_b;k_a"), ("key.fields-prefix", "k_"),
            ("value.fields-include", "EXCEPT_KEY"), .. options]);

    private protected override void Fill()
    {
        Kafka.Topic("in", 2);
        for (var partition = 0; partition < 2; partition++)
        {
            Kafka.Produce("in", partition, Enumerable.Range(0, 30).Select(i => new Message<string?, string?>
            {
                Key = $"{{\"a\":{i},\"b\":\"b{i}\"}}",
                Value = $"{{\"name\":\"n{i}\"}}",
            }));
        }
    }
}

public sealed class UpsertKafkaContract : KafkaContract
{
    private protected override ConnectorTable Source(params (string Key, string Value)[] options) => Kafka.Table("in",
        [("connector", "upsert-kafka"), ("key.format", "json"), .. options]) with
    { PrimaryKey = [0] };

    // The last column of a deletion is NULL, and its kind is not +I: the contract compares only inserted rows, so tombstones come in tests of their own.
    private protected override void Fill()
    {
        Kafka.Topic("in", 2);
        for (var partition = 0; partition < 2; partition++)
        {
            Kafka.Produce("in", partition, Enumerable.Range(0, 30).Select(i => new Message<string?, string?>
            {
                Key = $"{{\"id\":{i % 7}}}",
                Value = KafkaRun.Json(i % 7, $"n{i}"),
            }));
        }
    }
}

public sealed class ChangelogKafkaContract : KafkaContract
{
    private protected override ConnectorTable Source(params (string Key, string Value)[] options) =>
        Kafka.Table("in", [("format", "changelog-json"), .. options]);

    private protected override void Fill()
    {
        Kafka.Topic("in", 1);
        Kafka.Produce("in", 0, Enumerable.Range(0, 40).Select(i => $"{{\"op\":\"+I\",\"data\":{{\"id\":{i},\"name\":\"n\"}}}}"));
    }
}
