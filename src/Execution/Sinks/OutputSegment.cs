using System.Buffers.Binary;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Time;
using SqlStream.State.Checkpoints;

namespace SqlStream.Execution.Sinks;

/// <summary>A sealed piece of the output log: the frames that one sink subtask wrote in one epoch.</summary>
/// <remarks>Layout, little-endian: per frame <c>length u32 | rows u32 | content</c>; footer <c>rows u64 | bytes of frames u64 |
/// CRC32C of the frames u32 | magic u32</c>. Held in memory when small, else in a local file. Thread-safe.</remarks>
sealed class OutputSegment : IOutputSegment
{
    /// <summary>Bytes of the footer.</summary>
    public const int FooterBytes = 24;

    /// <summary>Bytes before a frame's content.</summary>
    public const int FrameHeaderBytes = 8;

    const uint Magic = 0x3153_4C4F;

    readonly byte[]? _content;
    readonly string? _path;

    OutputSegment(Epoch epoch, int subtask, long rows, long bytes, uint crc32c, byte[]? content, string? path, SinkTally? tally)
    {
        Tally = tally;
        Epoch = epoch;
        Subtask = subtask;
        Rows = rows;
        Bytes = bytes;
        Crc32c = crc32c;
        _content = content;
        _path = path;
    }

    /// <inheritdoc/>
    public Epoch Epoch { get; }

    /// <inheritdoc/>
    public int Subtask { get; }

    /// <inheritdoc/>
    public long Rows { get; }

    /// <summary>Bytes of all frames with their headers, without the footer.</summary>
    public long Bytes { get; }

    /// <summary>CRC32C over the frames.</summary>
    public uint Crc32c { get; }

    /// <summary>All that the sink was given up to the end of the segment; null where that is not known.</summary>
    public SinkTally? Tally { get; }

    /// <summary>Bytes with the footer.</summary>
    public long TotalBytes => Bytes + FooterBytes;

    /// <summary>CRC32C of the whole, footer included.</summary>
    public uint TotalCrc32c
    {
        get
        {
            Span<byte> footer = stackalloc byte[FooterBytes];
            WriteFooter(footer, Rows, Bytes, Crc32c);
            return Crc(Crc32c, footer);
        }
    }

    /// <summary>The whole content if it is in memory.</summary>
    // Said in full: a null that is taken for an array would become an empty memory that is there.
    public ReadOnlyMemory<byte>? Content => _content is null ? default(ReadOnlyMemory<byte>?) : new ReadOnlyMemory<byte>(_content);

    /// <summary>The local file if it is not in memory.</summary>
    public string? Path => _path;

    /// <summary>A segment in memory; <paramref name="content"/> ends with the footer.</summary>
    public static OutputSegment InMemory(Epoch epoch, int subtask, long rows, long bytes, uint crc32c, byte[] content, SinkTally? tally = null) =>
        new(epoch, subtask, rows, bytes, crc32c, content, null, tally);

    /// <summary>A segment in a local file.</summary>
    public static OutputSegment InFile(Epoch epoch, int subtask, long rows, long bytes, uint crc32c, string path, SinkTally? tally = null) =>
        new(epoch, subtask, rows, bytes, crc32c, null, path, tally);

    /// <summary>Writes a footer.</summary>
    public static void WriteFooter(Span<byte> target, long rows, long bytes, uint crc32c)
    {
        BinaryPrimitives.WriteInt64LittleEndian(target, rows);
        BinaryPrimitives.WriteInt64LittleEndian(target[8..], bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(target[16..], crc32c);
        BinaryPrimitives.WriteUInt32LittleEndian(target[20..], Magic);
    }

    /// <summary>CRC32C, continued from an earlier value; 0 begins.</summary>
    public static uint Crc(uint crc, ReadOnlySpan<byte> bytes) => Checksum.Finish(Checksum.Append(~crc, bytes));

    /// <inheritdoc/>
    public IEnumerable<ReadOnlyMemory<byte>> Frames()
    {
        // The whole segment is checked before its first frame is handed out: damage must not reach a sink half-way.
        var content = _content ?? ReadFile();
        Verify(content);
        var offset = 0;
        while (offset < Bytes)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(content.AsSpan(offset));
            yield return content.AsMemory(offset + FrameHeaderBytes, length);
            offset += FrameHeaderBytes + length;
        }
    }

    byte[] ReadFile()
    {
        try
        {
            return File.ReadAllBytes(_path!);
        }
        catch (IOException e)
        {
            throw new Core.Diagnostics.ExternalException($"output segment \"{_path}\" cannot be read", Retry.Backoff, SqlState.IoError, e);
        }
    }

    void Verify(byte[] content)
    {
        if (content.Length != TotalBytes
            || BinaryPrimitives.ReadInt64LittleEndian(content.AsSpan((int)Bytes)) != Rows
            || BinaryPrimitives.ReadUInt32LittleEndian(content.AsSpan((int)Bytes + 20)) != Magic
            || Crc(0, content.AsSpan(0, (int)Bytes)) != Crc32c)
        {
            throw new SqlException(SqlState.DataCorrupted, $"output segment of epoch {Epoch}, subtask {Subtask} is damaged",
                "Restore from another checkpoint with -s.", _path is null ? null : $"The file is {_path}.");
        }
    }
}
