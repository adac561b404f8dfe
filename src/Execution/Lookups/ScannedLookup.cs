using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Rows;
using SqlStream.Execution.Operators;
using SqlStream.Planner.Physical;
using SqlStream.State.Codec;
using SqlStream.State.Tables;

namespace SqlStream.Execution.Lookups;

/// <summary>A lookup table all of whose rows are kept: read before the first batch, and again when they are as old as the table says.</summary>
/// <remarks>A batch waits while the rows are read, so that none is joined with older ones.</remarks>
sealed class ScannedLookup : LookupSide, IBadRowHandler
{
    const int BatchesPerTurn = 4;

    readonly OperatorContext _context;
    readonly PhysicalLookupJoin _plan;
    readonly LookupOptions _options;
    readonly TimeProvider _clock;
    readonly IEdgeScheduler _edge;
    readonly Action _wake;
    readonly ISplitOpener _opener;
    readonly LookupRows _rows = new();
    readonly KeyBatch _keys = new();
    readonly KeyBatch _values = new();
    readonly Column[] _keyColumns;
    readonly Queue<SourceSplit> _splits = new();
    volatile IReadOnlyList<SourceSplit>? _found;
    ISplitReader? _reader;
    Stage _stage = Stage.Empty;
    long _loadedAt;

    public ScannedLookup(OperatorContext context, PhysicalLookupJoin plan, LookupOptions options, IEdgeScheduler edge, Action wake)
    {
        (_context, _plan, _options, _edge, _wake) = (context, plan, options, edge, wake);
        _clock = context.Session.Clock;
        _keyColumns = new Column[plan.TableKeys.Count];
        _opener = plan.Source.CreateOpener(new SplitReaderContext
        {
            ReadColumns = plan.ReadColumns,
            Pool = context.Pool,
            BatchRows = context.BatchRows,
            Edge = edge,
            Clock = _clock,
            Place = (context.Subtask, context.Parallelism),
            BadRows = this,
            Wake = wake,
            TellTrouble = context.Metrics.SetTrouble,
        });
    }

    public override void Begin(KeyBatch keys, ReadOnlySpan<Column> columns, ReadOnlySpan<bool> isNull, long notBefore)
    {
        if (_stage == Stage.Loaded && (_loadedAt < notBefore || (_options.ReloadInterval is { } interval && _clock.GetElapsedTime(_loadedAt) >= interval)))
            _stage = Stage.Empty;
    }

    public override bool TryProceed()
    {
        switch (_stage)
        {
            case Stage.Empty:
                List();
                return false;
            case Stage.Listing:
                if (_found is not { } found)
                    return false;
                foreach (var split in found)
                    _splits.Enqueue(split);
                _stage = Stage.Reading;
                return Read();
            case Stage.Reading:
                return Read();
            default:
                return true;
        }
    }

    public override ReadOnlySpan<byte> Find(KeyBatch keys, int index) =>
        _rows.Find(keys.SlotHashes[index], keys[index]) is > 0 and var entry ? _rows.Content(entry) : [];

    public override void End()
    {
        // The rows stay.
    }

    public void Handle(ReadOnlySpan<byte> raw, string position, string error)
    {
        _context.Metrics.AddBadRows(1);
        if (_plan.Source.BadData.Kind == BadDataKind.Fail)
            throw ExecutionErrors.BadRow(_plan.TableName, position, error);
        Check.That(_plan.Source.BadData.Kind == BadDataKind.Skip);
    }

    public override void Dispose()
    {
        _reader?.Dispose();
        _opener.Dispose();
    }

    // The time of the rows is when they are looked for: what comes later may be missing.
    void List()
    {
        _stage = Stage.Listing;
        _found = null;
        _rows.Clear();
        _loadedAt = _clock.GetTimestamp();
        var enumerator = _plan.Source.CreateEnumerator(new SourceContext(_clock, 1), null);
        _edge.Run($"splits of {_plan.TableName}", cancellation =>
        {
            var splits = new List<SourceSplit>();
            for (var done = false; !done;)
            {
                (var found, done) = enumerator.Discover(cancellation);
                splits.AddRange(found);
            }
            _found = splits;
            _wake();
        });
    }

    // One split after the other; true when all rows are here.
    bool Read()
    {
        for (var batches = 0; batches < BatchesPerTurn;)
        {
            if (_reader is null)
            {
                if (!_splits.TryDequeue(out var split))
                {
                    _stage = Stage.Loaded;
                    return true;
                }
                _reader = _opener.Open(split, null);
            }
            switch (_reader.Read(out var batch))
            {
                case ReadStatus.Batch:
                    Add(batch!);
                    batches++;
                    break;
                case ReadStatus.End:
                    _reader.Dispose();
                    _reader = null;
                    break;
                default:
                    return false;
            }
        }
        _wake();
        return false;
    }

    // A row with NULL in its key is equal to nothing.
    void Add(Batch batch)
    {
        for (var i = 0; i < _keyColumns.Length; i++)
            _keyColumns[i] = batch[_plan.TableKeys[i]];
        _keys.Encode(_keyColumns, batch.StoredRows, batch.Selection);
        _values.Encode(batch.Columns, batch.StoredRows, batch.Selection);
        for (var i = 0; i < _keys.Count; i++)
        {
            if (HasNull(batch.StoredRow(i)))
                continue;
            var hash = _keys.SlotHashes[i];
            var entry = _rows.Find(hash, _keys[i]);
            if (entry == 0)
                entry = _rows.Add(hash, _keys[i], 0);
            _rows.Append(entry, _values[i]);
        }
        batch.Release();
    }

    bool HasNull(int row)
    {
        foreach (var column in _keyColumns)
        {
            if (column.IsNull(row))
                return true;
        }
        return false;
    }

    enum Stage
    {
        Empty,
        Listing,
        Reading,
        Loaded,
    }
}
