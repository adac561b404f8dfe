namespace SqlStream.Core.Columns;

/// <summary>Bytes that grow at their end. Not thread-safe.</summary>
public sealed class ByteBuffer
{
    byte[] _bytes;

    /// <summary>An empty buffer with room for some bytes.</summary>
    public ByteBuffer(int capacity = 256) => _bytes = new byte[capacity];

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>What was written. Valid until more is.</summary>
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    /// <summary>The bytes from a position, for changing them in place. Valid until more is written.</summary>
    public Span<byte> From(int start) => _bytes.AsSpan(start, Length - start);

    /// <summary>Room for some bytes at the end; <see cref="Advance"/> makes them count.</summary>
    public Span<byte> Reserve(int bytes)
    {
        if (_bytes.Length - Length < bytes)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Length + bytes));
        return _bytes.AsSpan(Length, bytes);
    }

    /// <summary>Counts bytes that were written into the span of <see cref="Reserve"/>.</summary>
    public void Advance(int bytes) => Length += bytes;

    /// <summary>Appends a byte.</summary>
    public void Append(byte value)
    {
        Reserve(1)[0] = value;
        Length++;
    }

    /// <summary>Appends bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        Length += bytes.Length;
    }

    /// <summary>Drops what was written after a length.</summary>
    public void Truncate(int length) => Length = length;

    /// <summary>Drops everything.</summary>
    public void Clear() => Length = 0;
}
