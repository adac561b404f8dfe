using System.Globalization;
using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Rows;

namespace SqlStream.Connectors.Nexmark;

/// <summary>Makes the events of a split, in the order of their ids, as fast as they are taken or when their time has come.</summary>
/// <remarks>Kinds of which the query wants no event are passed over.</remarks>
sealed class NexmarkReader : ISplitReader
{
    static readonly TimeSpan _pauseMin = TimeSpan.FromMilliseconds(10);

    static readonly EventKind[] _kinds = [EventKind.Person, EventKind.Auction, EventKind.Bid];

    readonly SplitReaderContext _context;
    readonly NexmarkSplit _split;
    readonly NexmarkOptions _options;
    readonly EventModel _model;
    readonly EventColumn[] _columns;
    readonly bool[] _wanted;
    readonly EventBatch _events;
    readonly ITimer _timer;
    readonly long _endId;
    readonly long _baseMillis;
    long _id;
    long _round;

    /// <param name="context">What the reader may use.</param>
    /// <param name="split">Its events.</param>
    /// <param name="id">Id of the first event to read, or null for the first of the split.</param>
    /// <param name="options">The table.</param>
    /// <param name="model">What the events are.</param>
    /// <param name="columns">The columns to make.</param>
    /// <param name="wanted">Which kinds of events the query wants.</param>
    public NexmarkReader(
        SplitReaderContext context, NexmarkSplit split, long? id, NexmarkOptions options, EventModel model, EventColumn[] columns, bool[] wanted)
    {
        _context = context;
        _split = split;
        _options = options;
        _model = model;
        _columns = columns;
        _wanted = [.. _kinds.Select(kind => wanted[(int)kind] && model.Place(kind).End > model.Place(kind).Start)];
        _events = new EventBatch(context.BatchRows);
        _endId = options.Events is { } events && events < long.MaxValue / 4 ? EventModel.FirstId + events : long.MaxValue / 4;
        _baseMillis = options.BaseMillis ?? split.StartMillis;
        _round = id is { } restored ? restored / model.Round : FirstRound();
        _id = id ?? Math.Max(EventModel.FirstId, _round * model.Round);
        _timer = context.Clock.CreateTimer(_ => context.Wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <inheritdoc/>
    public string Position => string.Create(CultureInfo.InvariantCulture, $"{{\"event\":{_id}}}");

    /// <inheritdoc/>
    public double? Share => _options.Events is > 0 and var events && _endId < long.MaxValue / 4 ? Math.Clamp((_id - EventModel.FirstId) / (double)events, 0, 1) : null;

    /// <inheritdoc/>
    public ReadStatus Read(out Batch? batch)
    {
        batch = null;
        var first = _id;
        var due = _options.IsPaced ? Math.Min(_endId, LastDue() + 1) : _endId;
        Collect(due);
        if (_events.Rows == 0 && _id >= _endId)
            return _options.KeepsAlive || _options.Events is null ? ReadStatus.CaughtUp : ReadStatus.End;
        if (_id == first)
        {
            var pause = TimeSpan.FromMilliseconds(_split.StartMillis + _model.Millis(_id) - NowMillis());
            _timer.Change(pause > _pauseMin ? pause : _pauseMin, Timeout.InfiniteTimeSpan);
            return ReadStatus.CaughtUp;
        }
        batch = Build();
        return ReadStatus.Batch;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _timer.Dispose();
        foreach (var column in _columns)
            column.Dispose();
    }

    Batch Build()
    {
        var columns = new Column[_columns.Length];
        for (var i = 0; i < columns.Length; i++)
            columns[i] = _columns[i].Build(_events, _baseMillis);
        return new Batch(columns, _events.Rows, _context.Pool);
    }

    // The wanted events below an id, as many as a batch may have.
    void Collect(long endId)
    {
        _events.Clear();
        if (!Array.Exists(_wanted, wanted => wanted))
            PassTo(endId);
        while (_id < endId && _events.Room > 0)
        {
            var start = _round * _model.Round;
            foreach (var kind in _kinds)
            {
                var end = Math.Min(start + _model.Place(kind).End, endId);
                if (_id >= end)
                    continue;
                if (_wanted[(int)kind])
                {
                    var count = (int)Math.Min(end - _id, _events.Room);
                    _events.Add(kind, _id, _round, count);
                    _id += count;
                    if (_events.Room == 0)
                        break;
                }
                else
                {
                    _id = end;
                }
            }
            if (_id == start + _model.Round)
                NextRound();
        }
    }

    // Passes over everything below an id.
    void PassTo(long id)
    {
        var rounds = (id / _model.Round) - _round;
        if (rounds > 0)
        {
            _round += (rounds + _split.Stride - 1) / _split.Stride * _split.Stride;
            _id = _round * _model.Round;
        }
        _id = Math.Max(_id, id);
    }

    // A round that ends before the first event has none.
    long FirstRound()
    {
        var round = _split.First;
        while ((round + 1) * _model.Round <= EventModel.FirstId)
            round += _split.Stride;
        return round;
    }

    void NextRound()
    {
        _round += _split.Stride;
        _id = _round * _model.Round;
    }

    long LastDue() => _model.LastDue(NowMillis() - _split.StartMillis);

    long NowMillis() => _context.Clock.GetUtcNow().ToUnixTimeMilliseconds();
}
