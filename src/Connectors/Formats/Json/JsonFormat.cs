using SqlStream.Core.Connect;

namespace SqlStream.Connectors.Formats.Json;

/// <summary>Format <c>json</c>: one JSON object a line.</summary>
sealed class JsonFormat : JsonBasedFormat<JsonRowDecoder>
{
    public override string Name => "json";

    public override IReadOnlyList<OptionDefinition> Options { get; } =
    [
        .. JsonOptions.Definitions("json"),
        new("json.decode.json-parser.enabled", "true", "Accepted for compatibility; there is one parser.",
            ["true", "false"], ["decode.json-parser.enabled"]),
    ];

    public override ChangelogMode DecodedChangelog(TableOptions options) => ChangelogMode.AppendOnly;

    protected override JsonRowDecoder Decoder(ConnectorTable table, IReadOnlyList<int> readColumns, JsonOptions options) =>
        new(new JsonObjectReader(table.Schema, readColumns, options), options);

    protected override IRowTextWriter Writer(ConnectorTable table, IReadOnlyList<int>? batchColumns, JsonOptions options) =>
        new JsonObjectWriter(table.Schema, options, batchColumns);
}
