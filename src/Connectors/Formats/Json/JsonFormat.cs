using System.Buffers;
using SqlStream.Core.Connect;
using SqlStream.Core.Rows;

namespace SqlStream.Connectors.Formats.Json;

/// <summary>Format <c>json</c>: one JSON object a line.</summary>
sealed class JsonFormat : IFileFormat, IMessageFormat
{
    public string Name => "json";

    public IReadOnlyList<OptionDefinition> Options { get; } =
    [
        .. JsonOptions.Definitions("json"),
        new("json.decode.json-parser.enabled", "true", "Accepted for compatibility; there is one parser.",
            ["true", "false"], ["decode.json-parser.enabled"]),
    ];

    public string FileExtension => "json";

    public ChangelogMode DecodedChangelog(TableOptions options) => ChangelogMode.AppendOnly;

    public ChangelogMode EncodableChangelog(TableOptions options) => ChangelogMode.AppendOnly;

    public bool IsSplittable(TableOptions options) => true;

    public bool SkipsFirstRecord(TableOptions options) => false;

    public IRowDecoder CreateDecoder(ConnectorTable table, IReadOnlyList<int> readColumns) => Decoder(table, readColumns);

    public IRowEncoder CreateEncoder(ConnectorTable table) => new LineEncoder(Writer(table, null));

    public IMessageDecoder CreateMessageDecoder(MessageTable messages, IReadOnlyList<int> readColumns) =>
        Decoder(messages.Table, readColumns);

    public IMessageEncoder CreateMessageEncoder(MessageTable messages, IReadOnlyList<int> batchColumns) =>
        new MessageEncoder(Writer(messages.Table, batchColumns));

    JsonRowDecoder Decoder(ConnectorTable table, IReadOnlyList<int> readColumns)
    {
        var options = JsonOptions.Read(table.Options, Name);
        FormatTypes.Ensure(table, Name, FormatTypes.IsJson);
        return new JsonRowDecoder(new JsonObjectReader(table.Schema, readColumns, options), options);
    }

    JsonObjectWriter Writer(ConnectorTable table, IReadOnlyList<int>? batchColumns)
    {
        var options = JsonOptions.Read(table.Options, Name);
        FormatTypes.Ensure(table, Name, FormatTypes.IsJson);
        return new JsonObjectWriter(table.Schema, options, batchColumns);
    }

    sealed class LineEncoder(JsonObjectWriter writer) : IRowEncoder
    {
        readonly RowText _row = new();

        public ReadOnlyMemory<byte> FileHeader => default;

        public void Encode(Batch batch, int row, IBufferWriter<byte> output)
        {
            writer.Write(batch, row, _row);
            _row.Append((byte)'\n');
            _row.MoveTo(output);
        }
    }

    sealed class MessageEncoder(JsonObjectWriter writer) : IMessageEncoder
    {
        readonly RowText _row = new();

        public bool Encode(Batch batch, int row, IBufferWriter<byte> output)
        {
            writer.Write(batch, row, _row);
            _row.MoveTo(output);
            return true;
        }
    }
}
