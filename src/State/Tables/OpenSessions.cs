using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SqlStream.Core.Time;
using SqlStream.State.Codec;

namespace SqlStream.State.Tables;

/// <summary>The open sessions of one subtask: for each key those that the watermark has not passed, and when to look at the key again.</summary>
/// <remarks>A row at time t belongs to <c>[t, t + gap)</c>; sessions of a key that meet or overlap are one. The sessions of a key are one value of a
/// <see cref="ValueTable"/>: <c>count i32 | 4 bytes | sessions</c>, ascending, each <c>start i64 | end i64 | value</c>, little endian; what is
/// behind them is zero. Keys of a batch are read together.
/// Timers say which keys to look at: a <see cref="SliceTable"/> by the end of sessions, rounded up. They are lazy: a session that goes
/// on leaves its timer where it is, and gets another one when that is due, so that a row costs no timer. For every open session of a key
/// there is a timer no later than its end. Mailbox thread only.</remarks>
public sealed class OpenSessions
{
    internal const int HeaderBytes = 8;
    const int TimesBytes = 2 * sizeof(long);
    const int TimersOfGap = 64;
    const long MicrosPerMilli = 1_000;

    readonly long _gap;
    readonly long _tick;
    readonly long _step;
    readonly int _maxParallelism;
    readonly ISessionValues _values;
    readonly SliceTable _timers;
    // The earliest end that the timers of a slice stand for; what is not here is not known.
    readonly Dictionary<long, long> _earliest = [];
    readonly byte[] _timer = [1];
    bool _moved;

    /// <summary>A table without sessions.</summary>
    /// <param name="sessions">Where the sessions are kept.</param>
    /// <param name="timers">Where the timers are kept.</param>
    /// <param name="gapMicros">The gap that ends a session.</param>
    /// <param name="tickMicros">A watermark closes a session that ends so much later.</param>
    /// <param name="values">What is kept of each session.</param>
    public OpenSessions(StateTableContext sessions, StateTableContext timers, long gapMicros, long tickMicros, ISessionValues values)
    {
        Table = new ValueTable(sessions);
        _timers = new SliceTable(timers);
        _gap = gapMicros;
        _tick = tickMicros;
        _step = Math.Max(1, gapMicros / TimersOfGap / MicrosPerMilli) * MicrosPerMilli;
        _maxParallelism = sessions.MaxParallelism;
        _values = values;
        EntryBytes = TimesBytes + values.ValueBytes;
    }

    /// <summary>The table of the sessions: its memory holds what <see cref="Locate"/> points to.</summary>
    public ValueTable Table { get; }

    /// <summary>True if no session is open.</summary>
    public bool IsEmpty => _timers.FirstEnd is null;

    /// <summary>Something changed since the last barrier.</summary>
    public bool IsDirty => Table.IsDirty || _timers.IsDirty;

    /// <summary>Bytes of changes that are not committed.</summary>
    public long DirtyBytes => Table.DirtyBytes + _timers.DirtyBytes;

    /// <summary>The watermark: sessions that it passes are closed. It must not fall.</summary>
    public EventTime Watermark { get; set; } = EventTime.MinusInfinity;

    internal int EntryBytes { get; }

    /// <summary>True if the watermark has passed an end.</summary>
    internal bool IsClosed(long end) => Watermark.Micros >= end - _tick;

    /// <summary>Finds or makes the sessions of a batch's rows; sessions that a row connects become one.</summary>
    /// <param name="keys">The keys.</param>
    /// <param name="times">The time of each row.</param>
    /// <param name="offsets">Receives for each row where the value of its session begins in the memory of <see cref="Table"/>, valid until the table is
    /// changed; -1 for a row whose session would be closed.</param>
    public void Locate(KeyBatch keys, ReadOnlySpan<long> times, Span<int> offsets)
    {
        Table.BeginPeek();
        for (var i = 0; !Table.IsComplete && i < keys.Count; i++)
            Table.WillPeek(keys.KeyGroup(i, _maxParallelism), keys[i]);
        Table.Fetch();
        _moved = false;
        for (var i = 0; i < times.Length; i++)
            offsets[i] = Place(keys.KeyGroup(i, _maxParallelism), keys[i], times[i]);
        // What was placed first may have been moved by what came after it.
        for (var i = 0; _moved && i < times.Length; i++)
        {
            if (offsets[i] >= 0)
                offsets[i] = ValueOffset(keys.KeyGroup(i, _maxParallelism), keys[i], times[i]);
        }
        Table.EndPeek();
    }

