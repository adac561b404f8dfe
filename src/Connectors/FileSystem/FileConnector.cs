using SqlStream.Core.Connect;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.FileSystem;

/// <summary>Connector <c>filesystem</c>: the files of a local directory.</summary>
sealed class FileConnector : IConnector
{
    static readonly Schema _deadLetterColumns = new([
        new Field("source", SqlType.String),
        new Field("position", SqlType.String),
        new Field("error", SqlType.String),
        new Field("raw", SqlType.Bytes),
    ]);

    public string Name => "filesystem";

    public IReadOnlyList<OptionDefinition> Options => FileOptions.Definitions;

    public bool UsesFormat => true;

    public IReadOnlyList<MetadataDefinition> Metadata => FileMetadata.Definitions;

    public ISource CreateSource(ConnectorTable table, IFormatCatalog formats)
    {
        var format = ConnectorOptions.Format(table, this, formats);
        var options = FileOptions.Read(table);
        var deadLetters = options.BadData.DeadLetterPath is { } path ? DeadLetters(table, path, formats) : null;
        return new FileSource(table, format, options, deadLetters);
    }

    public ISink CreateSink(ConnectorTable table, IFormatCatalog formats)
    {
        var format = ConnectorOptions.Format(table, this, formats);
        return new FileSink(table, format, FileOptions.Read(table));
    }

    static FileSink DeadLetters(ConnectorTable table, string path, IFormatCatalog formats)
    {
        var span = table.Options.Find("dead-letter.path")!.Span;
        var letters = new ConnectorTable($"{table.Name} (dead letters)", _deadLetterColumns, [], [],
            new TableOptions([new TableOption("path", path, span)]));
        return new FileSink(letters, formats.Formats.First(format => format.Name == "json"), FileOptions.Read(letters));
    }
}
