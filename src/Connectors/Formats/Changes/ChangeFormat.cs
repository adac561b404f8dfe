using SqlStream.Connectors.Formats.Json;
using SqlStream.Core.Connect;
using SqlStream.Core.Rows;

namespace SqlStream.Connectors.Formats.Changes;

/// <summary>A format of envelopes that say what became of a row: one a message, or a line of a file.</summary>
/// <remarks>All kinds of changes are written, an update as the deletion of the old row and the insertion of the new one, as the dialect
/// does: a row comes alone, and nobody knows its other half.</remarks>
abstract class ChangeFormat : JsonBasedFormat<ChangeDecoder>
{
    public abstract override IReadOnlyList<MetadataDefinition> MessageMetadata { get; }

    public override ChangelogMode DecodedChangelog(TableOptions options) => ChangelogMode.Retract;

    /// <summary>What stands before and behind the object of the row.</summary>
    protected abstract (ReadOnlyMemory<byte> Before, ReadOnlyMemory<byte> After) Envelope(bool isDeletion, JsonOptions options);

    /// <summary>Refuses options under which what is written would not be read.</summary>
    protected virtual void EnsureWritable(TableOptions options)
    {
    }

    protected sealed override IRowTextWriter Writer(ConnectorTable table, IReadOnlyList<int>? batchColumns, JsonOptions options)
    {
        EnsureWritable(table.Options);
        return new ChangeWriter(
            new JsonObjectWriter(table.Schema, options, batchColumns), Envelope(false, options), Envelope(true, options));
    }

    sealed class ChangeWriter(
        JsonObjectWriter rows, (ReadOnlyMemory<byte> Before, ReadOnlyMemory<byte> After) insertion,
        (ReadOnlyMemory<byte> Before, ReadOnlyMemory<byte> After) deletion) : IRowTextWriter
    {
        public void Write(Batch batch, int row, RowText text)
        {
            ref readonly var envelope = ref batch.Kind(row).IsRetraction() ? ref deletion : ref insertion;
            text.Append(envelope.Before.Span);
            rows.Write(batch, row, text);
            text.Append(envelope.After.Span);
        }
    }
}
