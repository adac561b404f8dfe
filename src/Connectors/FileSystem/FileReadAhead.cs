using SqlStream.Core.Columns;
using SqlStream.Core.Connect;

namespace SqlStream.Connectors.FileSystem;

/// <summary>A piece of a file in a pooled buffer; whoever takes it returns the buffer.</summary>
/// <param name="Buffer">The buffer.</param>
/// <param name="Start">Where the bytes begin; before them there is room.</param>
/// <param name="Length">How many there are.</param>
/// <param name="IsLast">The file ends with them.</param>
readonly record struct FileBlock(byte[] Buffer, int Start, int Length, bool IsLast);

/// <summary>Reads a file block by block on edge threads, a little ahead of the decoder.</summary>
sealed class FileReadAhead(string path, long offset, FilePosition? position, SplitReaderContext context) : ReadAhead<FileBlock>("read " + path, context)
{
    /// <summary>Bytes of a buffer.</summary>
    public const int BufferBytes = 1 << 20;

    /// <summary>Room that a block leaves before its bytes, for the rest of the block before.</summary>
    public const int HeadroomBytes = 64 << 10;

    readonly ColumnPool _pool = context.Pool;
    FileContent? _content;
    volatile OpenedFile? _opened;

    /// <summary>What was found when the file was opened; null before it was.</summary>
    public OpenedFile? Opened => _opened;

    protected override FileBlock ReadBlock(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        _content ??= FileContent.Open(path, offset, position, cancellation);
        _opened ??= _content.Opened;
        var buffer = _pool.Rent(BufferBytes);
        try
        {
            var room = buffer.AsSpan(HeadroomBytes, BufferBytes - HeadroomBytes);
            var length = _content.Read(room);
            return new FileBlock(buffer, HeadroomBytes, length, length < room.Length);
        }
        catch (Exception e) when (FileErrors.IsFailure(e))
        {
            _pool.Return(buffer);
            throw FileErrors.Translate(path, e);
        }
    }

    protected override byte[] BufferOf(FileBlock block) => block.Buffer;

    protected override bool IsLast(FileBlock block) => block.IsLast;

    protected override void Close() => _content?.Dispose();
}
