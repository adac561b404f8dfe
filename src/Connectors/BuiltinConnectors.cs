using SqlStream.Connectors.BlackHole;
using SqlStream.Connectors.DataGen;
using SqlStream.Connectors.FileSystem;
using SqlStream.Connectors.Formats.Avro;
using SqlStream.Connectors.Formats.AvroConfluent;
using SqlStream.Connectors.Formats.CanalJson;
using SqlStream.Connectors.Formats.ChangelogJson;
using SqlStream.Connectors.Formats.Csv;
using SqlStream.Connectors.Formats.DebeziumJson;
using SqlStream.Connectors.Formats.Json;
using SqlStream.Connectors.Formats.MaxwellJson;
using SqlStream.Connectors.Formats.OggJson;
using SqlStream.Connectors.Formats.Protobuf;
using SqlStream.Connectors.Formats.Raw;
using SqlStream.Connectors.Kafka;
using SqlStream.Connectors.Nexmark;
using SqlStream.Connectors.Postgres;
using SqlStream.Connectors.Print;
using SqlStream.Core.Connect;

namespace SqlStream.Connectors;

/// <summary>The connectors and formats that come with the engine. Immutable, thread-safe.</summary>
public sealed class BuiltinConnectors : IConnectorCatalog, IFormatCatalog
{
    /// <inheritdoc/>
    public IReadOnlyList<IConnector> Connectors { get; } =
    [
        new FileConnector(),
        new KafkaConnector(),
        new UpsertKafkaConnector(),
        new DataGenConnector(),
        new PostgresConnector("postgres"),
        new PostgresConnector("jdbc"),
        new NexmarkConnector(),
        new PrintConnector(),
        new BlackHoleConnector(),
    ];

    /// <inheritdoc cref="IConnectorCatalog.Formats"/>
    public IReadOnlyList<IFormat> Formats { get; } =
    [
        new JsonFormat(),
        new CsvFormat(),
        new ChangelogJsonFormat(),
        new RawFormat(),
        new DebeziumJsonFormat(),
        new CanalJsonFormat(),
        new MaxwellJsonFormat(),
        new OggJsonFormat(),
        new AvroFormat(),
        new AvroConfluentFormat(),
        new ProtobufFormat(),
    ];

    /// <inheritdoc/>
    public IReadOnlyList<IExternalCatalog> Catalogs { get; } = [new PostgresCatalog("postgres"), new PostgresCatalog("jdbc")];

    IFormatCatalog IConnectorCatalog.Formats => this;
}
