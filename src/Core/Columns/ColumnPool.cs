using System.Numerics;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Core.Columns;

/// <summary>Lends the pinned buffers that columns live in. Sizes are powers of two from 64 bytes; what comes back is
/// kept for the next lender up to a limit. Thread-safe: a buffer may come back on another thread.</summary>
/// <remarks>Tests use a poisoning pool: returned buffers are overwritten, and <see cref="Outstanding"/> must be 0 when a
/// job has ended.</remarks>
public sealed class ColumnPool
{
    const int ClassMin = 6;
    const int ClassMax = 30;
    const byte Poison = 0xDB;

    readonly Stack<byte[]>[] _free = new Stack<byte[]>[ClassMax + 1];
    readonly Lock[] _locks = new Lock[ClassMax + 1];
    readonly bool _poison;
    readonly long _bytesKeptMax;
    long _bytesKept;
    long _outstanding;
    long _bytesOutstanding;

    /// <summary>A pool of its own. <paramref name="poison"/> overwrites what is returned, so that a use after release shows.</summary>
    public ColumnPool(bool poison = false, long bytesKeptMax = 256L << 20)
    {
        _poison = poison;
        _bytesKeptMax = bytesKeptMax;
        for (var i = ClassMin; i <= ClassMax; i++)
        {
            _free[i] = new Stack<byte[]>();
            _locks[i] = new Lock();
        }
    }

    /// <summary>Buffers lent and not yet returned.</summary>
    public long Outstanding => Interlocked.Read(ref _outstanding);

    /// <summary>Bytes lent and not yet returned.</summary>
    public long BytesOutstanding => Interlocked.Read(ref _bytesOutstanding);

    /// <summary>A buffer of at least that many bytes, content undefined.</summary>
    public byte[] Rent(int bytesMin)
    {
        var sizeClass = SizeClass(bytesMin);
        byte[]? buffer;
        lock (_locks[sizeClass])
            _free[sizeClass].TryPop(out buffer);
        Interlocked.Increment(ref _outstanding);
        Interlocked.Add(ref _bytesOutstanding, 1L << sizeClass);
        if (buffer is null)
            return GC.AllocateUninitializedArray<byte>(1 << sizeClass, pinned: true);
        Interlocked.Add(ref _bytesKept, -buffer.Length);
        return buffer;
    }

    /// <summary>Takes a buffer back. It must come from <see cref="Rent"/> and may not be used afterwards.</summary>
    public void Return(byte[] buffer)
    {
        var sizeClass = BitOperations.Log2((uint)buffer.Length);
        Check.That(buffer.Length == 1 << sizeClass && sizeClass >= ClassMin);
        if (_poison)
            buffer.AsSpan().Fill(Poison);
        Interlocked.Decrement(ref _outstanding);
        Interlocked.Add(ref _bytesOutstanding, -buffer.Length);
        if (Interlocked.Read(ref _bytesKept) + buffer.Length > _bytesKeptMax)
            return;
        Interlocked.Add(ref _bytesKept, buffer.Length);
        lock (_locks[sizeClass])
            _free[sizeClass].Push(buffer);
    }

    static int SizeClass(int bytes)
    {
        var sizeClass = bytes <= 1 << ClassMin ? ClassMin : BitOperations.Log2((uint)(bytes - 1)) + 1;
        if (sizeClass > ClassMax)
            throw new SqlException(SqlState.ConfigurationLimitExceeded, "a column of a batch is larger than 1 GiB", "Use smaller rows or a smaller batch size.");
        return sizeClass;
    }
}
