using SqlStream.Connectors.Formats.Json;
using SqlStream.Core.Connect;
using SqlStream.Core.Rows;

namespace SqlStream.Connectors.Formats.ChangelogJson;

/// <summary>Format <c>changelog-json</c>: one change a line or message, <c>{"op":"+I","data":{...}}</c>.</summary>
sealed class ChangelogJsonFormat : JsonBasedFormat<ChangelogJsonDecoder>
{
    const string ModeKey = "changelog-json.mode";

    public override string Name => "changelog-json";

    public override IReadOnlyList<OptionDefinition> Options { get; } =
    [
        new(ModeKey, "I,UB,UA,D", "The kinds of changes that come.", ["I", "I,UA,D", "I,UB,UA,D"]),
        .. JsonOptions.Definitions("changelog-json"),
    ];

    public override ChangelogMode DecodedChangelog(TableOptions options) =>
        options.Choice(ModeKey, "I,UB,UA,D", "I", "I,UA,D", "I,UB,UA,D") switch
        {
            "I" => ChangelogMode.AppendOnly,
            "I,UA,D" => ChangelogMode.Upsert,
            _ => ChangelogMode.Retract,
        };

    protected override ChangelogJsonDecoder Decoder(ConnectorTable table, IReadOnlyList<int> readColumns, JsonOptions options) =>
        new(new JsonObjectReader(table.Schema, readColumns, options), options, DecodedChangelog(table.Options));

    protected override IRowTextWriter Writer(ConnectorTable table, IReadOnlyList<int>? batchColumns, JsonOptions options) =>
        new ChangelogWriter(new JsonObjectWriter(table.Schema, options, batchColumns));

    sealed class ChangelogWriter(JsonObjectWriter rows) : IRowTextWriter
    {
        public void Write(Batch batch, int row, RowText text)
        {
            text.Append(batch.Kind(row) switch
            {
                RowKind.Insert => "{\"op\":\"+I\",\"data\":"u8,
                RowKind.UpdateBefore => "{\"op\":\"-U\",\"data\":"u8,
                RowKind.UpdateAfter => "{\"op\":\"+U\",\"data\":"u8,
                _ => "{\"op\":\"-D\",\"data\":"u8,
            });
            rows.Write(batch, row, text);
            text.Append((byte)'}');
        }
    }
}
