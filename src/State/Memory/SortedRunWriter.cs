using System.Buffers.Binary;

namespace SqlStream.State.Memory;

/// <summary>Builds a <see cref="SortedRun"/> from entries in ascending key order.</summary>
sealed class SortedRunWriter
{
    byte[] _bytes;
    int[] _offsets;
    int _length = SortedRun.HeaderBytes;
    int _count;

    public SortedRunWriter(long bytesExpected, int entriesExpected)
    {
        _bytes = GC.AllocateUninitializedArray<byte>(
            (int)Math.Min(Array.MaxLength, SortedRun.HeaderBytes + bytesExpected + ((long)entriesExpected * SortedRun.EntryHeaderBytes)));
        _offsets = new int[Math.Max(4, entriesExpected)];
    }

    public int Count => _count;

    public void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) => Append(key, value, value.Length);

    public void Delete(ReadOnlySpan<byte> key) => Append(key, [], -1);

    public SortedRun Finish(long number)
    {
        SortedRun.Magic.CopyTo(_bytes);
        BinaryPrimitives.WriteInt64LittleEndian(_bytes.AsSpan(8), _count);
        // A merge writes less than it expected when keys coincide; give back what is a quarter or more.
        if (_length < _bytes.Length / 4 * 3)
            Array.Resize(ref _bytes, _length);
        return new SortedRun(number, _bytes, _length, _offsets, _count);
    }

    void Append(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, int valueLength)
    {
        var size = SortedRun.EntryHeaderBytes + key.Length + value.Length;
        if (_bytes.Length - _length < size)
            Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, Math.Max(2L * _bytes.Length, (long)_length + size)));
        if (_count == _offsets.Length)
            Array.Resize(ref _offsets, _count * 2);
        _offsets[_count++] = _length;
        var target = _bytes.AsSpan(_length, size);
        BinaryPrimitives.WriteInt32LittleEndian(target, key.Length);
        BinaryPrimitives.WriteInt32LittleEndian(target[4..], valueLength);
        key.CopyTo(target[SortedRun.EntryHeaderBytes..]);
        value.CopyTo(target[(SortedRun.EntryHeaderBytes + key.Length)..]);
        _length += size;
    }
}
