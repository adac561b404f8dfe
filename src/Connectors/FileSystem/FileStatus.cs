using System.Buffers.Binary;
using System.Runtime.InteropServices;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Connectors.FileSystem;

/// <summary>What kind of thing a path leads to.</summary>
enum FileKind
{
    Regular,
    Directory,
    Other,
}

/// <summary>What the file system says about a path, symbolic links followed.</summary>
/// <param name="Kind">File, directory or something else, such as a pipe or a device.</param>
/// <param name="Size">Bytes.</param>
/// <param name="ModifiedNanos">Time of the last change, nanoseconds since 1970.</param>
/// <param name="Inode">Identity of the file within its file system.</param>
readonly partial record struct FileStatus(FileKind Kind, long Size, long ModifiedNanos, long Inode)
{
    const int CurrentDirectory = -100;
    const uint BasicStats = 0x7FF;

    /// <summary>The status of a path; raises the error of a path that is not there or not accessible.</summary>
    public static FileStatus Of(string path)
    {
        // The layout of struct statx is the same on every processor; that of struct stat is not.
        Span<byte> status = stackalloc byte[256];
        if (Statx(CurrentDirectory, path, 0, BasicStats, ref MemoryMarshal.GetReference(status)) != 0)
            throw FileErrors.Failed(path, Marshal.GetLastPInvokeError());
        var kind = (BinaryPrimitives.ReadUInt16LittleEndian(status[28..]) & 0xF000) switch
        {
            0x8000 => FileKind.Regular,
            0x4000 => FileKind.Directory,
            _ => FileKind.Other,
        };
        var seconds = BinaryPrimitives.ReadInt64LittleEndian(status[112..]);
        var nanos = BinaryPrimitives.ReadUInt32LittleEndian(status[120..]);
        Check.That(BitConverter.IsLittleEndian);
        return new FileStatus(
            kind, BinaryPrimitives.ReadInt64LittleEndian(status[40..]), (seconds * 1_000_000_000) + nanos,
            BinaryPrimitives.ReadInt64LittleEndian(status[32..]));
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int directory, string path, int flags, uint mask, ref byte status);
}
