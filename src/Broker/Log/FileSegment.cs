using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace SqlStream.Broker.Log;

/// <summary>A segment in a file that is only ever appended to. What was written survives the process, since it is with the operating system;
/// it is not synced, so it need not survive the machine.</summary>
sealed class FileSegment : Segment
{
    const string Extension = ".log";
    readonly SafeFileHandle _file;
    readonly string _path;

    FileSegment(string path, long baseOffset, FileMode mode) : base(baseOffset)
    {
        _path = path;
        try
        {
            _file = File.OpenHandle(path, mode, FileAccess.ReadWrite, FileShare.Read);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw BrokerErrors.DataNotWritable(path, e);
        }
    }

    public static FileSegment Create(string directory, long baseOffset) =>
        new(Path.Combine(directory, NameOf(baseOffset)), baseOffset, FileMode.Create);

    /// <summary>The base offsets of the segments of a directory, in order.</summary>
    public static IReadOnlyList<long> Find(string directory) =>
        [.. Directory.EnumerateFiles(directory, "*" + Extension)
            .Select(path => long.Parse(Path.GetFileNameWithoutExtension(path), CultureInfo.InvariantCulture))
            .Order()];

    /// <summary>Opens a segment that a process left behind, and tells every whole batch to <paramref name="found"/>.</summary>
    /// <param name="directory">The directory of the partition.</param>
    /// <param name="baseOffset">The first offset that may be in it.</param>
    /// <param name="isLast">Whether a process may have died while it wrote here: then a damaged end is cut off; elsewhere it is an error.</param>
    /// <param name="found">Gets each batch, head and bytes.</param>
    public static FileSegment Recover(string directory, long baseOffset, bool isLast, BatchVisitor found)
    {
        var segment = new FileSegment(Path.Combine(directory, NameOf(baseOffset)), baseOffset, FileMode.Open);
        try
        {
            segment.Scan(isLast, found);
            return segment;
        }
        catch
        {
            segment.Dispose();
            throw;
        }
    }

    public override void Read(int position, Span<byte> target)
    {
        while (target.Length > 0)
        {
            var count = RandomAccess.Read(_file, target, position);
            if (count == 0)
            {
                // Reading a head near the end asks for more than there may be.
                target.Clear();
                return;
            }
            target = target[count..];
            position += count;
        }
    }

    public override void Delete()
    {
        Dispose();
        File.Delete(_path);
    }

    public override void Dispose() => _file.Dispose();

    protected override void AppendBytes(int position, ReadOnlySpan<byte> bytes)
    {
        try
        {
            RandomAccess.Write(_file, bytes, position);
        }
        catch (IOException e)
        {
            throw BrokerErrors.DataNotWritable(_path, e);
        }
    }

    protected override void TruncateBytes(int position) => RandomAccess.SetLength(_file, position);

    void Scan(bool isLast, BatchVisitor found)
    {
        var length = RandomAccess.GetLength(_file);
        var buffer = new byte[64 * 1024];
        var next = BaseOffset;
        while (Size < length)
        {
            var head = buffer.AsSpan(0, (int)Math.Min(BatchHeader.Size, length - Size));
            Read(Size, head);
            var bytes = head.Length < BatchHeader.Size ? 0 : BatchHeader.Read(head).TotalBytes;
            if (bytes < BatchHeader.Size || bytes > length - Size)
                break;
            if (buffer.Length < bytes)
                buffer = new byte[bytes];
            var batch = buffer.AsSpan(0, bytes);
            Read(Size, batch);
            if (!BatchHeader.TryReadWhole(batch, out var header) || header.BaseOffset < next)
                break;
            found(header, batch);
            Note(header, bytes);
            next = header.LastOffset + 1;
        }
        if (Size == length)
            return;
        if (!isLast)
            throw BrokerErrors.DataNotReadable(_path, $"the batch at byte {Size} is damaged");
        RandomAccess.SetLength(_file, Size);
    }

    static string NameOf(long baseOffset) => baseOffset.ToString("D20", CultureInfo.InvariantCulture) + Extension;
}

/// <summary>Gets one batch.</summary>
delegate void BatchVisitor(in BatchHeader header, ReadOnlySpan<byte> batch);
