using SqlStream.Core.Connect;

namespace SqlStream.Connectors.Kafka;

/// <summary>Connector <c>upsert-kafka</c>: the newest record of each key is the row of that key, a record without value its deletion.</summary>
sealed class UpsertKafkaConnector : IConnector
{
    public string Name => "upsert-kafka";

    public IReadOnlyList<OptionDefinition> Options { get; } =
        [.. KafkaOptions.Definitions.Where(option => option.Key is not ("key.fields" or "sink.partitioner"))];

    public bool UsesFormat => true;

    public IReadOnlyList<(string Setting, string Option)> Fallbacks => KafkaOptions.Fallbacks;

    public IReadOnlyList<MetadataDefinition> Metadata => KafkaMetadata.Definitions;

    public IReadOnlyList<MetadataDefinition> MetadataOf(TableOptions options, IFormatCatalog formats) => KafkaColumns.Metadata(options, formats);

    public ISource CreateSource(ConnectorTable table, IFormatCatalog formats)
    {
        var (columns, options) = Read(table, formats);
        return new KafkaSource(table, columns, options, isUpsert: true, KafkaConnector.DeadLetters(table, options));
    }

    public ISink CreateSink(ConnectorTable table, IFormatCatalog formats)
    {
        var (columns, options) = Read(table, formats);
        if (options.Topics.Count != 1)
            throw KafkaErrors.SinkNeedsOneTopic(table.Name);
        return new KafkaSink(table, columns, options, isUpsert: true);
    }

    (KafkaColumns Columns, KafkaOptions Options) Read(ConnectorTable table, IFormatCatalog formats)
    {
        if (table.PrimaryKey.IsEmpty)
            throw KafkaErrors.PrimaryKeyMissing(table.Name);
        if (table.Options.Find("key.format") is null)
            throw ConnectErrors.MissingOption("key.format");
        var columns = KafkaColumns.Read(table, this, formats, [.. table.PrimaryKey]);
        if (columns.Value.Format.DecodedChangelog(columns.Value.Messages.Table.Options) != ChangelogMode.AppendOnly)
            throw KafkaErrors.ChangesNotAllowed(columns.Value.Format.Name);
        var options = KafkaOptions.Read(table, Name);
        // A changelog is read from its beginning: a part of it is no table.
        return (columns, table.Options.Find("scan.startup.mode", "startup-mode") is null ? options with { Startup = new OffsetChoice(OffsetMode.Earliest) } : options);
    }
}
