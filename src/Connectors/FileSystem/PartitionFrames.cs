using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Connectors.FileSystem;

/// <summary>A frame of a partitioned table's output: for each partition the name of its directory and its rows, both with their length before
/// them.</summary>
static class PartitionFrames
{
    const int LengthBytes = 4;

    /// <summary>Appends the rows of a partition.</summary>
    public static void Write(IBufferWriter<byte> output, ReadOnlySpan<byte> directory, ReadOnlySpan<byte> rows)
    {
        WritePart(output, directory);
        WritePart(output, rows);
    }

    /// <summary>Takes the first partition off a frame.</summary>
    public static ReadOnlySpan<byte> Read(ref ReadOnlySpan<byte> frame, out string directory)
    {
        directory = Encoding.UTF8.GetString(ReadPart(ref frame));
        return ReadPart(ref frame);
    }

    static void WritePart(IBufferWriter<byte> output, ReadOnlySpan<byte> part)
    {
        BinaryPrimitives.WriteInt32LittleEndian(output.GetSpan(LengthBytes), part.Length);
        output.Advance(LengthBytes);
        output.Write(part);
    }

    static ReadOnlySpan<byte> ReadPart(ref ReadOnlySpan<byte> frame)
    {
        Check.That(frame.Length >= LengthBytes);
        var length = BinaryPrimitives.ReadInt32LittleEndian(frame);
        Check.That(length >= 0 && length <= frame.Length - LengthBytes);
        var part = frame.Slice(LengthBytes, length);
        frame = frame[(LengthBytes + length)..];
        return part;
    }
}
