using System.Numerics;

namespace SqlStream.Core.Columns;

/// <summary>Operations on bitmaps: 64-bit words, bit i of word w is row 64 w + i. Bits beyond the length hold garbage
/// unless an operation says otherwise. An empty span as a validity bitmap means that every row is valid.</summary>
public static class Bitmap
{
    /// <summary>Words needed for a number of bits.</summary>
    public static int Words(int bits) => (bits + 63) >> 6;

    /// <summary>The bit of a row.</summary>
    public static bool Get(ReadOnlySpan<ulong> words, int row) => (words[row >> 6] >> (row & 63) & 1) != 0;

    /// <summary>Sets the bit of a row.</summary>
    public static void Set(Span<ulong> words, int row) => words[row >> 6] |= 1UL << (row & 63);

    /// <summary>Clears the bit of a row.</summary>
    public static void Clear(Span<ulong> words, int row) => words[row >> 6] &= ~(1UL << (row & 63));

    /// <summary>Sets the bit of a row to a value.</summary>
    public static void Put(Span<ulong> words, int row, bool value)
    {
        if (value)
            Set(words, row);
        else
            Clear(words, row);
    }

    /// <summary>Sets the first <paramref name="bits"/> bits and clears the rest of the last word.</summary>
    public static void Fill(Span<ulong> words, int bits)
    {
        words[..Words(bits)].Fill(ulong.MaxValue);
        MaskTail(words, bits);
    }

    /// <summary>Clears the bits beyond the length in the last word.</summary>
    public static void MaskTail(Span<ulong> words, int bits)
    {
        if ((bits & 63) != 0)
            words[bits >> 6] &= (1UL << (bits & 63)) - 1;
    }

    /// <summary>The last word's mask for a number of bits; all ones where the words are full.</summary>
    public static ulong TailMask(int bits) => (bits & 63) == 0 ? ulong.MaxValue : (1UL << (bits & 63)) - 1;

    /// <summary>Number of set bits among the first <paramref name="bits"/>.</summary>
    public static int Count(ReadOnlySpan<ulong> words, int bits)
    {
        var count = 0;
        var full = bits >> 6;
        for (var i = 0; i < full; i++)
            count += BitOperations.PopCount(words[i]);
        if ((bits & 63) != 0)
            count += BitOperations.PopCount(words[full] & TailMask(bits));
        return count;
    }

    /// <summary>True if all of the first <paramref name="bits"/> bits are set.</summary>
    public static bool All(ReadOnlySpan<ulong> words, int bits) => Count(words, bits) == bits;

    /// <summary>Word-wise AND into <paramref name="result"/>; an empty operand counts as all ones.</summary>
    public static void And(ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right, Span<ulong> result)
    {
        for (var i = 0; i < result.Length; i++)
            result[i] = (left.IsEmpty ? ulong.MaxValue : left[i]) & (right.IsEmpty ? ulong.MaxValue : right[i]);
    }

    /// <summary>Writes the numbers of the set bits, ascending, and returns how many there are.</summary>
    public static int Indexes(ReadOnlySpan<ulong> words, int bits, Span<int> rows)
    {
        var count = 0;
        for (var w = 0; w < Words(bits); w++)
        {
            var word = words[w];
            if (w == bits >> 6)
                word &= TailMask(bits);
            var start = w << 6;
            while (word != 0)
            {
                rows[count++] = start + BitOperations.TrailingZeroCount(word);
                word &= word - 1;
            }
        }
        return count;
    }
}
