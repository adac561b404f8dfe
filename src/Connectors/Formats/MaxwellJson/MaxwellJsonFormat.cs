using SqlStream.Connectors.Formats.Changes;
using SqlStream.Connectors.Formats.Json;
using SqlStream.Core.Connect;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Formats.MaxwellJson;

/// <summary>Format <c>maxwell-json</c>: <c>{"type":"update","data":{...},"old":{...},"database":"...","table":"..."}</c>.</summary>
sealed class MaxwellJsonFormat : ChangeFormat
{
    static readonly ChangeMetadata[] _metadata =
    [
        new("database", SqlType.String, MaxwellJsonDecoder.Database),
        new("table", SqlType.String, MaxwellJsonDecoder.Table),
        new("primary-key-columns", SqlType.Array(SqlType.String), MaxwellJsonDecoder.Keys),
        new("ingestion-timestamp", SqlType.TimestampLtz(3), MaxwellJsonDecoder.Time, ChangeMetadataForm.Seconds),
    ];

    public override string Name => "maxwell-json";

    public override IReadOnlyList<OptionDefinition> Options { get; } = JsonOptions.LenientDefinitions("maxwell-json");

    public override IReadOnlyList<MetadataDefinition> MessageMetadata { get; } = ChangeMetadata.Definitions(_metadata);

    protected override ChangeDecoder Decoder(ConnectorTable table, IReadOnlyList<int> readColumns, JsonOptions options) =>
        new MaxwellJsonDecoder(new ChangeRows(table, readColumns, options, _metadata), options);

    protected override (ReadOnlyMemory<byte> Before, ReadOnlyMemory<byte> After) Envelope(bool isDeletion, JsonOptions options) =>
        ("{\"data\":"u8.ToArray(), isDeletion ? ",\"type\":\"delete\"}"u8.ToArray() : ",\"type\":\"insert\"}"u8.ToArray());
}
