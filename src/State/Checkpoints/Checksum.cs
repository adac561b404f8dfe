using System.Buffers.Binary;
using System.Numerics;

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
        while (content.Length >= sizeof(ulong))
        {
            register = BitOperations.Crc32C(register, BinaryPrimitives.ReadUInt64LittleEndian(content));
            content = content[sizeof(ulong)..];
        }
        foreach (var value in content)
            register = BitOperations.Crc32C(register, value);
        return register;
    }

    /// <summary>The checksum that a register stands for.</summary>
    public static uint Finish(uint register) => ~register;
}
