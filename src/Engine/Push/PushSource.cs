using System.Globalization;
using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Rows;
using SqlStream.Core.Time;
using SqlStream.Core.Types;

namespace SqlStream.Engine.Push;

/// <summary>A push table as a source of one job: one split.</summary>
/// <remarks>Rows that were read are not kept. A job that is restarted from a checkpoint before what it had read fails rather than leave rows out;
/// one that stopped with a savepoint goes on where it was.</remarks>
sealed class PushSource(PushTable table, Schema schema, bool isBounded) : ISource
{
    // The place up to which earlier readers of the same job have read.
    PushPlace? _reached;

    public bool IsBounded => isBounded;

    public ChangelogMode Changelog => ChangelogMode.AppendOnly;

    public BadDataPolicy BadData { get; } = new(BadDataKind.Fail);

    public ISink? DeadLetterSink => null;

    public bool TellsWhenCaughtUp => true;

    public ISplitEnumerator CreateEnumerator(SourceContext context, string? state) => new Enumerator(state is not null);

    public ISplitReader CreateReader(SplitReaderContext context, SourceSplit split, string? position) => new Reader(this, context, Parse(position));

    // A place in a table of another process means nothing here: the program goes on by itself.
    PushPlace? Parse(string? position)
    {
        if (position is null)
            return null;
        var parts = position.Trim('"').Split('.');
        return long.Parse(parts[0], CultureInfo.InvariantCulture) == table.Id
            ? new PushPlace(long.Parse(parts[1], CultureInfo.InvariantCulture), int.Parse(parts[2], CultureInfo.InvariantCulture))
            : null;
    }

    PushCursor Open(PushPlace? place, Action wake)
    {
        if (_reached is { } reached && (place is not { } from || from.Entry < reached.Entry || (from.Entry == reached.Entry && from.Row < reached.Row)))
            throw PushErrors.NotKept(table.Name);
        return table.Open(place, wake);
    }

    sealed class Enumerator(bool isRestored) : ISplitEnumerator
    {
        bool _given = isRestored;

        public TimeSpan Interval => TimeSpan.Zero;

        public (IReadOnlyList<SourceSplit> Splits, bool Done) Discover(CancellationToken cancellation)
        {
            IReadOnlyList<SourceSplit> splits = _given ? [] : [new SourceSplit("rows")];
            _given = true;
            return (splits, true);
        }

        public string SaveState() => "{}";
    }

    sealed class Reader : ISplitReader
    {
        readonly PushSource _source;
        readonly SplitReaderContext _context;
        readonly PushCursor _cursor;
        readonly BatchBuilder _nothing;

        public Reader(PushSource source, SplitReaderContext context, PushPlace? place)
        {
            _source = source;
            _context = context;
            _cursor = source.Open(place, context.Wake);
            _nothing = new BatchBuilder([.. context.ReadColumns.Select(column => source.Schema[column].Type)], context.Pool);
        }

        public string Position => string.Create(
            CultureInfo.InvariantCulture, $"\"{_source.Table.Id}.{_cursor.Place.Entry}.{_cursor.Place.Row}\"");

        public EventTime? Watermark { get; private set; }

        public ReadStatus Read(out Batch? batch)
        {
            batch = null;
            if (_source.Table.Read(_cursor, _context.BatchRows, _context.Pool, out var isEnd) is not { } entry)
                return isEnd ? ReadStatus.End : ReadStatus.CaughtUp;
            _source._reached = _cursor.Place;
            Watermark = entry.Watermark ?? Watermark;
            batch = entry.Rows is null ? _nothing.Build() : Pick(entry.Rows);
            return ReadStatus.Batch;
        }

        public void Dispose()
        {
            _source.Table.Close(_cursor);
            _nothing.Dispose();
        }

        Batch Pick(Batch whole)
        {
            var columns = new Column[_context.ReadColumns.Count];
            for (var i = 0; i < columns.Length; i++)
                columns[i] = whole[_context.ReadColumns[i]].Retain();
            var picked = new Batch(columns, whole.StoredRows, _context.Pool);
            whole.Release();
            return picked;
        }
    }

    PushTable Table => table;

    Schema Schema => schema;
}
