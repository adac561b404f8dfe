using System.Buffers.Binary;
using SqlStream.Core.Diagnostics;

namespace SqlStream.State;

/// <summary>Keys to look up together, and then their values. Flat buffers that grow and are kept by <see cref="Clear"/>;
/// single-threaded.</summary>
public sealed class StateReadBatch
{
    const int PrefixBytes = 4;

    byte[] _keys = new byte[4096];
    int[] _keyEnds = new int[256];
    byte[] _values = new byte[4096];
    int[] _valueStarts = new int[256];
    int[] _valueLengths = new int[256];
    int[] _slots = [];
    uint[] _hashes = [];
    bool _hasSlots;
    int _keyBytes;
    int _valueBytes;

    /// <summary>Number of keys.</summary>
    public int Count { get; private set; }

    /// <summary>Forgets keys and values.</summary>
    public void Clear()
    {
        if (_hasSlots)
            _slots.AsSpan().Clear();
        _hasSlots = false;
        Count = 0;
        _keyBytes = 0;
        _valueBytes = 0;
    }

    /// <summary>Adds a key, unless it is there. All keys of a batch are added so, or none.</summary>
    public void AddKeyOnce(uint hash, ushort tableId, ushort keyGroup, ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> userKey)
    {
        if ((Count + 1) * 2 > _slots.Length)
            GrowSlots();
        var slot = (int)hash & (_slots.Length - 1);
        for (; _slots[slot] != 0; slot = (slot + 1) & (_slots.Length - 1))
        {
            var other = _slots[slot] - 1;
            if (_hashes[other] == hash && KeyAt(other)[(PrefixBytes + prefix.Length)..].SequenceEqual(userKey))
                return;
        }
        _hasSlots = true;
        _hashes[Count] = hash;
        _slots[slot] = AddKey(tableId, keyGroup, prefix, userKey) + 1;
    }

    /// <summary>Adds a key and returns its index.</summary>
    public int AddKey(ushort tableId, ushort keyGroup, ReadOnlySpan<byte> userKey) => AddKey(tableId, keyGroup, [], userKey);

    /// <summary>Adds a key in two parts and returns its index.</summary>
    public int AddKey(ushort tableId, ushort keyGroup, ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> userKey)
    {
        var size = PrefixBytes + prefix.Length + userKey.Length;
        if (_keys.Length - _keyBytes < size)
            Array.Resize(ref _keys, Math.Max(_keys.Length * 2, _keyBytes + size));
        if (Count == _keyEnds.Length)
            GrowEntries();
        var key = _keys.AsSpan(_keyBytes, size);
        BinaryPrimitives.WriteUInt16BigEndian(key, tableId);
        BinaryPrimitives.WriteUInt16BigEndian(key[2..], keyGroup);
        prefix.CopyTo(key[PrefixBytes..]);
        userKey.CopyTo(key[(PrefixBytes + prefix.Length)..]);
        _keyBytes += size;
        _keyEnds[Count] = _keyBytes;
        _valueLengths[Count] = -1;
        return Count++;
    }

    /// <summary>Whether the key has a value. Meaningful after <see cref="IStateBackend.MultiGet"/>.</summary>
    public bool Found(int i)
    {
        Check.That((uint)i < (uint)Count);
        return _valueLengths[i] >= 0;
    }

    /// <summary>The value of a key that was found. Valid until <see cref="Clear"/> or the next read.</summary>
    public ReadOnlySpan<byte> Value(int i)
    {
        Check.That(Found(i));
        return _values.AsSpan(_valueStarts[i], _valueLengths[i]);
    }

    /// <summary>The full key.</summary>
    public ReadOnlySpan<byte> KeyAt(int i)
    {
        var (start, length) = KeyRange(i);
        return _keys.AsSpan(start, length);
    }

    /// <summary>All full keys one after the other.</summary>
    internal ReadOnlySpan<byte> KeyBytes => _keys.AsSpan(0, _keyBytes);

    /// <summary>Where a key lies in <see cref="KeyBytes"/>.</summary>
    internal (int Start, int Length) KeyRange(int i)
    {
        var start = i == 0 ? 0 : _keyEnds[i - 1];
        return (start, _keyEnds[i] - start);
    }

    /// <summary>Forgets the values, before a read.</summary>
    internal void ClearValues()
    {
        _valueBytes = 0;
        _valueLengths.AsSpan(0, Count).Fill(-1);
    }

    /// <summary>Stores a copy of a value.</summary>
    internal void SetValue(int i, ReadOnlySpan<byte> value)
    {
        if (_values.Length - _valueBytes < value.Length)
            Array.Resize(ref _values, Math.Max(_values.Length * 2, _valueBytes + value.Length));
        value.CopyTo(_values.AsSpan(_valueBytes));
        _valueStarts[i] = _valueBytes;
        _valueLengths[i] = value.Length;
        _valueBytes += value.Length;
    }

    // At most half full, with a hash for each key that fits.
    void GrowSlots()
    {
        _slots = new int[Math.Max(256, _slots.Length * 2)];
        Array.Resize(ref _hashes, _slots.Length / 2);
        for (var i = 0; i < Count; i++)
        {
            var slot = (int)_hashes[i] & (_slots.Length - 1);
            while (_slots[slot] != 0)
                slot = (slot + 1) & (_slots.Length - 1);
            _slots[slot] = i + 1;
        }
    }

    void GrowEntries()
    {
        var size = _keyEnds.Length * 2;
        Array.Resize(ref _keyEnds, size);
        Array.Resize(ref _valueStarts, size);
        Array.Resize(ref _valueLengths, size);
    }
}
