using SqlStream.Core.Columns;

namespace SqlStream.State.Tables;

/// <summary>Goes over sessions that the watermark has closed, some keys at a time, and takes them out of the state. Spans are valid until the
/// next step. Nothing may be added to the sessions meanwhile, and no barrier may come.</summary>
public sealed class ClosedSessions : IGroupCursor
{
    const int ChunkKeys = 256;

    readonly OpenSessions _open;
    readonly ByteBuffer _keys = new(4096);
    readonly ByteBuffer _sessions = new(4096);
    readonly List<(int End, ushort KeyGroup)> _dueKeys = [];
    readonly List<int> _keyOf = [];
    ValueTableCursor? _timers;
    long _slice;
    long _earliest;
    int _at = -1;

    internal ClosedSessions(OpenSessions open) => _open = open;

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Key => KeyAt(_keyOf[_at]);

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Value => OpenSessions.ValueOf(Session);

    /// <inheritdoc/>
    public ushort KeyGroup => _dueKeys[_keyOf[_at]].KeyGroup;

    /// <summary>When the session starts, in microseconds.</summary>
    public long Start => OpenSessions.StartOf(Session);

    /// <summary>When it ends.</summary>
    public long End => OpenSessions.EndOf(Session);

    ReadOnlySpan<byte> Session => _sessions.Written.Slice(_at * _open.EntryBytes, _open.EntryBytes);

    /// <inheritdoc/>
    public bool MoveNext()
    {
        while (++_at >= _keyOf.Count)
        {
            if (!Fill())
                return false;
            _at = -1;
        }
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _timers?.Dispose();
        _timers = null;
    }

    // The closed sessions of the next keys; false if no timer is due any more.
    bool Fill()
    {
        _keys.Clear();
        _sessions.Clear();
        _dueKeys.Clear();
        _keyOf.Clear();
        if (_timers is null)
        {
            if (_open.NextDue() is not { } slice)
                return false;
            (_slice, _earliest) = (slice, long.MaxValue);
            _timers = _open.Timers(slice);
        }
        while (_dueKeys.Count < ChunkKeys && _timers.MoveNext())
        {
            _keys.Append(_timers.Key);
            _dueKeys.Add((_keys.Length, _timers.KeyGroup));
        }
        if (_dueKeys.Count == 0)
        {
            Dispose();
            _open.Looked(_slice, _earliest);
            return true;
        }
        _open.Table.BeginPeek();
        for (var i = 0; i < _dueKeys.Count; i++)
            _open.Table.WillPeek(_dueKeys[i].KeyGroup, KeyAt(i));
        _open.Table.Fetch();
        for (var i = 0; i < _dueKeys.Count; i++)
            Take(i);
        _open.Table.EndPeek();
        return true;
    }

    void Take(int index)
    {
        var keyGroup = _dueKeys[index].KeyGroup;
        var key = KeyAt(index);
        var sessions = _open.Table.Peek(key);
        var count = OpenSessions.Count(sessions);
        var closed = 0;
        // Ends ascend.
        for (; closed < count && _open.IsClosed(OpenSessions.EndOf(_open.Entry(sessions, closed))); closed++)
        {
            _sessions.Append(_open.Entry(sessions, closed));
            _keyOf.Add(index);
        }
        for (var i = closed; i < count; i++)
        {
            var end = OpenSessions.EndOf(_open.Entry(sessions, i));
            if (_open.SliceOf(end) == _slice)
                _earliest = Math.Min(_earliest, end);
            else
                _open.SetTimer(keyGroup, key, end);
        }
        if (closed == 0)
            return;
        if (closed == count)
        {
            _open.Table.Put(keyGroup, key, []);
            return;
        }
        var edited = _open.Table.Edit(keyGroup, key, 0, isFetched: true);
        var used = edited[OpenSessions.HeaderBytes..(OpenSessions.HeaderBytes + (count * _open.EntryBytes))];
        used[(closed * _open.EntryBytes)..].CopyTo(used);
        used[^(closed * _open.EntryBytes)..].Clear();
        OpenSessions.SetCount(edited, count - closed);
    }

    ReadOnlySpan<byte> KeyAt(int index)
    {
        var start = index == 0 ? 0 : _dueKeys[index - 1].End;
        return _keys.Written[start.._dueKeys[index].End];
    }
}
