using SqlStream.Connectors.Formats.Changes;
using SqlStream.Connectors.Formats.Json;
using SqlStream.Core.Connect;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Formats.OggJson;

/// <summary>Format <c>ogg-json</c>: <c>{"before":{...},"after":{...},"op_type":"U","table":"..."}</c>.</summary>
sealed class OggJsonFormat : ChangeFormat
{
    static readonly ChangeMetadata[] _metadata =
    [
        new("table", SqlType.String, OggJsonDecoder.Table),
        new("primary-keys", SqlType.Array(SqlType.String), OggJsonDecoder.Keys),
        new("ingestion-timestamp", SqlType.TimestampLtz(6), OggJsonDecoder.Time, ChangeMetadataForm.Text),
        new("event-timestamp", SqlType.TimestampLtz(6), OggJsonDecoder.EventTime, ChangeMetadataForm.Text),
    ];

    public override string Name => "ogg-json";

    public override IReadOnlyList<OptionDefinition> Options { get; } = JsonOptions.LenientDefinitions("ogg-json");

    public override IReadOnlyList<MetadataDefinition> MessageMetadata { get; } = ChangeMetadata.Definitions(_metadata);

    protected override ChangeDecoder Decoder(ConnectorTable table, IReadOnlyList<int> readColumns, JsonOptions options) =>
        new OggJsonDecoder(new ChangeRows(table, readColumns, options, _metadata), options);

    protected override (ReadOnlyMemory<byte> Before, ReadOnlyMemory<byte> After) Envelope(bool isDeletion, JsonOptions options) =>
        (isDeletion, options.IgnoreNullFields) switch
        {
            (false, false) => ("{\"before\":null,\"after\":"u8.ToArray(), ",\"op_type\":\"I\"}"u8.ToArray()),
            (false, true) => ("{\"after\":"u8.ToArray(), ",\"op_type\":\"I\"}"u8.ToArray()),
            (true, false) => ("{\"before\":"u8.ToArray(), ",\"after\":null,\"op_type\":\"D\"}"u8.ToArray()),
            (true, true) => ("{\"before\":"u8.ToArray(), ",\"op_type\":\"D\"}"u8.ToArray()),
        };
}
