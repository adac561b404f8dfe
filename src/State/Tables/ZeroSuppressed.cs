using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace SqlStream.State.Tables;

/// <summary>Byte strings without their zero bytes: for each word of eight bytes a mask of the bytes that are not zero, then those bytes.
/// Counters and sums are mostly zeros.</summary>
static class ZeroSuppressed
{
    /// <summary>Bytes that <see cref="Decode"/> may read behind the end of what <see cref="Encode"/> wrote.</summary>
    public const int SlackBytes = 8;

    const int WordBytes = 8;
    const ulong HighBits = 0x8080808080808080;
    const ulong LowBits = 0x0101010101010101;

    /// <summary>Bytes that a value takes at the most, slack included.</summary>
    public static int BytesMax(int valueBytes) => valueBytes + ((valueBytes + WordBytes - 1) / WordBytes) + SlackBytes;

    /// <summary>Encodes a value into a target of at least <see cref="BytesMax"/>; returns the bytes written.</summary>
    public static int Encode(ReadOnlySpan<byte> value, Span<byte> target)
    {
        ref var start = ref MemoryMarshal.GetReference(target);
        var used = 0;
        for (; value.Length >= WordBytes; value = value[WordBytes..])
            used += EncodeWord(Unsafe.ReadUnaligned<ulong>(ref MemoryMarshal.GetReference(value)), ref Unsafe.Add(ref start, used));
        if (!value.IsEmpty)
            used += EncodeWord(Tail(value), ref Unsafe.Add(ref start, used));
        return used;
    }

    /// <summary>Decodes a value of a known length. Returns the bytes read.</summary>
    public static int Decode(ref byte source, Span<byte> value)
    {
        var read = 0;
        for (; value.Length >= WordBytes; value = value[WordBytes..])
            Unsafe.WriteUnaligned(ref MemoryMarshal.GetReference(value), DecodeWord(ref Unsafe.Add(ref source, read), ref read));
        if (!value.IsEmpty)
        {
            var word = DecodeWord(ref Unsafe.Add(ref source, read), ref read);
            for (var i = 0; i < value.Length; i++)
                value[i] = (byte)(word >> (8 * i));
        }
        return read;
    }

    static ulong Tail(ReadOnlySpan<byte> bytes)
    {
        var word = 0UL;
        for (var i = 0; i < bytes.Length; i++)
            word |= (ulong)bytes[i] << (8 * i);
        return word;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static int EncodeWord(ulong word, ref byte target)
    {
        if (word == 0)
        {
            target = 0;
            return 1;
        }
        if (!Bmi2.X64.IsSupported)
            return EncodeBytes(word, ref target);
        var filled = (((word & ~HighBits) + ~HighBits) | word) & HighBits;
        var mask = (byte)Bmi2.X64.ParallelBitExtract(filled, HighBits);
        target = mask;
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref target, 1), Bmi2.X64.ParallelBitExtract(word, (filled >> 7) * 0xFF));
        return 1 + BitOperations.PopCount(mask);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong DecodeWord(ref byte source, ref int read)
    {
        var mask = source;
        read += 1 + BitOperations.PopCount(mask);
        if (mask == 0)
            return 0;
        if (!Bmi2.X64.IsSupported)
            return DecodeBytes(ref source);
        var packed = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref source, 1));
        return Bmi2.X64.ParallelBitDeposit(packed, Bmi2.X64.ParallelBitDeposit(mask, LowBits) * 0xFF);
    }

    static int EncodeBytes(ulong word, ref byte target)
    {
        var mask = 0;
        var used = 1;
        for (var i = 0; i < WordBytes; i++)
        {
            var one = (byte)(word >> (8 * i));
            if (one == 0)
                continue;
            mask |= 1 << i;
            Unsafe.Add(ref target, used++) = one;
        }
        target = (byte)mask;
        return used;
    }

    static ulong DecodeBytes(ref byte source)
    {
        var word = 0UL;
        var read = 1;
        for (var i = 0; i < WordBytes; i++)
        {
            if ((source & (1 << i)) != 0)
                word |= (ulong)Unsafe.Add(ref source, read++) << (8 * i);
        }
        return word;
    }
}
