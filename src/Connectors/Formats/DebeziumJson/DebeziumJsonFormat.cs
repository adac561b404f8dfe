using SqlStream.Connectors.Formats.Changes;
using SqlStream.Connectors.Formats.Json;
using SqlStream.Core.Connect;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Formats.DebeziumJson;

/// <summary>Format <c>debezium-json</c>: <c>{"before":{...},"after":{...},"source":{...},"op":"u"}</c>.</summary>
sealed class DebeziumJsonFormat : ChangeFormat
{
    const string SchemaKey = "debezium-json.schema-include";

    static readonly ChangeMetadata[] _metadata =
    [
        new("schema", SqlType.String, DebeziumJsonDecoder.SchemaText),
        new("ingestion-timestamp", SqlType.TimestampLtz(3), DebeziumJsonDecoder.Time, ChangeMetadataForm.Millis),
        new("source.timestamp", SqlType.TimestampLtz(3), DebeziumJsonDecoder.SourceTime, ChangeMetadataForm.Millis),
        new("source.database", SqlType.String, DebeziumJsonDecoder.SourceDatabase),
        new("source.schema", SqlType.String, DebeziumJsonDecoder.SourceSchema),
        new("source.table", SqlType.String, DebeziumJsonDecoder.SourceTable),
        new("source.properties", SqlType.Map(SqlType.String, SqlType.String), DebeziumJsonDecoder.Source),
    ];

    public override string Name => "debezium-json";

    public override IReadOnlyList<OptionDefinition> Options { get; } =
    [
        new(SchemaKey, "false", "The change stands in a property 'payload', beside its 'schema'.", ["true", "false"]),
        .. JsonOptions.LenientDefinitions("debezium-json"),
    ];

    public override IReadOnlyList<MetadataDefinition> MessageMetadata { get; } = ChangeMetadata.Definitions(_metadata);

    protected override ChangeDecoder Decoder(ConnectorTable table, IReadOnlyList<int> readColumns, JsonOptions options) =>
        new DebeziumJsonDecoder(
            new ChangeRows(table, readColumns, options, _metadata), table.Options.Boolean(SchemaKey, false), options);

    protected override void EnsureWritable(TableOptions options)
    {
        if (options.Boolean(SchemaKey, false))
            throw ConnectorErrors.OptionNotSupported(options.Find(SchemaKey)!, "Tables that are written have no schema in their messages; leave the option out.");
    }

    protected override (ReadOnlyMemory<byte> Before, ReadOnlyMemory<byte> After) Envelope(bool isDeletion, JsonOptions options) =>
        (isDeletion, options.IgnoreNullFields) switch
        {
            (false, false) => ("{\"before\":null,\"after\":"u8.ToArray(), ",\"op\":\"c\"}"u8.ToArray()),
            (false, true) => ("{\"after\":"u8.ToArray(), ",\"op\":\"c\"}"u8.ToArray()),
            (true, false) => ("{\"before\":"u8.ToArray(), ",\"after\":null,\"op\":\"d\"}"u8.ToArray()),
            (true, true) => ("{\"before\":"u8.ToArray(), ",\"op\":\"d\"}"u8.ToArray()),
        };
}
