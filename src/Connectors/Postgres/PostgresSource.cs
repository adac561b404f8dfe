using SqlStream.Core.Connect;

namespace SqlStream.Connectors.Postgres;

/// <summary>A table of a server as a source: read once, in parts, all of one snapshot; or asked by key.</summary>
sealed class PostgresSource : ISource, ILookupSource
{
    readonly ConnectorTable _table;
    readonly PostgresOptions _options;
    readonly PostgresSnapshot _snapshot;

    public PostgresSource(ConnectorTable table, PostgresOptions options)
    {
        (_table, _options, _snapshot) = (table, options, new PostgresSnapshot(options));
        foreach (var field in table.Schema.Fields)
        {
            if (PostgresTypes.Of(field.Type) == 0)
                throw PostgresErrors.TypeNotSupported(table.Name, field);
        }
    }

    public bool IsBounded => true;

    public ChangelogMode Changelog => ChangelogMode.AppendOnly;

    public BadDataPolicy BadData { get; } = new(BadDataKind.Fail);

    public ISink? DeadLetterSink => null;

    /// <summary>One connection for each subtask, besides the one that keeps the snapshot.</summary>
    public int ConcurrentSplitsMax => 1;

    public bool TakesLimit => true;

    public bool Takes(RowPredicate predicate) => PushedCondition.Takes(predicate, _table.Schema);

    public LookupOptions Lookup => _options.Lookup;

    public ISplitEnumerator CreateEnumerator(SourceContext context, string? state) => new PostgresSplitEnumerator(_table, _options, context.Parallelism, state);

    public ISplitReader CreateReader(SplitReaderContext context, SourceSplit split, string? position) =>
        new PostgresSplitReader(context, _table, _options, _snapshot, PostgresSplit.Parse(split), position);

    public ISplitOpener CreateOpener(SplitReaderContext context) => new Readers(this, context);

    public ILookup CreateLookup(LookupContext context) => new PostgresLookup(context, _table, _options);

    /// <summary>The readers of a subtask. Between two of them the snapshot is still needed.</summary>
    sealed class Readers : ISplitOpener
    {
        readonly PostgresSource _source;
        readonly SplitReaderContext _context;

        public Readers(PostgresSource source, SplitReaderContext context)
        {
            (_source, _context) = (source, context);
            source._snapshot.Enter();
        }

        public ISplitReader Open(SourceSplit split, string? position) => _source.CreateReader(_context, split, position);

        public void Dispose() => _source._snapshot.Leave();
    }
}