    /// <summary>True if the watermark may have closed a session.</summary>
    public bool HasDue() => NextDue() is not null;

    /// <summary>Goes over the sessions that the watermark has closed, and forgets them on the way.</summary>
    public ClosedSessions Close() => new(this);

    /// <summary>Hands the changes since the last barrier over.</summary>
    public void Seal(Epoch epoch, ICollection<SealedTable> target)
    {
        if (Table.Seal(epoch) is { } changes)
            target.Add(changes);
        _timers.Seal(epoch, target);
    }

    /// <summary>The changes handed over with an epoch are in the backend now.</summary>
    public void Committed(Epoch epoch)
    {
        Table.Committed(epoch);
        _timers.Committed(epoch);
    }

    /// <summary>What a checkpoint holds beside the tables.</summary>
    public byte[] Save()
    {
        var directory = _timers.SaveDirectory();
        var state = new byte[sizeof(long) + directory.Length];
        BinaryPrimitives.WriteInt64LittleEndian(state, Watermark.Micros);
        directory.CopyTo(state, sizeof(long));
        return state;
    }

    /// <summary>Takes what a subtask of the checkpoint has saved.</summary>
    public void Restore(ReadOnlySpan<byte> state)
    {
        Watermark = EventTime.Max(Watermark, new EventTime(BinaryPrimitives.ReadInt64LittleEndian(state)));
        _timers.AddRestored(state[sizeof(long)..]);
    }

    internal static int Count(ReadOnlySpan<byte> sessions) => sessions.IsEmpty ? 0 : BinaryPrimitives.ReadInt32LittleEndian(sessions);

    internal static void SetCount(Span<byte> sessions, int count) => BinaryPrimitives.WriteInt32LittleEndian(sessions, count);

    internal static long StartOf(ReadOnlySpan<byte> session) => BinaryPrimitives.ReadInt64LittleEndian(session);

    internal static long EndOf(ReadOnlySpan<byte> session) => BinaryPrimitives.ReadInt64LittleEndian(session[sizeof(long)..]);

    internal static ReadOnlySpan<byte> ValueOf(ReadOnlySpan<byte> session) => session[TimesBytes..];

    internal ReadOnlySpan<byte> Entry(ReadOnlySpan<byte> sessions, int index) => sessions.Slice(HeaderBytes + (index * EntryBytes), EntryBytes);

    internal Span<byte> Entry(Span<byte> sessions, int index) => sessions.Slice(HeaderBytes + (index * EntryBytes), EntryBytes);

    // The end of the first slice of timers some of which may be due.
    internal long? NextDue()
    {
        // Mostly none is, and then nothing is allocated.
        if (_timers.FirstEnd is not { } first || !IsClosed(first - _step + 1))
            return null;
        foreach (var slice in _timers.Ends)
        {
            if (!IsClosed(slice - _step + 1))
                return null;
            if (!_earliest.TryGetValue(slice, out var end) || IsClosed(end))
                return slice;
        }
        return null;
    }

    internal ValueTableCursor Timers(long slice) => _timers.Open(slice).Scan();

    // Called when all timers of a slice were looked at.
    internal void Looked(long slice, long earliest)
    {
        if (earliest == long.MaxValue)
        {
            _timers.Drop(slice);
            _earliest.Remove(slice);
        }
        else
        {
            _earliest[slice] = earliest;
        }
    }

    internal long SliceOf(long end)
    {
        var rest = end % _step;
        return rest == 0 ? end : rest < 0 ? end - rest : end - rest + _step;
    }

