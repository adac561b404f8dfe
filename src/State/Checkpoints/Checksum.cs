using System.Numerics;
using System.Runtime.InteropServices;

namespace SqlStream.State.Checkpoints;

/// <summary>CRC-32C (Castagnoli), as in RFC 3720, by the processor's instruction.</summary>
public static class Checksum
{
    /// <summary>The register before the first byte.</summary>
    public const uint Start = uint.MaxValue;

    /// <summary>The checksum of a whole content.</summary>
    public static uint Of(ReadOnlySpan<byte> content) => Finish(Append(Start, content));

    /// <summary>Takes further bytes into the register.</summary>
    public static uint Append(uint register, ReadOnlySpan<byte> content)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(content);
        foreach (var word in words)
            register = BitOperations.Crc32C(register, word);
        foreach (var value in content[(words.Length * sizeof(ulong))..])
            register = BitOperations.Crc32C(register, value);
        return register;
    }

    /// <summary>The checksum that a register stands for.</summary>
    public static uint Finish(uint register) => ~register;
}
