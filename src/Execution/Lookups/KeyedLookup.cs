using System.Runtime.InteropServices;
using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Rows;
using SqlStream.Execution.Operators;
using SqlStream.Planner.Physical;
using SqlStream.State.Codec;
using SqlStream.State.Tables;

namespace SqlStream.Execution.Lookups;

/// <summary>A lookup table that is asked by key: all keys of a batch whose rows are not kept in one call.</summary>
/// <remarks>What is kept is in two tables: where the younger one holds half of what may be kept, it becomes the older one, and the older one goes. What is used moves to
/// the younger one.</remarks>
sealed class KeyedLookup : LookupSide
{
    readonly OperatorContext _context;
    readonly LookupOptions _options;
    readonly ILookup _lookup;
    readonly TimeProvider _clock;
    readonly KeyBatch _values = new();
    readonly List<int> _asked = [];
    LookupRows _young = new();
    LookupRows _old = new();
    KeyBatch? _keys;
    bool _waits;

    public KeyedLookup(OperatorContext context, PhysicalLookupJoin plan, ILookupSource source, IEdgeScheduler edge, Action wake)
    {
        _context = context;
        _options = source.Lookup;
        _clock = context.Session.Clock;
        _lookup = source.CreateLookup(new LookupContext
        {
            KeyColumns = [.. plan.TableKeys.Select(key => plan.ReadColumns[key])],
            ReadColumns = plan.ReadColumns,
            Predicate = plan.Pushed?.Predicate,
            Pool = context.Pool,
            Edge = edge,
            Clock = _clock,
            Wake = wake,
            TellTrouble = context.Metrics.SetTrouble,
        });
    }

    public override void Begin(KeyBatch keys, ReadOnlySpan<Column> columns, ReadOnlySpan<bool> isNull, long notBefore)
    {
        _keys = keys;
        MakeRoom();
        _asked.Clear();
        var now = _clock.GetTimestamp();
        for (var i = 0; i < keys.Count; i++)
        {
            if (!isNull[i] && !IsKept(keys.SlotHashes[i], keys[i], now, notBefore))
                _asked.Add(i);
        }
        if (_asked.Count == 0)
            return;
        var asked = new Column[columns.Length];
        for (var i = 0; i < asked.Length; i++)
            asked[i] = ColumnFactory.Gather(columns[i], CollectionsMarshal.AsSpan(_asked), _context.Pool);
        _lookup.Start(new Batch(asked, _asked.Count, _context.Pool));
        _waits = true;
    }

    public override bool TryProceed()
    {
        if (!_waits)
            return true;
        if (_lookup.TryTake() is not { } answer)
            return false;
        _waits = false;
        Keep(answer);
        return true;
    }

    public override ReadOnlySpan<byte> Find(KeyBatch keys, int index) =>
        _young.Find(keys.SlotHashes[index], keys[index]) is > 0 and var entry ? _young.Content(entry) : [];

    public override void End() => _keys = null;

    public override void Dispose() => _lookup.Dispose();

    void MakeRoom()
    {
        if (_options.Cache == LookupCache.None)
        {
            _young.Clear();
            return;
        }
        if (Math.Max(_young.Rows, _young.Keys) < Math.Max(1, _options.MaxRows / 2))
            return;
        (_young, _old) = (_old, _young);
        _young.Clear();
    }

    // In the younger table from now on. A key that is asked for has an entry there, too, so that it is asked for once.
    bool IsKept(uint hash, ReadOnlySpan<byte> key, long now, long notBefore)
    {
        var entry = _young.Find(hash, key);
        var isNew = entry == 0;
        if (isNew && _options.Cache == LookupCache.Partial && _old.Find(hash, key) is > 0 and var old)
            entry = _young.Copy(_old, old, hash, key);
        if (entry == 0)
        {
            _young.Add(hash, key, now);
            return false;
        }
        if (_options.Cache == LookupCache.None || IsFresh(entry, now, notBefore))
            return true;
        _young.Empty(entry, now);
        return false;
    }

    // An entry of this very batch has its time. The time of use is noted, where that counts.
    bool IsFresh(int entry, long now, long notBefore)
    {
        var time = _young.Time(entry);
        if (time == now)
            return true;
        var age = _clock.GetElapsedTime(time, now);
        if (age >= _options.ExpireAfterWrite || age >= _options.ExpireAfterAccess || ((!_options.CachesMissing || time < notBefore) && _young.Count(entry) == 0))
            return false;
        if (_options is { ExpireAfterAccess: not null, ExpireAfterWrite: null })
            _young.SetTime(entry, now);
        return true;
    }

    void Keep(LookupAnswer answer)
    {
        var rows = answer.Rows;
        _values.Encode(rows.Columns, rows.StoredRows, rows.Selection);
        for (var i = 0; i < _values.Count; i++)
        {
            var key = _asked[answer.Keys[i]];
            _young.Append(_young.Find(_keys!.SlotHashes[key], _keys[key]), _values[i]);
        }
        rows.Release();
    }
}
