using System.Numerics;
using System.Runtime.Intrinsics.X86;

namespace SqlStream.State;

/// <summary>Sorts changes by the first bytes of their keys: one pass spreads them over many small ranges, then each range is sorted
/// in the processor's caches.</summary>
static class ChangeSort
{
    const int SpreadMin = 512;
    const int DigitBitsMax = 16;
    const int RangeBits = 3;
    const int InsertionMax = 24;

    /// <summary>Sorts the entries in order of <see cref="ChangeEntry.CompareTo"/>. True if the result is in <paramref name="target"/>.</summary>
    /// <param name="entries">The entries; their order is lost.</param>
    /// <param name="target">As large.</param>
    /// <param name="varyingHigh">Bits of <see cref="ChangeEntry.High"/> in which any two entries differ.</param>
    /// <param name="varyingLow">The same of <see cref="ChangeEntry.Low"/>.</param>
    public static bool Scatter(Span<ChangeEntry> entries, Span<ChangeEntry> target, ulong varyingHigh, ulong varyingLow)
    {
        if (entries.Length < SpreadMin || !Bmi2.X64.IsSupported)
        {
            entries.Sort();
            return false;
        }
        var wanted = Math.Min(DigitBitsMax, BitOperations.Log2((uint)entries.Length) - RangeBits);
        // The highest bits in which keys differ, taken out of the two words in order, order the keys as the words do.
        var high = Highest(varyingHigh, wanted);
        var low = Highest(varyingLow, wanted - BitOperations.PopCount(high));
        var shift = BitOperations.PopCount(low);
        var starts = new int[(1 << (BitOperations.PopCount(high) + shift)) + 1];
        foreach (ref readonly var entry in entries)
            starts[Digit(entry) + 1]++;
        for (var i = 1; i < starts.Length; i++)
            starts[i] += starts[i - 1];
        foreach (ref readonly var entry in entries)
            target[starts[Digit(entry)]++] = entry;
        // Every start has moved to the start of the next range.
        for (var i = 0; i < starts.Length - 1; i++)
            SortRange(target[(i == 0 ? 0 : starts[i - 1])..starts[i]]);
        return true;

        int Digit(in ChangeEntry entry) =>
            (int)((Bmi2.X64.ParallelBitExtract(entry.High, high) << shift) | Bmi2.X64.ParallelBitExtract(entry.Low, low));
    }

    static ulong Highest(ulong mask, int count)
    {
        for (var excess = BitOperations.PopCount(mask) - count; excess > 0; excess--)
            mask &= mask - 1;
        return mask;
    }

    static void SortRange(Span<ChangeEntry> entries)
    {
        if (entries.Length > InsertionMax)
        {
            entries.Sort();
            return;
        }
        for (var i = 1; i < entries.Length; i++)
        {
            var entry = entries[i];
            var at = i;
            for (; at > 0 && entry.CompareTo(entries[at - 1]) < 0; at--)
                entries[at] = entries[at - 1];
            entries[at] = entry;
        }
    }
}
