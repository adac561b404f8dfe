using System.Globalization;
using SqlStream.Connectors.Formats;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Rows;

namespace SqlStream.Connectors.FileSystem;

/// <summary>Reads the records that begin in a range of a file, wherever they end.</summary>
/// <remarks>A range that does not begin at the beginning of the file begins behind the first line end at or after the
/// byte before it: the reader of the range before reads the record that reaches over the border. So ranges may be cut
/// anywhere.</remarks>
sealed class FileSplitReader : ISplitReader
{
    const int BatchBytesMax = 16 << 20;
    const int RawBytesMax = 64 << 10;

    static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    readonly SplitReaderContext _context;
    readonly FileSplit _split;
    readonly IRowDecoder _decoder;
    readonly FileReadAhead _blocks;
    readonly BatchBuilder _rows;
    readonly TailBytes _tail = new();
    readonly FilePosition? _restored;
    readonly int _recordBytesMax;
    readonly bool _skipsFirst;
    readonly FileColumns? _ofFile;
    byte[]? _buffer;
    int _start;
    int _end;
    int _absorbed;
    long _offset;
    long _line;
    bool _lastBlock;
    bool _skipping;
    bool _atFileStart;
    bool _ended;

    public FileSplitReader(
        SplitReaderContext context, FileSplit split, FilePosition? position, IRowDecoder decoder, BatchBuilder rows,
        int recordBytesMax, bool skipsFirst, FileColumns? ofFile = null)
    {
        _context = context;
        _split = split;
        _restored = position;
        _decoder = decoder;
        _rows = rows;
        _recordBytesMax = recordBytesMax;
        _skipsFirst = skipsFirst;
        _ofFile = ofFile;
        if (position is { } known)
            (_offset, _line, _skipping) = (known.Offset, known.Line, known.Skipping);
        else if (split.Start > 0)
            (_offset, _line, _skipping) = (split.Start - 1, -1, true);
        // Only the byte order mark can lie before an offset within the first line.
        _atFileStart = _line == 0 && _offset <= ByteOrderMark.Length;
        _blocks = new FileReadAhead(split.Path, _offset, position, context);
    }

    /// <inheritdoc/>
    public string Position
    {
        get
        {
            if (_blocks.Opened is not { } opened)
                return _restored?.ToJson() ?? "null";
            Absorb();
            return new FilePosition(
                _split.Path, _offset, opened.Status.Size, opened.Status.ModifiedNanos, opened.Status.Inode,
                opened.HeadBytes, opened.HeadCrc, _tail.Crc, _line, _skipping).ToJson();
        }
    }

    /// <inheritdoc/>
    public double? Share
    {
        get
        {
            // Offsets in a compressed file count what comes out of it.
            if (_blocks.Opened is not { } opened || FileContent.IsCompressed(_split.Path))
                return _ended ? 1 : null;
            var all = (_split.End ?? opened.Status.Size) - _split.Start;
            return all <= 0 ? 1 : Math.Clamp((_offset - _split.Start) / (double)all, 0, 1);
        }
    }

    /// <inheritdoc/>
    public ReadStatus Read(out Batch? batch)
    {
        batch = null;
        if (_ended)
            return ReadStatus.End;
        var from = _offset;
        var records = 0;
        while (true)
        {
            var wantsMore = DecodeBuffered(from, ref records);
            if (wantsMore && !_lastBlock && TakeBlock())
                continue;
            _ended = _ended || (wantsMore && _lastBlock);
            break;
        }
        if (_offset > from)
        {
            batch = _rows.Build();
            if (_ofFile is not null)
                batch = _ofFile.Add(batch, _blocks.Opened!.Status, _context.Pool);
            return ReadStatus.Batch;
        }
        return _ended ? ReadStatus.End : ReadStatus.Waiting;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _blocks.Dispose();
        _rows.Dispose();
        if (_buffer is not null)
            _context.Pool.Return(_buffer);
        _buffer = null;
    }

