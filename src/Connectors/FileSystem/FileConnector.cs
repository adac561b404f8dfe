using SqlStream.Core.Connect;

namespace SqlStream.Connectors.FileSystem;

/// <summary>Connector <c>filesystem</c>: the files of a local directory.</summary>
sealed class FileConnector : IConnector
{
    public string Name => "filesystem";

    public IReadOnlyList<OptionDefinition> Options => FileOptions.Definitions;

    public bool UsesFormat => true;

    public ISource CreateSource(ConnectorTable table, IFormatCatalog formats)
    {
        var format = ConnectorOptions.Format(table, this, formats);
        return new FileSource(table, format, FileOptions.Read(table), null);
    }

    public ISink? CreateSink(ConnectorTable table, IFormatCatalog formats) => null;
}
