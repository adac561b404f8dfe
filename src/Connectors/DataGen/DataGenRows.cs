using System.Runtime.CompilerServices;

namespace SqlStream.Connectors.DataGen;

/// <summary>Some rows of a generated table: the numbers <c>First, First + Stride, ...</c></summary>
/// <param name="First">Number of the first row.</param>
/// <param name="Stride">From one row to the next.</param>
/// <param name="Count">How many.</param>
/// <param name="StartMicros">Time of row 0, microseconds since 1970.</param>
/// <param name="RowsPerSecond">Rows that a second of that time has.</param>
readonly record struct DataGenRows(long First, long Stride, int Count, long StartMicros, long RowsPerSecond)
{
    /// <summary>Number of the i-th of the rows.</summary>
    public long Number(int i) => First + (i * Stride);

    /// <summary>The time at which the i-th of the rows is due: a function of its number, so that it is
    /// the same after a recovery.</summary>
    public long DueMicros(int i) => StartMicros + (long)((Int128)Number(i) * 1_000_000 / RowsPerSecond);

    /// <summary>64 random bits of a row and a column.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Random(ulong columnSeed, long row)
    {
        // The finalizer of SplitMix64: it turns a counter into well mixed bits.
        var z = columnSeed + ((ulong)row * 0x9E3779B97F4A7C15);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>Random bits brought into 0 .. range - 1; a range of 0 stands for all 64 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Below(ulong range, ulong bits) => range == 0 ? bits : Math.BigMul(bits, range, out _);

    /// <summary>Random bits as a number from 0 to less than 1.</summary>
    public static double Unit(ulong bits) => (bits >> 11) * (1.0 / (1UL << 53));
}
