using System.Buffers.Binary;

namespace SqlStream.State.Tables;

/// <summary>Goes over what the backend holds of one table (and prefix) in the key groups of one subtask.</summary>
sealed class BackendCursor : IDisposable
{
    const int PrefixBytes = 4;

    readonly StateTableContext _context;
    readonly byte[] _prefix;
    int _nextKeyGroup;
    IStateIterator? _iterator;

    public BackendCursor(StateTableContext context, byte[] prefix)
    {
        _context = context;
        _prefix = prefix;
        _nextKeyGroup = context.FirstKeyGroup;
    }

    /// <summary>The key without table, key group and prefix.</summary>
    public ReadOnlySpan<byte> UserKey => _iterator!.Key[(PrefixBytes + _prefix.Length)..];

    /// <summary>The value.</summary>
    public ReadOnlySpan<byte> Value => _iterator!.Value;

    /// <summary>The key group.</summary>
    public ushort KeyGroup => BinaryPrimitives.ReadUInt16BigEndian(_iterator!.Key[2..]);

    public bool MoveNext()
    {
        while (true)
        {
            if (_iterator is not null && _iterator.MoveNext())
                return true;
            _iterator?.Dispose();
            _iterator = null;
            if (_nextKeyGroup >= _context.EndKeyGroup)
                return false;
            OpenNext();
        }
    }

    public void Dispose() => _iterator?.Dispose();

    // Without a prefix the key groups of a table are one range; with one, each key group is a range of its own.
    void OpenNext()
    {
        var from = new byte[PrefixBytes + _prefix.Length];
        BinaryPrimitives.WriteUInt16BigEndian(from, _context.TableId);
        BinaryPrimitives.WriteUInt16BigEndian(from.AsSpan(2), (ushort)_nextKeyGroup);
        _prefix.CopyTo(from.AsSpan(PrefixBytes));
        byte[] to;
        if (_prefix.Length == 0)
        {
            to = new byte[PrefixBytes];
            BinaryPrimitives.WriteUInt32BigEndian(to, ((uint)_context.TableId << 16) + (uint)_context.EndKeyGroup);
            _nextKeyGroup = _context.EndKeyGroup;
        }
        else
        {
            to = Successor(from);
            _nextKeyGroup++;
        }
        _iterator = _context.Backend.Scan(from, to);
    }

    static byte[] Successor(byte[] key)
    {
        var next = (byte[])key.Clone();
        for (var i = next.Length - 1; i >= 0; i--)
        {
            if (++next[i] != 0)
                break;
        }
        return next;
    }
}
