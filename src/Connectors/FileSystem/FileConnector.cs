using SqlStream.Core.Connect;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.FileSystem;

/// <summary>Connector <c>filesystem</c>: the files of a local directory.</summary>
sealed class FileConnector : IConnector, IHoldsPartitions
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

    public bool AcceptsPartitions => true;

    public IReadOnlyList<MetadataDefinition> Metadata => FileMetadata.Definitions;

    public ISource CreateSource(ConnectorTable table, IFormatCatalog formats)
    {
        var format = FormatOf(table, formats);
        var options = FileOptions.Read(table);
        var deadLetters = options.BadData.DeadLetterPath is { } path ? DeadLetters(table, path, formats) : null;
        return new FileSource(table, format, options, deadLetters, columns => LateRows(table, columns, options.LateRowsPath!, formats));
    }

    public ISink CreateSink(ConnectorTable table, IFormatCatalog formats)
    {
        var format = FormatOf(table, formats);
        return new FileSink(table, format, FileOptions.Read(table));
    }

    public IReadOnlyList<TablePartition> Partitions(ConnectorTable table) => PartitionDirectories.Of(table).List();

    public bool AddPartition(ConnectorTable table, ValueList<object?> values) => PartitionDirectories.Of(table).Add(values);

    public bool DropPartition(ConnectorTable table, ValueList<object?> values) => PartitionDirectories.Of(table).Drop(values);

    IFileFormat FormatOf(ConnectorTable table, IFormatCatalog formats) => ConnectorOptions.Format(table, this, formats) as IFileFormat
        ?? throw ConnectorErrors.FormatNotOfFiles(table.Options.Find("format", "format.type")!);

    static FileSink DeadLetters(ConnectorTable table, string path, IFormatCatalog formats) =>
        JsonFiles(table, $"{table.Name} (dead letters)", _deadLetterColumns, path, formats);

    static FileSink LateRows(ConnectorTable table, Schema columns, string path, IFormatCatalog formats) =>
        JsonFiles(table, $"{table.Name} (late rows)", columns, path, formats);

    static FileSink JsonFiles(ConnectorTable table, string name, Schema columns, string path, IFormatCatalog formats)
    {
        var span = table.Options.Find("dead-letter.path")!.Span;
        var rolling = table.Options.Options.Where(option => option.Key.StartsWith("sink.rolling-policy.", StringComparison.Ordinal));
        var files = new ConnectorTable(name, columns, [], [], new TableOptions([new TableOption("path", path, span), .. rolling]));
        return new FileSink(files, (IFileFormat)formats.Formats.First(format => format.Name == "json"), FileOptions.Read(files));
    }
}
