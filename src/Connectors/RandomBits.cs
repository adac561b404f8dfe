using System.Runtime.CompilerServices;

namespace SqlStream.Connectors;

/// <summary>Random numbers that are pure functions of a seed and a number: what generated rows are made of.</summary>
static class RandomBits
{
    /// <summary>64 random bits of a seed and a number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Of(ulong seed, long number)
    {
        // The finalizer of SplitMix64: it turns a counter into well mixed bits.
        var z = seed + ((ulong)number * 0x9E3779B97F4A7C15);
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
