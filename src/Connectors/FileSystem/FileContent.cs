using System.IO.Compression;

namespace SqlStream.Connectors.FileSystem;

/// <summary>What was found when a file was opened.</summary>
/// <param name="Status">What the file system says.</param>
/// <param name="HeadBytes">How many bytes <paramref name="HeadCrc"/> covers.</param>
/// <param name="HeadCrc">CRC32C of the first bytes.</param>
/// <param name="Tail">The last bytes before the position, up to 64.</param>
sealed record OpenedFile(FileStatus Status, int HeadBytes, uint HeadCrc, byte[] Tail);

/// <summary>The bytes of a file from an offset on, decompressed where the name says that it is compressed. Edge
/// threads only; blocks.</summary>
sealed class FileContent : IDisposable
{
    static readonly string[] _gzip = [".gz", ".gzip"];
    static readonly string[] _otherCompressions = [".bz2", ".xz", ".zst", ".zstd", ".deflate", ".lz4", ".snappy",
        ".zip", ".br"];

    readonly string _path;
    readonly Stream _stream;

    FileContent(string path, Stream stream, OpenedFile opened)
    {
        _path = path;
        _stream = stream;
        Opened = opened;
    }

    /// <summary>What was found.</summary>
    public OpenedFile Opened { get; }

    /// <summary>True if the file must be read from its beginning to its end.</summary>
    public static bool IsCompressed(string path) => HasExtension(path, _gzip);

    /// <summary>0A000 for compressions that are not supported, so that they are not taken for rows.</summary>
    public static void EnsureReadable(string path)
    {
        if (HasExtension(path, _otherCompressions))
            throw FileErrors.CompressionNotSupported(path, Path.GetExtension(path));
    }

    /// <summary>Opens the file at an offset and checks that what lies before it is what a position says.</summary>
    public static FileContent Open(string path, long offset, FilePosition? position, CancellationToken cancellation)
    {
        Stream? stream = null;
        try
        {
            var status = FileStatus.Of(path);
            if (status.Kind != FileKind.Regular)
                throw FileErrors.NotRegular(path);
            stream = OpenStream(path);
            if (stream.CanSeek && status.Size < offset)
                throw FileErrors.Truncated(path, status.Size, offset);
            if (position is { } before && status.Size < before.Size)
                throw FileErrors.Truncated(path, status.Size, before.Size);
            var head = ReadHead(stream, path, offset, position);
            if (!stream.CanSeek)
            {
                stream.Dispose();
                stream = OpenStream(path);
            }
            var tail = stream.CanSeek ? SeekTail(stream, offset) : SkipTo(stream, path, offset, cancellation);
            if (position is { } expected && FilePosition.Crc(tail) != expected.TailCrc)
                throw FileErrors.Replaced(path, offset);
            var content = new FileContent(path, stream, new OpenedFile(status, head.Bytes, head.Crc, tail));
            stream = null;
            return content;
        }
        catch (Exception e) when (FileErrors.IsFailure(e))
        {
            throw FileErrors.Translate(path, e);
        }
        finally
        {
            stream?.Dispose();
        }
    }

    /// <summary>Fills the buffer; less only at the end of the file, which must not come before the end that was found when it was opened.</summary>
    public int Read(Span<byte> buffer)
    {
        var read = _stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        if (read < buffer.Length && _stream.CanSeek && _stream.Position < Opened.Status.Size)
            throw FileErrors.Truncated(_path, _stream.Length, Opened.Status.Size);
        return read;
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    static Stream OpenStream(string path)
    {
        var file = new FileStream(
            path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
        return IsCompressed(path) ? new GZipStream(file, CompressionMode.Decompress) : file;
    }

    static (int Bytes, uint Crc) ReadHead(Stream stream, string path, long offset, FilePosition? position)
    {
        var head = new byte[position?.HeadBytes ?? FilePosition.HeadBytesMax];
        var bytes = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        var crc = FilePosition.Crc(head.AsSpan(0, bytes));
        if (position is { } known && (bytes != known.HeadBytes || crc != known.HeadCrc))
            throw FileErrors.Replaced(path, offset);
        return (bytes, crc);
    }

    static byte[] SeekTail(Stream stream, long offset)
    {
        var tail = new byte[Math.Min(offset, FilePosition.TailBytesMax)];
        stream.Position = offset - tail.Length;
        stream.ReadExactly(tail);
        return tail;
    }

    static byte[] SkipTo(Stream stream, string path, long offset, CancellationToken cancellation)
    {
        var tail = new TailBytes();
        var buffer = new byte[128 << 10];
        for (var left = offset; left > 0;)
        {
            cancellation.ThrowIfCancellationRequested();
            var read = stream.Read(buffer, 0, (int)Math.Min(left, buffer.Length));
            if (read == 0)
                throw FileErrors.Truncated(path, offset - left, offset);
            tail.Append(buffer.AsSpan(0, read));
            left -= read;
        }
        return tail.ToArray();
    }

    static bool HasExtension(string path, string[] extensions) =>
        extensions.Any(extension => path.EndsWith(extension, StringComparison.OrdinalIgnoreCase));
}
