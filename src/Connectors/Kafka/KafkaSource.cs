using SqlStream.Core.Connect;

namespace SqlStream.Connectors.Kafka;

/// <summary>The records of topics as a source: each partition is a split, its position the next offset.</summary>
sealed class KafkaSource : ISource
{
    readonly ConnectorTable _table;
    readonly KafkaColumns _columns;
    readonly KafkaOptions _options;
    readonly bool _isUpsert;

    public KafkaSource(ConnectorTable table, KafkaColumns columns, KafkaOptions options, bool isUpsert, ISink? deadLetterSink)
    {
        _table = table;
        _columns = columns;
        _options = options;
        _isUpsert = isUpsert;
        DeadLetterSink = deadLetterSink;
        Changelog = isUpsert ? ChangelogMode.Upsert : columns.Value.Format.DecodedChangelog(columns.Value.Messages.Table.Options);
        SplitColumns = KafkaMetadata.KnownBefore(table);
        // The formats check their options and the columns' types when they make a decoder.
        columns.Value.Decoder(columns.Value.Columns);
        columns.Key?.Decoder(columns.Key.Columns);
    }

    public bool IsBounded => _options.Bounded.Mode != OffsetMode.Unbounded;

    public ChangelogMode Changelog { get; }

    public BadDataPolicy BadData => _options.BadData;

    public ISink? DeadLetterSink { get; }

    public bool TellsWhenCaughtUp => true;

    public IReadOnlyList<int> SplitColumns { get; }

    public object? SplitValue(SourceSplit split, int column) => KafkaMetadata.OfPartition(_table, column, KafkaSplit.Parse(split));

    public ISplitEnumerator CreateEnumerator(SourceContext context, string? state) => new KafkaSplitEnumerator(_options, state);

    public bool TellsProgress => _options.CommitsOffsets;

    public ISourceProgress CreateProgress() => new KafkaProgress(_options);

    public ISplitOpener CreateOpener(SplitReaderContext context) => new KafkaConsumer(_table, _columns, _options, _isUpsert, context);

    public ISplitReader CreateReader(SplitReaderContext context, SourceSplit split, string? position)
    {
        var consumer = CreateOpener(context);
        try
        {
            return new OwningReader(consumer, consumer.Open(split, position));
        }
        catch
        {
            consumer.Dispose();
            throw;
        }
    }

    sealed class OwningReader(ISplitOpener opener, ISplitReader reader) : ISplitReader
    {
        public string Position => reader.Position;

        public ReadStatus Read(out Core.Rows.Batch? batch) => reader.Read(out batch);

        public bool? ConfirmCaughtUp() => reader.ConfirmCaughtUp();

        public void Dispose()
        {
            reader.Dispose();
            opener.Dispose();
        }
    }
}
