using System.Buffers;
using System.Buffers.Binary;
using SqlStream.Core.Columns;
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
    ArrayBufferWriter<byte>? _dropped;
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

    /// <summary>All that was given since the job began; null where that is not known or means nothing.</summary>
    public SinkTally? Tally { get; set; }

    /// <summary>What the target holds already: rows up to there are dropped, and must be those that it was given. Needs a <see cref="Tally"/>.</summary>
    public SinkTally? SkipTo { get; set; }

    /// <summary>The sink's table, for messages.</summary>
    public string Table { get; init; } = "";

    /// <summary>Where buffers of dropped rows come from; needed with <see cref="SkipTo"/>.</summary>
    public ColumnPool? Pool { get; init; }

    /// <summary>Bytes in memory since the last seal.</summary>
    public long MemoryBytes => _buffer.WrittenCount;

    /// <summary>Appends a frame with the selected rows of a batch; rows that the target has are left out.</summary>
    public void Append(Batch batch, ISinkEncoder encoder)
    {
        if (SkipTo is { } target && Tally is { } tally && tally.Rows < target.Rows)
            AppendBehind(target, batch, encoder);
        else
            AppendFrame(batch, encoder);
    }

    void AppendFrame(Batch batch, ISinkEncoder encoder)
    {
        if (batch.Rows == 0)
            return;
        var start = _buffer.WrittenCount;
        _buffer.GetSpan(OutputSegment.FrameHeaderBytes);
        _buffer.Advance(OutputSegment.FrameHeaderBytes);
        encoder.Encode(batch, _buffer);
        var length = _buffer.WrittenCount - start - OutputSegment.FrameHeaderBytes;
        Check.That(length <= FrameBytesMax);
        var frame = System.Runtime.InteropServices.MemoryMarshal.AsMemory(_buffer.WrittenMemory).Span[start..];
        BinaryPrimitives.WriteInt32LittleEndian(frame, length);
        BinaryPrimitives.WriteInt32LittleEndian(frame[4..], batch.Rows);
        _rows += batch.Rows;
        Count(batch.Rows, frame[OutputSegment.FrameHeaderBytes..]);
        if (_buffer.WrittenCount > MemoryBytesMax)
            Spill();
    }

    // Drops the rows that the target has, once they are known to be the same, and appends those behind them.
    void AppendBehind(SinkTally target, Batch batch, ISinkEncoder encoder)
    {
        var count = (int)Math.Min(batch.Rows, target.Rows - Tally!.Value.Rows);
        var rows = new int[batch.Rows];
        for (var i = 0; i < rows.Length; i++)
            rows[i] = batch.StoredRow(i);
        _dropped ??= new ArrayBufferWriter<byte>();
        _dropped.ResetWrittenCount();
        var known = batch.Take(rows.AsSpan(0, count), Pool!);
        encoder.Encode(known, _dropped);
        known.Release();
        Count(count, _dropped.WrittenSpan);
        if (Tally.Value.Rows < target.Rows)
            return;
        if (Tally != target)
            throw ExecutionErrors.OtherRowsCameAgain(Table, target.Rows);
        SkipTo = null;
        _dropped = null;
        if (count == rows.Length)
            return;
        var others = batch.Take(rows.AsSpan(count), Pool!);
        AppendFrame(others, encoder);
        others.Release();
    }

    void Count(int rows, ReadOnlySpan<byte> content)
    {
        if (Tally is { } tally)
            Tally = new SinkTally(tally.Rows + rows, OutputSegment.Crc(tally.Crc32c, content));
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
        return OutputSegment.InMemory(epoch, _subtask, _rows, bytes, crc, content, Tally);
    }

    OutputSegment SealFile(Epoch epoch)
    {
        Spill();
        Span<byte> footer = stackalloc byte[OutputSegment.FooterBytes];
        OutputSegment.WriteFooter(footer, _rows, _bytesInFile, _crcOfFile);
        Write(footer);
        _file!.Dispose();
        _file = null;
        var segment = OutputSegment.InFile(epoch, _subtask, _rows, _bytesInFile, _crcOfFile, _path!, Tally);
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
