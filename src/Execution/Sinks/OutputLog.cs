using System.Buffers;
using System.Buffers.Binary;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Rows;
using SqlStream.Core.Time;

namespace SqlStream.Execution.Sinks;

/// <summary>Collects the encoded rows of one sink subtask and epoch. Small output stays in memory, larger output goes to a local file.</summary>
/// <remarks>Mailbox thread only.</remarks>
sealed class OutputLog : IDisposable
{
    const int MemoryBytesMax = 8 << 20;
    const int FrameBytesMax = 1 << 30;

    readonly string _directory;
    readonly string _name;
    readonly int _subtask;
    readonly ArrayBufferWriter<byte> _buffer = new(64 << 10);
    FileStream? _file;
    string? _path;
    long _rows;
    long _bytesInFile;
    uint _crcOfFile;
    int _files;

    /// <param name="directory">Where large segments go; made when needed.</param>
    /// <param name="name">Name of the sink, for the file name.</param>
    /// <param name="subtask">The sink subtask.</param>
    public OutputLog(string directory, string name, int subtask)
    {
        _directory = directory;
        _name = name;
        _subtask = subtask;
    }

    /// <summary>Rows since the last seal.</summary>
    public long Rows => _rows;

    /// <summary>Bytes in memory since the last seal.</summary>
    public long MemoryBytes => _buffer.WrittenCount;

    /// <summary>Appends a frame with the selected rows of a batch.</summary>
    public void Append(Batch batch, ISinkEncoder encoder)
    {
        if (batch.Rows == 0)
            return;
        var start = _buffer.WrittenCount;
        _buffer.GetSpan(OutputSegment.FrameHeaderBytes);
        _buffer.Advance(OutputSegment.FrameHeaderBytes);
        encoder.Encode(batch, _buffer);
        var length = _buffer.WrittenCount - start - OutputSegment.FrameHeaderBytes;
        Check.That(length <= FrameBytesMax);
        var header = System.Runtime.InteropServices.MemoryMarshal.AsMemory(_buffer.WrittenMemory).Span[start..];
        BinaryPrimitives.WriteInt32LittleEndian(header, length);
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], batch.Rows);
        _rows += batch.Rows;
        if (_buffer.WrittenCount > MemoryBytesMax)
            Spill();
    }

    /// <summary>Seals what was appended since the last seal, or returns null if there is nothing.</summary>
    public OutputSegment? Seal(Epoch epoch)
    {
        if (_rows == 0)
            return null;
        var segment = _file is null ? SealInMemory(epoch) : SealFile(epoch);
        _rows = 0;
        return segment;
    }

    /// <inheritdoc/>
    public void Dispose() => _file?.Dispose();

    OutputSegment SealInMemory(Epoch epoch)
    {
        var bytes = _buffer.WrittenCount;
        var content = new byte[bytes + OutputSegment.FooterBytes];
        _buffer.WrittenSpan.CopyTo(content);
        var crc = OutputSegment.Crc(0, _buffer.WrittenSpan);
        OutputSegment.WriteFooter(content.AsSpan(bytes), _rows, bytes, crc);
        _buffer.ResetWrittenCount();
        return OutputSegment.InMemory(epoch, _subtask, _rows, bytes, crc, content);
    }

    OutputSegment SealFile(Epoch epoch)
    {
        Spill();
        Span<byte> footer = stackalloc byte[OutputSegment.FooterBytes];
        OutputSegment.WriteFooter(footer, _rows, _bytesInFile, _crcOfFile);
        Write(footer);
        _file!.Dispose();
        _file = null;
        var segment = OutputSegment.InFile(epoch, _subtask, _rows, _bytesInFile, _crcOfFile, _path!);
        _bytesInFile = 0;
        _crcOfFile = 0;
        return segment;
    }

    void Spill()
    {
        _crcOfFile = OutputSegment.Crc(_crcOfFile, _buffer.WrittenSpan);
        Write(_buffer.WrittenSpan);
        _bytesInFile += _buffer.WrittenCount;
        _buffer.ResetWrittenCount();
    }

    void Write(ReadOnlySpan<byte> bytes)
    {
        try
        {
            if (_file is null)
            {
                Directory.CreateDirectory(_directory);
                _path = System.IO.Path.Combine(_directory, $"{_name}-{_subtask}-{_files++}.segment");
                _file = new FileStream(_path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
            }
            _file.Write(bytes);
        }
        catch (IOException e)
        {
            throw new ExternalException($"output log \"{_path}\" cannot be written", Retry.Backoff, SqlState.IoError, e);
        }
    }
}
