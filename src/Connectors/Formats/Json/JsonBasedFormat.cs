using SqlStream.Core.Connect;

namespace SqlStream.Connectors.Formats.Json;

/// <summary>A format that writes a row as JSON, one a line of a file or a message, and reads both alike.</summary>
/// <typeparam name="TDecoder">Reads lines and messages.</typeparam>
abstract class JsonBasedFormat<TDecoder> : IFileFormat, IMessageFormat
    where TDecoder : IRowDecoder, IMessageDecoder
{
    public abstract string Name { get; }

    public abstract IReadOnlyList<OptionDefinition> Options { get; }

    public virtual IReadOnlyList<MetadataDefinition> MessageMetadata => [];

    public string FileExtension => "json";

    public abstract ChangelogMode DecodedChangelog(TableOptions options);

    public ChangelogMode EncodableChangelog(TableOptions options) => DecodedChangelog(options);

    /// <summary>Only where rows are only added: the changes of a key must be read in their order.</summary>
    public bool IsSplittable(TableOptions options) => DecodedChangelog(options).IsAppendOnly;

    public IRowDecoder CreateDecoder(ConnectorTable table, IReadOnlyList<int> readColumns) => CheckedDecoder(table, readColumns);

    public IRowEncoder CreateEncoder(ConnectorTable table) => new LineEncoder(CheckedWriter(table, null));

    public IMessageDecoder CreateMessageDecoder(MessageTable messages, IReadOnlyList<int> readColumns) => CheckedDecoder(messages.Table, readColumns);

    public IMessageEncoder CreateMessageEncoder(MessageTable messages, IReadOnlyList<int> batchColumns) =>
        new TextMessageEncoder(CheckedWriter(messages.Table, batchColumns));

    protected abstract TDecoder Decoder(ConnectorTable table, IReadOnlyList<int> readColumns, JsonOptions options);

    /// <summary>What writes rows; the n-th column of the table is the one at <c>batchColumns[n]</c> of a batch, or at n if there are none.</summary>
    protected abstract IRowTextWriter Writer(ConnectorTable table, IReadOnlyList<int>? batchColumns, JsonOptions options);

    TDecoder CheckedDecoder(ConnectorTable table, IReadOnlyList<int> readColumns)
    {
        FormatTypes.Ensure(table, Name, FormatTypes.IsJson);
        return Decoder(table, readColumns, JsonOptions.Read(table.Options, Name));
    }

    IRowTextWriter CheckedWriter(ConnectorTable table, IReadOnlyList<int>? batchColumns)
    {
        FormatTypes.Ensure(table, Name, FormatTypes.IsJson);
        return Writer(table, batchColumns, JsonOptions.Read(table.Options, Name));
    }
}
