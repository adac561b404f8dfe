using SqlStream.Core.Diagnostics;

namespace SqlStream.Engine.Memory;

/// <summary>Encoded columns of a row, compared byte by byte.</summary>
readonly record struct RowBytes(byte[] Bytes)
{
    public bool Equals(RowBytes other) => Bytes.AsSpan().SequenceEqual(other.Bytes);

    // In one process only: nothing of it is stored.
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Bytes);
        return hash.ToHashCode();
    }
}

/// <summary>What a sink does to a table, row by row: how many times a row comes (more than zero) or goes (less).</summary>
/// <param name="Sequence">Orders the changes of all sinks of a table.</param>
/// <param name="Count">With a key 1 or -1.</param>
/// <param name="Key">The primary key; all columns where there is none.</param>
/// <param name="Value">All columns; empty for a row that goes.</param>
readonly record struct MemoryChange(long Sequence, long Count, byte[] Key, byte[] Value);

/// <summary>Reads and writes changes as bytes.</summary>
static class MemoryCodec
{
    /// <summary>Writes a number in as few bytes as it needs.</summary>
    public static void WriteNumber(List<byte> target, long value)
    {
        var bits = (ulong)((value << 1) ^ (value >> 63));
        while (bits >= 0x80)
        {
            target.Add((byte)(bits | 0x80));
            bits >>= 7;
        }
        target.Add((byte)bits);
    }

    /// <summary>Writes bytes with their length.</summary>
    public static void WriteBytes(List<byte> target, ReadOnlySpan<byte> bytes)
    {
        WriteNumber(target, bytes.Length);
        target.AddRange(bytes);
    }

    /// <summary>Writes a change.</summary>
    public static void Write(List<byte> target, MemoryChange change)
    {
        WriteNumber(target, change.Sequence);
        WriteNumber(target, change.Count);
        WriteBytes(target, change.Key);
        WriteBytes(target, change.Value);
    }

    /// <summary>Reads a change.</summary>
    public static MemoryChange Read(ref ReadOnlySpan<byte> source)
    {
        var sequence = ReadNumber(ref source);
        var count = ReadNumber(ref source);
        var key = ReadBytes(ref source).ToArray();
        return new MemoryChange(sequence, count, key, ReadBytes(ref source).ToArray());
    }

    /// <summary>Reads a number.</summary>
    public static long ReadNumber(ref ReadOnlySpan<byte> source)
    {
        ulong bits = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = source[0];
            source = source[1..];
            bits |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return (long)(bits >> 1) ^ -(long)(bits & 1);
            Check.That(shift < 63);
        }
    }

    /// <summary>Reads bytes with their length.</summary>
    public static ReadOnlySpan<byte> ReadBytes(ref ReadOnlySpan<byte> source)
    {
        var length = (int)ReadNumber(ref source);
        var bytes = source[..length];
        source = source[length..];
        return bytes;
    }
}
