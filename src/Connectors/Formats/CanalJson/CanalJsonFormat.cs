using SqlStream.Connectors.Formats.Changes;
using SqlStream.Connectors.Formats.Json;
using SqlStream.Core.Connect;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Formats.CanalJson;

/// <summary>Format <c>canal-json</c>: <c>{"type":"UPDATE","data":[{...}],"old":[{...}],"database":"...","table":"..."}</c>.</summary>
sealed class CanalJsonFormat : ChangeFormat
{
    const string DatabaseKey = "canal-json.database.include";
    const string TableKey = "canal-json.table.include";

    static readonly ChangeMetadata[] _metadata =
    [
        new("database", SqlType.String, CanalJsonDecoder.Database),
        new("table", SqlType.String, CanalJsonDecoder.Table),
        new("sql-type", SqlType.Map(SqlType.String, SqlType.Int), CanalJsonDecoder.Types),
        new("pk-names", SqlType.Array(SqlType.String), CanalJsonDecoder.Keys),
        new("ingestion-timestamp", SqlType.TimestampLtz(3), CanalJsonDecoder.Time, ChangeMetadataForm.Millis),
        new("event-timestamp", SqlType.TimestampLtz(3), CanalJsonDecoder.EventTime, ChangeMetadataForm.Millis),
    ];

    public override string Name => "canal-json";

    public override IReadOnlyList<OptionDefinition> Options { get; } =
    [
        new(DatabaseKey, null, "A regular expression; entries of other databases are passed over."),
        new(TableKey, null, "A regular expression; entries of other tables are passed over."),
        .. JsonOptions.LenientDefinitions("canal-json"),
    ];

    public override IReadOnlyList<MetadataDefinition> MessageMetadata { get; } = ChangeMetadata.Definitions(_metadata);

    protected override ChangeDecoder Decoder(ConnectorTable table, IReadOnlyList<int> readColumns, JsonOptions options) =>
        new CanalJsonDecoder(new ChangeRows(table, readColumns, options, _metadata),
            NameFilter.Read(table.Options, DatabaseKey), NameFilter.Read(table.Options, TableKey), options);

    protected override (ReadOnlyMemory<byte> Before, ReadOnlyMemory<byte> After) Envelope(bool isDeletion, JsonOptions options) =>
        ("{\"data\":["u8.ToArray(), isDeletion ? "],\"type\":\"DELETE\"}"u8.ToArray() : "],\"type\":\"INSERT\"}"u8.ToArray());
}
