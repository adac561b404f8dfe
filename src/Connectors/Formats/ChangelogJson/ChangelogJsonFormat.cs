using System.Buffers;
using SqlStream.Connectors.Formats.Json;
using SqlStream.Core.Connect;
using SqlStream.Core.Rows;

namespace SqlStream.Connectors.Formats.ChangelogJson;

/// <summary>Format <c>changelog-json</c>: one change a line or message, <c>{"op":"+I","data":{...}}</c>.</summary>
sealed class ChangelogJsonFormat : IFileFormat, IMessageFormat
{
    const string ModeKey = "changelog-json.mode";

    public string Name => "changelog-json";

    public IReadOnlyList<OptionDefinition> Options { get; } =
    [
        new(ModeKey, "I,UB,UA,D", "The kinds of changes that come.", ["I", "I,UA,D", "I,UB,UA,D"]),
        .. JsonOptions.Definitions("changelog-json"),
    ];

    public string FileExtension => "json";

    public ChangelogMode DecodedChangelog(TableOptions options) =>
        options.Choice(ModeKey, "I,UB,UA,D", "I", "I,UA,D", "I,UB,UA,D") switch
        {
            "I" => ChangelogMode.AppendOnly,
            "I,UA,D" => ChangelogMode.Upsert,
            _ => ChangelogMode.Retract,
        };

    public ChangelogMode EncodableChangelog(TableOptions options) => DecodedChangelog(options);

    /// <summary>Only where rows are only added: the changes of a key must be read in their order.</summary>
    public bool IsSplittable(TableOptions options) => DecodedChangelog(options).IsAppendOnly;

    public bool SkipsFirstRecord(TableOptions options) => false;

    public IRowDecoder CreateDecoder(ConnectorTable table, IReadOnlyList<int> readColumns) => Decoder(table, readColumns);

    public IRowEncoder CreateEncoder(ConnectorTable table) => new LineEncoder(Writer(table, null));

    public IMessageDecoder CreateMessageDecoder(MessageTable messages, IReadOnlyList<int> readColumns) =>
        Decoder(messages.Table, readColumns);

    public IMessageEncoder CreateMessageEncoder(MessageTable messages, IReadOnlyList<int> batchColumns) =>
        new MessageEncoder(Writer(messages.Table, batchColumns));

    ChangelogJsonDecoder Decoder(ConnectorTable table, IReadOnlyList<int> readColumns)
    {
        FormatTypes.Ensure(table, Name, FormatTypes.IsJson);
        var options = JsonOptions.Read(table.Options, Name);
        return new ChangelogJsonDecoder(
            new JsonObjectReader(table.Schema, readColumns, options), options, DecodedChangelog(table.Options));
    }

    JsonObjectWriter Writer(ConnectorTable table, IReadOnlyList<int>? batchColumns)
    {
        FormatTypes.Ensure(table, Name, FormatTypes.IsJson);
        return new JsonObjectWriter(table.Schema, JsonOptions.Read(table.Options, Name), batchColumns);
    }

    static void Write(JsonObjectWriter writer, Batch batch, int row, RowText text)
    {
        text.Append(batch.Kind(row) switch
        {
            RowKind.Insert => "{\"op\":\"+I\",\"data\":"u8,
            RowKind.UpdateBefore => "{\"op\":\"-U\",\"data\":"u8,
            RowKind.UpdateAfter => "{\"op\":\"+U\",\"data\":"u8,
            _ => "{\"op\":\"-D\",\"data\":"u8,
        });
        writer.Write(batch, row, text);
        text.Append((byte)'}');
    }

    sealed class LineEncoder(JsonObjectWriter writer) : IRowEncoder
    {
        readonly RowText _row = new();

        public ReadOnlyMemory<byte> FileHeader => default;

        public void Encode(Batch batch, int row, IBufferWriter<byte> output)
        {
            Write(writer, batch, row, _row);
            _row.Append((byte)'\n');
            _row.MoveTo(output);
        }
    }

    sealed class MessageEncoder(JsonObjectWriter writer) : IMessageEncoder
    {
        readonly RowText _row = new();

        public bool Encode(Batch batch, int row, IBufferWriter<byte> output)
        {
            Write(writer, batch, row, _row);
            _row.MoveTo(output);
            return true;
        }
    }
}
