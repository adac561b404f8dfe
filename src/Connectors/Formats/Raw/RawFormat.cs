using SqlStream.Core.Connect;

namespace SqlStream.Connectors.Formats.Raw;

/// <summary>Format <c>raw</c>: one column whose value is the message, byte for byte; in files a line.</summary>
sealed class RawFormat : IFileFormat, IMessageFormat
{
    public string Name => "raw";

    public IReadOnlyList<OptionDefinition> Options => RawOptions.Definitions;

    public string FileExtension => "txt";

    /// <summary>Only where every line feed ends a row.</summary>
    public bool IsSplittable(TableOptions options) => RawOptions.Read(options).LineEnd is [(byte)'\n'];

    public IRowDecoder CreateDecoder(ConnectorTable table, IReadOnlyList<int> readColumns)
    {
        var options = RawOptions.Read(table.Options);
        var type = RawTypes.OfFiles(table, options);
        return new RawDecoder(table.Schema[0].Name, type, readColumns.Count > 0, options, isFile: true);
    }

    public IRowEncoder CreateEncoder(ConnectorTable table)
    {
        var options = RawOptions.Read(table.Options);
        var type = RawTypes.OfFiles(table, options);
        return new RawEncoder(table.Schema[0].Name, type, 0, options, options.LineEnd);
    }

    public IMessageDecoder CreateMessageDecoder(MessageTable messages, IReadOnlyList<int> readColumns)
    {
        var type = RawTypes.OfMessages(messages.Table);
        return new RawDecoder(
            messages.Table.Schema[0].Name, type, readColumns.Count > 0, RawOptions.Read(messages.Table.Options), isFile: false);
    }

    public IMessageEncoder CreateMessageEncoder(MessageTable messages, IReadOnlyList<int> batchColumns)
    {
        var type = RawTypes.OfMessages(messages.Table);
        var options = RawOptions.Read(messages.Table.Options);
        return new RawEncoder(messages.Table.Schema[0].Name, type, batchColumns[0], options, options.Delimiter);
    }
}
