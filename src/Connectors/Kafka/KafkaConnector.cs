using SqlStream.Core.Connect;

namespace SqlStream.Connectors.Kafka;

/// <summary>Connector <c>kafka</c>: the records of topics, each a row that comes, or a change where the format says so.</summary>
sealed class KafkaConnector : IConnector
{
    public string Name => "kafka";

    public IReadOnlyList<OptionDefinition> Options => KafkaOptions.Definitions;

    public bool UsesFormat => true;

    public IReadOnlyList<(string Setting, string Option)> Fallbacks => KafkaOptions.Fallbacks;

    public IReadOnlyList<MetadataDefinition> Metadata => KafkaMetadata.Definitions;

    public IReadOnlyList<MetadataDefinition> MetadataOf(TableOptions options, IFormatCatalog formats) => KafkaColumns.Metadata(options, formats);

    public ISource CreateSource(ConnectorTable table, IFormatCatalog formats)
    {
        var columns = Columns(table, formats);
        var options = KafkaOptions.Read(table, Name);
        return new KafkaSource(table, columns, options, isUpsert: false, DeadLetters(table, options));
    }

    public ISink CreateSink(ConnectorTable table, IFormatCatalog formats)
    {
        var columns = Columns(table, formats);
        var options = KafkaOptions.Read(table, Name);
        if (options.Topics.Count != 1)
            throw KafkaErrors.SinkNeedsOneTopic(table.Name);
        return new KafkaSink(table, columns, options, isUpsert: false);
    }

    /// <summary>Where records go that cannot be decoded; null if nowhere.</summary>
    public static ISink? DeadLetters(ConnectorTable table, KafkaOptions options) =>
        options.DeadLetterTopic is null ? null : new KafkaDeadLetterSink(table.Name, options);

    KafkaColumns Columns(ConnectorTable table, IFormatCatalog formats)
    {
        var columns = KafkaColumns.Read(table, this, formats, keyColumns: null);
        var options = columns.Value.Messages.Table.Options;
        if (!table.PrimaryKey.IsEmpty && columns.Value.Format.DecodedChangelog(options) == ChangelogMode.AppendOnly)
            throw KafkaErrors.PrimaryKeyNotAllowed(table.Name);
        return columns;
    }
}
