using SqlStream.Core.Columns;
using SqlStream.State.Tables;

namespace SqlStream.Execution.Operators;

/// <summary>State that is forgotten some time after it was written last.</summary>
interface IAgingState
{
    /// <summary>True if something in a value was written at that time or before.</summary>
    bool HasExpired(ReadOnlySpan<byte> value, long time);

    /// <summary>Takes away what was written at that time or before.</summary>
    void Remove(SweptKeys keys, int first, int count, long time);
}

/// <summary>Byte strings with key groups, one behind the other: the keys under which something has expired.</summary>
sealed class SweptKeys
{
    readonly ByteBuffer _bytes = new(4096);
    readonly List<(ushort KeyGroup, int End)> _keys = [];

    public int Count => _keys.Count;

    public ReadOnlySpan<byte> this[int index] => _bytes.Written[(index == 0 ? 0 : _keys[index - 1].End).._keys[index].End];

    public ushort KeyGroup(int index) => _keys[index].KeyGroup;

    public void Add(ushort keyGroup, ReadOnlySpan<byte> key)
    {
        _bytes.Append(key);
        _keys.Add((keyGroup, _bytes.Length));
    }

    public void Clear()
    {
        _bytes.Clear();
        _keys.Clear();
    }
}

/// <summary>Goes over a table now and then, step by step, and deletes what is older than it is kept. What it has not come to yet counts as gone when it is
/// read: the sweep only frees the space.</summary>
/// <param name="table">The table.</param>
/// <param name="state">What its values mean.</param>
/// <param name="ttlMillis">How long something is kept.</param>
/// <param name="now">The time at the beginning, in milliseconds.</param>
sealed class StateSweep(ValueTable table, IAgingState state, long ttlMillis, long now) : IDisposable
{
    const int KeysPerStep = 4096;
    const int KeysMax = 65_536;
    const long IntervalMillisMin = 1_000;

    readonly SweptKeys _keys = new();
    ValueTableCursor? _cursor;
    long _last = now;
    long _before;
    int _removed;
    bool _isAgain;

    /// <summary>It goes on with <see cref="Step"/>.</summary>
    public bool IsRunning { get; private set; }

    /// <summary>Begins if the last one was long enough ago: twice in the time that something is kept. True if it has begun.</summary>
    public bool BeginIfDue(long time)
    {
        if (IsRunning || time - _last < Math.Max(IntervalMillisMin, ttlMillis / 2))
            return false;
        _last = time;
        _before = time - ttlMillis;
        return IsRunning = true;
    }

    /// <summary>Looks at some keys, or deletes some.</summary>
    public void Step()
    {
        if (_cursor is null && _removed < _keys.Count)
        {
            var count = Math.Min(KeysPerStep, _keys.Count - _removed);
            state.Remove(_keys, _removed, count, _before);
            _removed += count;
            if (_removed < _keys.Count)
                return;
            _keys.Clear();
            _removed = 0;
            IsRunning = _isAgain;
            return;
        }
        _cursor ??= table.Scan();
        // Nothing is deleted while the cursor is open. Where there is too much for one time, there is another one.
        for (var i = 0; i < KeysPerStep; i++)
        {
            _isAgain = _keys.Count >= KeysMax;
            if (_isAgain || !_cursor.MoveNext())
            {
                _cursor.Dispose();
                _cursor = null;
                IsRunning = _keys.Count > 0;
                return;
            }
            if (state.HasExpired(_cursor.Value, _before))
                _keys.Add(_cursor.KeyGroup, _cursor.Key);
        }
    }

    public void Dispose() => _cursor?.Dispose();
}