    internal void SetTimer(ushort keyGroup, ReadOnlySpan<byte> key, long end)
    {
        var slice = SliceOf(end);
        var slices = _timers.Count;
        _timers.Open(slice).Put(keyGroup, key, _timer);
        var isNew = _timers.Count > slices;
        if (isNew || (_earliest.TryGetValue(slice, out var earliest) && end < earliest))
            _earliest[slice] = end;
    }

    int Place(ushort keyGroup, ReadOnlySpan<byte> key, long time)
    {
        var sessions = Table.Peek(key);
        var count = Count(sessions);
        var end = time + _gap;
        var first = FirstEndingFrom(sessions, count, time);
        if (first == count || StartOf(Entry(sessions, first)) > end)
            return IsClosed(end) ? -1 : Insert(keyGroup, key, first, count, time);
        var last = first;
        while (last + 1 < count && StartOf(Entry(sessions, last + 1)) <= end)
            last++;
        var edited = Table.Edit(keyGroup, key, 0, isFetched: true);
        var session = Entry(edited, first);
        var lastEnd = EndOf(Entry(edited, last));
        if (time < StartOf(session))
            BinaryPrimitives.WriteInt64LittleEndian(session, time);
        if (Math.Max(end, lastEnd) is var merged && merged > EndOf(session))
            BinaryPrimitives.WriteInt64LittleEndian(session[sizeof(long)..], merged);
        if (last > first)
            Merge(keyGroup, key, edited, first, last, count);
        return OffsetOf(session);
    }

    int Insert(ushort keyGroup, ReadOnlySpan<byte> key, int index, int count, long time)
    {
        var bytes = HeaderBytes + ((count + 1) * EntryBytes);
        // Rarely has a key many open sessions; those that have many grow by doubling.
        var room = count < 2 ? bytes : HeaderBytes + ((int)BitOperations.RoundUpToPowerOf2((uint)count + 1) * EntryBytes);
        var sessions = Table.Edit(keyGroup, key, room, isFetched: true);
        _moved |= count > 0;
        var rest = sessions[(HeaderBytes + (index * EntryBytes))..bytes];
        rest[..^EntryBytes].CopyTo(rest[EntryBytes..]);
        SetCount(sessions, count + 1);
        var session = Entry(sessions, index);
        BinaryPrimitives.WriteInt64LittleEndian(session, time);
        BinaryPrimitives.WriteInt64LittleEndian(session[sizeof(long)..], time + _gap);
        session[TimesBytes..].Clear();
        _values.Begin(session[TimesBytes..], time);
        SetTimer(keyGroup, key, time + _gap);
        return OffsetOf(session);
    }

    void Merge(ushort keyGroup, ReadOnlySpan<byte> key, Span<byte> sessions, int first, int last, int count)
    {
        for (var i = first + 1; i <= last; i++)
            _values.Merge(keyGroup, key, Entry(sessions, first)[TimesBytes..], ValueOf(Entry(sessions, i)));
        RemoveAfter(sessions, first, last, count);
        _moved = true;
    }

    void RemoveAfter(Span<byte> sessions, int first, int last, int count)
    {
        var gone = last - first;
        var rest = sessions[(HeaderBytes + ((first + 1) * EntryBytes))..(HeaderBytes + (count * EntryBytes))];
        rest[(gone * EntryBytes)..].CopyTo(rest);
        rest[^(gone * EntryBytes)..].Clear();
        SetCount(sessions, count - gone);
    }

    int ValueOffset(ushort keyGroup, ReadOnlySpan<byte> key, long time)
    {
        var sessions = Table.Edit(keyGroup, key, 0, isFetched: true);
        return OffsetOf(Entry(sessions, FirstEndingFrom(sessions, Count(sessions), time)));
    }

    int OffsetOf(Span<byte> session) => TimesBytes + (int)Unsafe.ByteOffset(
        ref MemoryMarshal.GetReference(Table.Memory), ref MemoryMarshal.GetReference(session));

    // The first session that ends at a time or later: the number of sessions if none does.
    int FirstEndingFrom(ReadOnlySpan<byte> sessions, int count, long time)
    {
        var (low, high) = (0, count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (EndOf(Entry(sessions, middle)) < time)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}
