using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace SqlStream.Broker.Protocol;

/// <summary>Writes the fields of one frame into a pooled buffer that grows. Used by one connection at a time.</summary>
sealed class WireWriter : IDisposable
{
    // A buffer that one large answer needed is not kept for the small ones that follow.
    const int KeptBytesMax = 1 << 20;
    byte[] _buffer = ArrayPool<byte>.Shared.Rent(4096);

    /// <summary>Whether lengths are compact and structures end with tagged fields.</summary>
    public bool IsFlexible { get; set; }

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, Length);

    public void Reset()
    {
        Length = 0;
        IsFlexible = false;
        if (_buffer.Length > KeptBytesMax)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = ArrayPool<byte>.Shared.Rent(4096);
        }
    }

    public void Boolean(bool value) => Reserve(1)[0] = value ? (byte)1 : (byte)0;

    public void Int8(sbyte value) => Reserve(1)[0] = (byte)value;

    public void Int16(short value) => BinaryPrimitives.WriteInt16BigEndian(Reserve(2), value);

    public void Int32(int value) => BinaryPrimitives.WriteInt32BigEndian(Reserve(4), value);

    public void Int64(long value) => BinaryPrimitives.WriteInt64BigEndian(Reserve(8), value);

    public void Error(ErrorCode code) => Int16((short)code);

    public void String(string? value)
    {
        if (value is null)
        {
            NullString();
            return;
        }
        var count = Encoding.UTF8.GetByteCount(value);
        if (IsFlexible)
            UnsignedVarint((uint)count + 1);
        else
            Int16((short)count);
        Encoding.UTF8.GetBytes(value, Reserve(count));
    }

    public void Bytes(ReadOnlySpan<byte> value)
    {
        if (IsFlexible)
            UnsignedVarint((uint)value.Length + 1);
        else
            Int32(value.Length);
        Raw(value);
    }

    public void Raw(ReadOnlySpan<byte> value) => value.CopyTo(Reserve(value.Length));

    /// <summary>The number of elements that follow; -1 is a null array.</summary>
    public void ArrayLength(int count)
    {
        if (IsFlexible)
            UnsignedVarint((uint)(count + 1));
        else
            Int32(count);
    }

    /// <summary>No tagged fields, at the end of a structure; nothing in the versions that have none.</summary>
    public void Tags()
    {
        if (IsFlexible)
            UnsignedVarint(0);
    }

    /// <summary>Room for bytes that the caller fills at once.</summary>
    public Span<byte> Reserve(int count)
    {
        if (_buffer.Length - Length < count)
            Grow(count);
        var span = _buffer.AsSpan(Length, count);
        Length += count;
        return span;
    }

    /// <summary>Gives back the end of what was reserved last.</summary>
    public void Unreserve(int count) => Length -= count;

    /// <summary>Overwrites a number that was written before, once it is known.</summary>
    public void Patch(int position, int value) => BinaryPrimitives.WriteInt32BigEndian(_buffer.AsSpan(position), value);

    /// <summary>Makes room between what was written; the caller fills it at once.</summary>
    public Span<byte> Insert(int position, int count)
    {
        var moved = Length - position;
        Reserve(count);
        _buffer.AsSpan(position, moved).CopyTo(_buffer.AsSpan(position + count));
        return _buffer.AsSpan(position, count);
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    void NullString()
    {
        if (IsFlexible)
            UnsignedVarint(0);
        else
            Int16(-1);
    }

    void UnsignedVarint(uint value)
    {
        for (; value >= 0x80; value >>= 7)
            Reserve(1)[0] = (byte)(value | 0x80);
        Reserve(1)[0] = (byte)value;
    }

    void Grow(int count)
    {
        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(Array.MaxLength, Math.Max((long)_buffer.Length * 2, (long)Length + count)));
        _buffer.AsSpan(0, Length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
