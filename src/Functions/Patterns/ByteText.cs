using System.Buffers;

namespace SqlStream.Functions.Patterns;

/// <summary>Bytes that grow, in a rented buffer.</summary>
sealed class ByteText(int capacity) : IDisposable
{
    byte[] _buffer = ArrayPool<byte>.Shared.Rent(capacity);
    int _length;

    /// <summary>What was appended.</summary>
    public ReadOnlySpan<byte> Span => _buffer.AsSpan(0, _length);

    /// <summary>Appends bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        _length += bytes.Length;
    }

    /// <summary>Appends one byte.</summary>
    public void Append(byte value)
    {
        Reserve(1)[0] = value;
        _length++;
    }

    /// <summary>Room for that many bytes; <see cref="Commit"/> says how many were written.</summary>
    public Span<byte> Reserve(int bytes)
    {
        if (_length + bytes > _buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_length + bytes, _buffer.Length * 2));
            Span.CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }
        return _buffer.AsSpan(_length, bytes);
    }

    /// <summary>Ends what was written after <see cref="Reserve"/>.</summary>
    public void Commit(int bytes) => _length += bytes;

    /// <summary>Forgets what was appended and keeps the buffer.</summary>
    public void Clear() => _length = 0;

    /// <summary>Drops bytes at the end.</summary>
    public void Truncate(int length) => _length = length;

    /// <summary>Gives the buffer back.</summary>
    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);
}
