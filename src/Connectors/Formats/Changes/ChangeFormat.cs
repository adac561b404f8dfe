using System.Buffers;
using SqlStream.Connectors.Formats.Json;
using SqlStream.Core.Connect;
using SqlStream.Core.Rows;

namespace SqlStream.Connectors.Formats.Changes;

/// <summary>A format of envelopes that say what became of a row: one a message, or a line of a file.</summary>
/// <remarks>All kinds of changes are written, an update as the deletion of the old row and the insertion of the new one, as the dialect
/// does: a row comes alone, and nobody knows its other half.</remarks>
abstract class ChangeFormat : IFileFormat, IMessageFormat
{
    public abstract string Name { get; }

    public abstract IReadOnlyList<OptionDefinition> Options { get; }

    public abstract IReadOnlyList<MetadataDefinition> MessageMetadata { get; }

    public string FileExtension => "json";

    public ChangelogMode DecodedChangelog(TableOptions options) => ChangelogMode.Retract;

    public ChangelogMode EncodableChangelog(TableOptions options) => ChangelogMode.Retract;

    /// <summary>Never: the changes of a key must be read in their order.</summary>
    public bool IsSplittable(TableOptions options) => false;

    public bool SkipsFirstRecord(TableOptions options) => false;

    public IRowDecoder CreateDecoder(ConnectorTable table, IReadOnlyList<int> readColumns) => Decoder(table, readColumns);

    public IRowEncoder CreateEncoder(ConnectorTable table) => new LineEncoder(Writer(table, null));

    public IMessageDecoder CreateMessageDecoder(MessageTable messages, IReadOnlyList<int> readColumns) =>
        Decoder(messages.Table, readColumns);

    public IMessageEncoder CreateMessageEncoder(MessageTable messages, IReadOnlyList<int> batchColumns) =>
        new MessageEncoder(Writer(messages.Table, batchColumns));

    protected abstract ChangeDecoder CreateDecoder(ConnectorTable table, IReadOnlyList<int> readColumns, JsonOptions options);

    /// <summary>What stands before and behind the object of the row.</summary>
    protected abstract (ReadOnlyMemory<byte> Before, ReadOnlyMemory<byte> After) Envelope(bool isDeletion, JsonOptions options);

    /// <summary>Refuses options under which what is written would not be read.</summary>
    protected virtual void EnsureWritable(TableOptions options)
    {
    }

    ChangeDecoder Decoder(ConnectorTable table, IReadOnlyList<int> readColumns)
    {
        FormatTypes.Ensure(table, Name, FormatTypes.IsJson);
        return CreateDecoder(table, readColumns, JsonOptions.Read(table.Options, Name));
    }

    ChangeWriter Writer(ConnectorTable table, IReadOnlyList<int>? batchColumns)
    {
        FormatTypes.Ensure(table, Name, FormatTypes.IsJson);
        EnsureWritable(table.Options);
        var options = JsonOptions.Read(table.Options, Name);
        return new ChangeWriter(
            new JsonObjectWriter(table.Schema, options, batchColumns), Envelope(false, options), Envelope(true, options));
    }

    sealed class ChangeWriter(
        JsonObjectWriter rows, (ReadOnlyMemory<byte> Before, ReadOnlyMemory<byte> After) insertion,
        (ReadOnlyMemory<byte> Before, ReadOnlyMemory<byte> After) deletion)
    {
        public RowText Text { get; } = new();

        public void Write(Batch batch, int row)
        {
            ref readonly var envelope = ref batch.Kind(row).IsRetraction() ? ref deletion : ref insertion;
            Text.Append(envelope.Before.Span);
            rows.Write(batch, row, Text);
            Text.Append(envelope.After.Span);
        }
    }

    sealed class LineEncoder(ChangeWriter writer) : IRowEncoder
    {
        public ReadOnlyMemory<byte> FileHeader => default;

        public void Encode(Batch batch, int row, IBufferWriter<byte> output)
        {
            writer.Write(batch, row);
            writer.Text.Append((byte)'\n');
            writer.Text.MoveTo(output);
        }
    }

    sealed class MessageEncoder(ChangeWriter writer) : IMessageEncoder
    {
        public bool Encode(Batch batch, int row, IBufferWriter<byte> output)
        {
            writer.Write(batch, row);
            writer.Text.MoveTo(output);
            return true;
        }
    }
}
