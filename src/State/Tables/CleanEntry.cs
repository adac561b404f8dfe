using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SqlStream.State.Tables;

/// <summary>How an entry of a <see cref="CleanCache"/> keeps its value.</summary>
enum CleanKind
{
    /// <summary>Without its zero bytes (<see cref="ZeroSuppressed"/>).</summary>
    Suppressed,

    /// <summary>As it is, because it has few zeros.</summary>
    Raw,

    /// <summary>Key and value are an object of their own, because they are large.</summary>
    Large,
}

/// <summary>Reads and writes the entries in a page of a <see cref="CleanSegment"/>.</summary>
/// <remarks>An entry is <c>size 11 bits, used 1, dead 1, kind 2 | key group u16 | key length | value length | key | value</c>, lengths as
/// varints; a large one is <c>size and kind | key group | index i32</c>. The size is what the entry occupies; its content may be shorter.</remarks>
static class CleanEntry
{
    public const int BytesMax = SizeMask;
    public const int LargeBytes = 8;
    public const int FixedBytes = 4;

    const int SizeMask = 0x7FF;
    const int UsedBit = 0x800;
    const int DeadBit = 0x1000;
    const int KindShift = 13;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ref ushort Head(byte[] page, int at) =>
        ref Unsafe.As<byte, ushort>(ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(page), at));

    public static int Size(byte[] page, int at) => Head(page, at) & SizeMask;

    public static bool IsUsed(byte[] page, int at) => (Head(page, at) & UsedBit) != 0;

    public static bool IsDead(byte[] page, int at) => (Head(page, at) & DeadBit) != 0;

    public static CleanKind Kind(byte[] page, int at) => (CleanKind)(Head(page, at) >> KindShift);

    public static ushort KeyGroup(byte[] page, int at) => Head(page, at + 2);

    public static void SetUsed(byte[] page, int at, bool used)
    {
        ref var head = ref Head(page, at);
        head = (ushort)(used ? head | UsedBit : head & ~UsedBit);
    }

    public static void SetDead(byte[] page, int at) => Head(page, at) |= DeadBit;

    public static void SetHead(byte[] page, int at, int size, CleanKind kind, bool used) =>
        Head(page, at) = (ushort)(size | ((int)kind << KindShift) | (used ? UsedBit : 0));

    public static int LargeIndex(byte[] page, int at) => MemoryMarshal.Read<int>(page.AsSpan(at + FixedBytes));

    /// <summary>The key, where the value begins, and the value's length before encoding. Not for large entries.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ReadOnlySpan<byte> Key(byte[] page, int at, out int valueAt, out int valueBytes)
    {
        var next = at + FixedBytes;
        var keyBytes = ReadLength(page, ref next);
        valueBytes = ReadLength(page, ref next);
        valueAt = next + keyBytes;
        return MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(page), next), keyBytes);
    }

    public static int LengthBytes(int length) => length < 0x80 ? 1 : length < 0x4000 ? 2 : 3;

    public static void WriteLength(Span<byte> target, ref int at, int length)
    {
        for (; length >= 0x80; length >>= 7)
            target[at++] = (byte)(length | 0x80);
        target[at++] = (byte)length;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static int ReadLength(byte[] page, ref int at)
    {
        var length = (int)Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(page), at++);
        return length < 0x80 ? length : ReadLong(page, ref at, length & 0x7F);
    }

    static int ReadLong(byte[] page, ref int at, int length)
    {
        for (var shift = 7; ; shift += 7)
        {
            var part = page[at++];
            length |= (part & 0x7F) << shift;
            if (part < 0x80)
                return length;
        }
    }
}

/// <summary>Key and value of an entry that is too large for a page.</summary>
sealed record LargeEntry(byte[] Key, byte[] Value)
{
    const int ObjectBytes = 96;

    public long Bytes => ObjectBytes + Key.Length + (long)Value.Length;
}
