using System.Buffers;
using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Tests.Kafka;

/// <summary>What the rows of a topic need from outside is brought before they flow.</summary>
public sealed class KafkaSinkPreparingTests : IDisposable
{
    readonly RegistryDouble _registry = new();

    public void Dispose() => _registry.Dispose();

    ConnectorTable Target => Table.Of(
        Table.Columns(("id", SqlType.BigInt), ("name", SqlType.String)),
        ("connector", "kafka"), ("topic", "out"), ("value.format", "avro-confluent"), ("value.avro-confluent.url", _registry.Url),
        ("key.format", "avro-confluent"), ("key.avro-confluent.url", _registry.Url), ("key.fields", "id"));

    [Fact]
    public void Schemas_are_registered_once_for_all_encoders()
    {
        var sink = Table.Sink(Target);
        var pool = new ColumnPool();
        Assert.Empty(_registry.Requests);

        sink.Prepare(default);

        string[] expected = ["POST subjects/out-value/versions", "POST subjects/out-key/versions"];
        Assert.Equal(expected, _registry.Requests);
        for (var i = 0; i < 2; i++)
        {
            var output = new ArrayBufferWriter<byte>();
            var batch = Decoding.Batch(Target, pool, [1L, "a"]);
            using (var encoder = sink.CreateEncoder(pool))
                encoder.Encode(batch, output);
            batch.Release();
            Assert.True(output.WrittenCount > 0);
        }
        sink.Prepare(default);
        Assert.Equal(expected, _registry.Requests);
    }

    [Fact]
    public void A_registry_that_refuses_a_schema_is_an_error_before_there_are_rows()
    {
        _registry.Always = (409, """{"error_code":409,"message":"incompatible"}""");

        var error = Assert.Throws<SqlException>(() => Table.Sink(Target).Prepare(default));

        Assert.Equal("the schema of subject \"out-value\" is not compatible with those before it", error.Message);
        Assert.Contains("incompatible", error.Diagnostics[0].Detail, StringComparison.Ordinal);
        _registry.Always = (503, "");
        Assert.Equal(Retry.Backoff, Assert.Throws<ExternalException>(() => Table.Sink(Target).Prepare(default)).Retry);
    }
}