    // True if the buffer holds no whole record any more; false if the batch or the range is full.
    bool DecodeBuffered(long from, ref int records)
    {
        if (_atFileStart && _buffer is not null)
            PassByteOrderMark();
        // A record may hold several rows.
        while (records < _context.BatchRows && _rows.Rows < _context.BatchRows && _offset - from < BatchBytesMax)
        {
            if (_offset >= _split.End)
            {
                _ended = true;
                return false;
            }
            var available = _buffer.AsSpan(_start, _end - _start);
            if (available.IsEmpty)
                return true;
            if (_skipping)
            {
                Skip(available);
                continue;
            }
            var length = _decoder.FindRecordEnd(available, _lastBlock);
            if (length < 0 && available.Length <= _recordBytesMax)
            {
                Check.That(!_lastBlock);
                return true;
            }
            records++;
            if (length < 0 || length > _recordBytesMax)
                RejectLong(available, length);
            else
                Decode(available[..length]);
        }
        return false;
    }

    void Decode(ReadOnlySpan<byte> record)
    {
        if (_atFileStart && _skipsFirst)
            _atFileStart = false;
        else if (_decoder.Decode(record, _rows) is { } problem)
            _context.BadRows.Handle(record, PositionText(), problem);
        _atFileStart = false;
        if (_line >= 0)
            _line += record.Count((byte)'\n');
        Advance(record.Length);
    }

    // A record of which only the beginning is here is passed over up to the end of its line.
    void RejectLong(ReadOnlySpan<byte> available, int length)
    {
        var record = length > 0 ? available[..length] : available;
        _context.BadRows.Handle(record[..Math.Min(record.Length, RawBytesMax)], PositionText(), FormatMessages.TooLong(_recordBytesMax));
        _atFileStart = false;
        if (length > 0)
        {
            if (_line >= 0)
                _line += available[..length].Count((byte)'\n');
            Advance(length);
            return;
        }
        _skipping = true;
        Skip(available);
    }

    void Skip(ReadOnlySpan<byte> available)
    {
        var end = available.IndexOf((byte)'\n');
        _skipping = end < 0;
        if (end >= 0 && _line >= 0)
            _line++;
        Advance(end < 0 ? available.Length : end + 1);
    }

    void PassByteOrderMark()
    {
        if (_offset == 0 && _buffer.AsSpan(_start, _end - _start).StartsWith(ByteOrderMark))
            Advance(ByteOrderMark.Length);
    }

    void Advance(int bytes)
    {
        _start += bytes;
        _offset += bytes;
    }

    bool TakeBlock()
    {
        if (!_blocks.TryTake(out var block))
            return false;
        if (_buffer is null)
            Open(block);
        else
            Join(block);
        _lastBlock = block.IsLast;
        return true;
    }

    void Open(FileBlock block)
    {
        var opened = _blocks.Opened!;
        if (_restored is null && _split.End > opened.Status.Size && !FileContent.IsCompressed(_split.Path))
        {
            _context.Pool.Return(block.Buffer);
            throw FileErrors.Truncated(_split.Path, opened.Status.Size, _split.End.Value);
        }
        _tail.Append(opened.Tail);
        (_buffer, _start, _end) = (block.Buffer, block.Start, block.Start + block.Length);
        _absorbed = _start;
    }

    // The rest of the buffer and the block become one piece: the rest moves into the room before the block, or, if it
    // is long, the block moves behind the rest.
    void Join(FileBlock block)
    {
        Absorb();
        var rest = _end - _start;
        if (rest <= block.Start)
        {
            _buffer.AsSpan(_start, rest).CopyTo(block.Buffer.AsSpan(block.Start - rest));
            _context.Pool.Return(_buffer!);
            (_buffer, _start, _end) = (block.Buffer, block.Start - rest, block.Start + block.Length);
            _absorbed = _start;
            return;
        }
        if (_end + block.Length > _buffer!.Length)
        {
            var larger = _context.Pool.Rent((rest * 2) + block.Length);
            _buffer.AsSpan(_start, rest).CopyTo(larger);
            _context.Pool.Return(_buffer);
            (_buffer, _start, _end) = (larger, 0, rest);
            _absorbed = 0;
        }
        block.Buffer.AsSpan(block.Start, block.Length).CopyTo(_buffer.AsSpan(_end));
        _end += block.Length;
        _context.Pool.Return(block.Buffer);
    }

    void Absorb()
    {
        if (_buffer is null)
            return;
        _tail.Append(_buffer.AsSpan(_absorbed, _start - _absorbed));
        _absorbed = _start;
    }

    string PositionText() => _line >= 0
        ? string.Create(CultureInfo.InvariantCulture, $"{_split.Path}:{_line + 1} (byte {_offset})")
        : string.Create(CultureInfo.InvariantCulture, $"{_split.Path} (byte {_offset})");
}
