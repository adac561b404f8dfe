using SqlStream.Core.Columns;

namespace SqlStream.Connectors.Formats.Json;

/// <summary>Tells which entries of a JSON object count where a key comes more than once: the last one of each key.</summary>
sealed class JsonMapKeys
{
    readonly Dictionary<ulong, int> _last = [];
    readonly ByteBuffer _bytes = new();
    readonly List<int> _ends = [];
    int _next;
    bool _isSecondPass;

    /// <summary>A key has come again, so that the object must be read once more.</summary>
    public bool HasRepeated { get; private set; }

    /// <summary>Begins an object.</summary>
    public void Begin()
    {
        _last.Clear();
        _bytes.Clear();
        _ends.Clear();
        _next = 0;
        HasRepeated = false;
        _isSecondPass = false;
    }

    /// <summary>Begins the second reading of the object.</summary>
    public void BeginAgain()
    {
        _next = 0;
        HasRepeated = false;
        _isSecondPass = true;
    }

    /// <summary>Takes note of the next key; false if its entry does not count.</summary>
    public bool Next(ReadOnlySpan<byte> key)
    {
        var ordinal = _next++;
        var hash = RowHash.OfBytes(key);
        if (_isSecondPass)
        {
            while (!KeyAt(_last[hash]).SequenceEqual(key))
                hash++;
            return _last[hash] == ordinal;
        }
        _bytes.Append(key);
        _ends.Add(_bytes.Length);
        // Another key of the same hash moves to the next free one.
        while (!_last.TryAdd(hash, ordinal))
        {
            if (KeyAt(_last[hash]).SequenceEqual(key))
            {
                HasRepeated = true;
                _last[hash] = ordinal;
                break;
            }
            hash++;
        }
        return true;
    }

    ReadOnlySpan<byte> KeyAt(int ordinal) => _bytes.Written[(ordinal == 0 ? 0 : _ends[ordinal - 1]).._ends[ordinal]];
}
