using SqlStream.Core.Connect;

namespace SqlStream.Connectors.Formats.Csv;

/// <summary>Format <c>csv</c>: fields in the order of the columns (RFC 4180).</summary>
sealed class CsvFormat : IFileFormat, IMessageFormat
{
    public string Name => "csv";

    public IReadOnlyList<OptionDefinition> Options => CsvOptions.Definitions;

    public string FileExtension => "csv";

    /// <summary>Only without quotes and escapes: else a line feed may stand within a field, and only the beginning of
    /// the file tells.</summary>
    public bool IsSplittable(TableOptions options) => CsvOptions.Read(options) is { Quote: null, Escape: null };

    public bool SkipsFirstRecord(TableOptions options) => CsvOptions.Read(options).SkipsFirst;

    public IRowDecoder CreateDecoder(ConnectorTable table, IReadOnlyList<int> readColumns) => Decoder(table, readColumns);

    public IRowEncoder CreateEncoder(ConnectorTable table) => Encoder(table, null);

    public IMessageDecoder CreateMessageDecoder(MessageTable messages, IReadOnlyList<int> readColumns) =>
        new CsvMessageDecoder(Decoder(messages.Table, readColumns), CsvOptions.Read(messages.Table.Options));

    public IMessageEncoder CreateMessageEncoder(MessageTable messages, IReadOnlyList<int> batchColumns) =>
        Encoder(messages.Table, batchColumns);

    CsvRowDecoder Decoder(ConnectorTable table, IReadOnlyList<int> readColumns)
    {
        FormatTypes.Ensure(table, Name, FormatTypes.IsCsv);
        return new CsvRowDecoder(table.Schema, readColumns, CsvOptions.Read(table.Options));
    }

    CsvRowEncoder Encoder(ConnectorTable table, IReadOnlyList<int>? batchColumns)
    {
        FormatTypes.Ensure(table, Name, FormatTypes.IsCsv);
        return new CsvRowEncoder(table.Schema, CsvOptions.Read(table.Options), batchColumns);
    }
}
