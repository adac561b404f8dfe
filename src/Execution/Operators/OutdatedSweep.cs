using SqlStream.State.Codec;
using SqlStream.State.Tables;

namespace SqlStream.Execution.Operators;

/// <summary>A table with many entries under one key, each of which bears the number of times that the key had begun anew when it was written.</summary>
interface INumberedTable
{
    /// <summary>The table.</summary>
    ValueTable Table { get; }

    /// <summary>How many bytes of the key of an entry are the key to which it belongs, with the number behind it.</summary>
    int PrefixBytes(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value);
}

/// <summary>Goes over a table of numbered entries, step by step, and deletes those whose key has begun anew since, or has expired.</summary>
/// <param name="numbered">The table.</param>
/// <param name="retention">The times and numbers of the keys.</param>
sealed class OutdatedSweep(INumberedTable numbered, KeyRetention retention) : IDisposable
{
    const int EntriesPerStep = 4096;
    const int OutdatedMax = 65_536;

    readonly SweptKeys _read = new();
    readonly SweptKeys _outdated = new();
    readonly List<int> _prefixes = [];
    ValueTableCursor? _cursor;
    long _before;
    int _removed;
    bool _isAgain;

    /// <summary>It goes on with <see cref="Step"/>.</summary>
    public bool IsRunning { get; private set; }

    /// <summary>Begins.</summary>
    /// <param name="before">Keys that were written then or before have expired.</param>
    public void Begin(long before) => (_before, IsRunning) = (before, true);

    /// <summary>Looks at some entries, or deletes some.</summary>
    public void Step()
    {
        if (_cursor is null && _removed < _outdated.Count)
        {
            Remove();
            return;
        }
        _cursor ??= numbered.Table.Scan();
        // Nothing is deleted while the cursor is open. Where there is too much for one time, there is another one.
        if (!Read(_cursor))
        {
            _cursor.Dispose();
            _cursor = null;
            IsRunning = _outdated.Count > 0;
        }
    }

    public void Dispose() => _cursor?.Dispose();

    // False at the end.
    bool Read(ValueTableCursor cursor)
    {
        _isAgain = _outdated.Count >= OutdatedMax;
        _read.Clear();
        _prefixes.Clear();
        var hasMore = true;
        while (!_isAgain && _read.Count < EntriesPerStep && (hasMore = cursor.MoveNext()))
        {
            _read.Add(cursor.KeyGroup, cursor.Key);
            _prefixes.Add(numbered.PrefixBytes(cursor.Key, cursor.Value));
        }
        retention.Times.BeginPeek();
        for (var i = 0; i < _read.Count; i++)
            retention.Times.WillPeek(_read.KeyGroup(i), KeyOf(i));
        retention.Times.Fetch();
        for (var i = 0; i < _read.Count; i++)
        {
            if (KeyRetention.IsOutdated(retention.Times.Peek(KeyOf(i)), NumberOf(i), _before))
                _outdated.Add(_read.KeyGroup(i), _read[i]);
        }
        retention.Times.EndPeek();
        return hasMore && !_isAgain;
    }

    ReadOnlySpan<byte> KeyOf(int entry) => _read[entry][..(_prefixes[entry] - EntryNumber.Bytes)];

    long NumberOf(int entry) => EntryNumber.Read(_read[entry][.._prefixes[entry]]);

    void Remove()
    {
        var count = Math.Min(EntriesPerStep, _outdated.Count - _removed);
        for (var i = _removed; i < _removed + count; i++)
            numbered.Table.Put(_outdated.KeyGroup(i), _outdated[i], []);
        _removed += count;
        if (_removed < _outdated.Count)
            return;
        _outdated.Clear();
        _removed = 0;
        IsRunning = _isAgain;
    }
}

/// <summary>Counts of distinct values.</summary>
sealed record NumberedDistinct(ValueTable Table) : INumberedTable
{
    public int PrefixBytes(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) => DistinctValues.PrefixBytes(value);
}

/// <summary>Chunks of blobs.</summary>
sealed record NumberedBlob(ValueTable Table) : INumberedTable
{
    public int PrefixBytes(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) => ChunkKey.Of(key).Length;
}

/// <summary>The number behind the key of an entry, as a BIGINT column of a key is encoded.</summary>
static class EntryNumber
{
    /// <summary>A marker, and the number.</summary>
    public const int Bytes = 1 + sizeof(long);

    /// <summary>The number at the end of a prefix.</summary>
    public static long Read(ReadOnlySpan<byte> prefix) => KeyEncoder.ReadOrdered(prefix[^sizeof(long)..]);
}
