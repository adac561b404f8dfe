using System.Buffers;
using System.Buffers.Binary;
using System.Net.Sockets;

namespace SqlStream.Broker.Network;

/// <summary>Cuts what comes in on a connection into frames. Memory is taken for bytes that have come, never for a length that was announced.</summary>
sealed class FrameReader(Socket socket, int bytesMax) : IDisposable
{
    const int KeptBytesMax = 1 << 20;
    const int FirstBytes = 16 * 1024;
    byte[] _buffer = ArrayPool<byte>.Shared.Rent(FirstBytes);
    int _start;
    int _end;

    public byte[] Buffer => _buffer;

    /// <summary>Where the frame begins in <see cref="Buffer"/>, behind its length.</summary>
    public int Offset { get; private set; }

    public int Length { get; private set; }

    /// <summary>Whether a frame has begun to come in.</summary>
    public bool IsInFrame => _end > _start;

    /// <summary>Takes the next frame, which stays until the next call; false at the end of the connection.</summary>
    /// <param name="progress">Called when bytes have come.</param>
    /// <param name="stop">Ends the wait.</param>
    public async ValueTask<bool> NextAsync(Action progress, CancellationToken stop)
    {
        _start += Length == 0 ? 0 : sizeof(int) + Length;
        Length = 0;
        while (true)
        {
            if (_end - _start >= sizeof(int))
            {
                var length = BinaryPrimitives.ReadInt32BigEndian(_buffer.AsSpan(_start));
                if (length <= 0 || length > bytesMax)
                    throw BrokerErrors.FrameTooLarge((uint)length, bytesMax);
                if (_end - _start - sizeof(int) >= length)
                {
                    Offset = _start + sizeof(int);
                    Length = length;
                    return true;
                }
            }
            MakeRoom();
            var count = await socket.ReceiveAsync(_buffer.AsMemory(_end), SocketFlags.None, stop).ConfigureAwait(false);
            if (count == 0)
                return false;
            _end += count;
            progress();
        }
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    void MakeRoom()
    {
        if (_start == _end)
        {
            _start = _end = 0;
            if (_buffer.Length > KeptBytesMax)
                Replace(FirstBytes);
        }
        if (_end < _buffer.Length)
            return;
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }
        // Twice what has come, so that the memory follows the bytes.
        if (_end > _buffer.Length / 2)
            Replace(_buffer.Length * 2);
    }

    void Replace(int bytes)
    {
        var other = ArrayPool<byte>.Shared.Rent(bytes);
        _buffer.AsSpan(_start, _end - _start).CopyTo(other);
        _end -= _start;
        _start = 0;
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = other;
    }
}
