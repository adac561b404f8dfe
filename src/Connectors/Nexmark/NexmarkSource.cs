using System.Text.Json;
using SqlStream.Core.Connect;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Nexmark;

/// <summary>A table of events. At the first start it is cut into as many splits as there are subtasks: split k of n holds the rounds
/// k, k + n, k + 2n, ..., so that all splits advance in time together. Later they are only handed out differently.</summary>
sealed class NexmarkSource(ConnectorTable table, NexmarkOptions options) : ISource
{
    readonly EventModel _model = new(options);
    readonly int _kindColumn = table.Schema.Fields.ToList().FindIndex(field => field.Name == EventFields.KindColumn);

    public bool IsBounded => options is { Events: not null, KeepsAlive: false };

    public ChangelogMode Changelog => ChangelogMode.AppendOnly;

    public BadDataPolicy BadData { get; } = new(BadDataKind.Fail);

    public ISink? DeadLetterSink => null;

    public IReadOnlyList<int> FilterColumns => _kindColumn < 0 ? [] : [_kindColumn];

    public bool SkipsUnreadFields => true;

    /// <summary>42703 and 42804 for columns that the events do not have.</summary>
    public void EnsureColumns()
    {
        for (var column = 0; column < table.Schema.Count; column++)
            _ = Fields(column);
    }

    public ISplitEnumerator CreateEnumerator(SourceContext context, string? state) => new Enumerator(context, state);

    public ISplitReader CreateReader(SplitReaderContext context, SourceSplit split, string? position) => new NexmarkReader(
        context,
        NexmarkSplit.Parse(split),
        position is null ? null : ParsePosition(position),
        options,
        _model,
        [.. context.ReadColumns.Select(column => Column(context, column))],
        [.. Enumerable.Range(0, 3).Select(kind => context.Filter?.Keeps(_ => kind) ?? true)]);

    static long ParsePosition(string position)
    {
        try
        {
            using var document = JsonDocument.Parse(position);
            return document.RootElement.GetProperty("event").GetInt64();
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw ConnectorErrors.PositionMalformed(position);
        }
    }

    EventColumn Column(SplitReaderContext context, int column)
    {
        var type = table.Schema[column].Type;
        if (Fields(column) is not { } fields)
            return new EventKindColumn(type, context.Pool);
        var read = context.ReadFields.FirstOrDefault(read => read.Column == column)?.Fields ?? [.. Enumerable.Range(0, fields.Count)];
        return new EventRowColumn(Kind(column), (RowType)type, fields, [.. read], context.Pool);
    }

    // What makes the fields of a column; null for the one that tells the kind.
    IReadOnlyList<EventField>? Fields(int column)
    {
        var field = table.Schema[column];
        if (field.Name == EventFields.KindColumn)
        {
            return field.Type.Kind == SqlTypeKind.Int
                ? null
                : throw ConnectorErrors.EventColumnMisfit(table.Name, field.Name, field.Type, SqlType.Int.Name);
        }
        if (!EventFields.KindColumns.Contains(field.Name))
            throw ConnectorErrors.EventColumnMissing(table.Name, field.Name, field.Name, [EventFields.KindColumn, .. EventFields.KindColumns]);
        return EventFields.Choose(Kind(column), _model, field, table.Name);
    }

    EventKind Kind(int column) => (EventKind)EventFields.KindColumns.ToList().IndexOf(table.Schema[column].Name);

    sealed class Enumerator(SourceContext context, string? state) : ISplitEnumerator
    {
        bool _started = state is not null && state.Contains("true", StringComparison.Ordinal);

        public TimeSpan Interval => TimeSpan.Zero;

        public (IReadOnlyList<SourceSplit> Splits, bool Done) Discover(CancellationToken cancellation)
        {
            if (_started)
                return ([], true);
            _started = true;
            var now = context.Clock.GetUtcNow().ToUnixTimeMilliseconds();
            var count = context.Parallelism;
            return ([.. Enumerable.Range(0, count).Select(k => new NexmarkSplit(k, count, now).ToSourceSplit())], true);
        }

        public string SaveState() => _started ? "{\"version\":1,\"started\":true}" : "{\"version\":1,\"started\":false}";
    }
}
