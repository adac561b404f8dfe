using System.Runtime.InteropServices;
using ExternalException = SqlStream.Core.Diagnostics.ExternalException;

namespace SqlStream.State;

/// <summary>Local file operations whose failures are <see cref="ExternalException"/>s that name the path and the reason.</summary>
static class LocalDisk
{
    const int HResultErrno = unchecked((int)0xFFFF0000);

    /// <summary>Runs an action on a path and translates what the framework throws.</summary>
    public static T Guard<T>(string path, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Translate(path, e);
        }
    }

    /// <inheritdoc cref="Guard{T}"/>
    public static void Guard(string path, Action action) => Guard(path, () =>
    {
        action();
        return true;
    });

    /// <summary>What an exception of the framework about a path means.</summary>
    public static ExternalException Translate(string path, Exception e) => e switch
    {
        FileNotFoundException or DirectoryNotFoundException => StateErrors.FileFailed(path, Posix.NoEntry, e),
        UnauthorizedAccessException => StateErrors.FileFailed(path, Posix.AccessDenied, e),
        _ => StateErrors.FileFailed(path, Errno(e.HResult), e),
    };

    /// <summary>Makes the bytes of a file durable. A failed sync is never repeated: the kernel may have dropped the pages.</summary>
    public static void SyncFile(string path) => Sync(path);

    /// <summary>Makes the names in a directory durable.</summary>
    public static void SyncDirectory(string path) => Sync(path);

    /// <summary>Creates a directory and the missing ones above it, durably.</summary>
    public static void CreateDirectoryDurably(string path)
    {
        if (Directory.Exists(path))
            return;
        var parent = Path.GetDirectoryName(path);
        if (!string.IsNullOrEmpty(parent))
            CreateDirectoryDurably(parent);
        Guard(path, () => Directory.CreateDirectory(path));
        SyncDirectory(string.IsNullOrEmpty(parent) ? "." : parent);
    }

    /// <summary>Makes a hard link; false where the file systems differ or cannot link.</summary>
    public static bool TryLink(string existing, string link)
    {
        if (Posix.Link(existing, link) == 0)
            return true;
        var errno = Marshal.GetLastPInvokeError();
        if (errno is Posix.CrossDevice or Posix.TooManyLinks or Posix.NotPermitted or Posix.NotSupported or Posix.NotImplemented)
            return false;
        throw StateErrors.FileFailed(errno == Posix.NoEntry ? existing : link, errno);
    }

    /// <summary>Renames, replacing the target.</summary>
    public static void Rename(string from, string to)
    {
        if (Posix.Rename(from, to) != 0)
            throw StateErrors.FileFailed(to, Marshal.GetLastPInvokeError());
    }

    /// <summary>Renames unless the target exists; false where it does.</summary>
    public static bool TryRenameNew(string from, string to)
    {
        if (Posix.RenameAt2(Posix.CurrentDirectory, from, Posix.CurrentDirectory, to, Posix.RenameNoReplace) == 0)
            return true;
        var errno = Marshal.GetLastPInvokeError();
        if (errno == Posix.Exists)
            return false;
        if (errno is not (Posix.InvalidArgument or Posix.NotImplemented))
            throw StateErrors.FileFailed(to, errno);
        // The file system has no rename without replacing; a hard link refuses an existing target just as well.
        if (Posix.Link(from, to) == 0)
        {
            File.Delete(from);
            return true;
        }
        errno = Marshal.GetLastPInvokeError();
        return errno == Posix.Exists ? false : throw StateErrors.FileFailed(to, errno);
    }

    /// <summary>Free and total bytes of the file system that holds an existing directory.</summary>
    public static (long Free, long Total) Space(string directory)
    {
        var drive = new DriveInfo(directory);
        return (drive.AvailableFreeSpace, drive.TotalSize);
    }

    static void Sync(string path)
    {
        const int closeOnExec = 0x80000;
        var descriptor = Posix.Open(path, closeOnExec, 0);
        if (descriptor < 0)
            throw StateErrors.FileFailed(path, Marshal.GetLastPInvokeError());
        try
        {
            if (Posix.Fsync(descriptor) != 0)
                throw StateErrors.FileFailed(path, Marshal.GetLastPInvokeError());
        }
        finally
        {
            _ = Posix.Close(descriptor);
        }
    }

    // On Unix the framework stores the error number in HResult; its own codes have a facility in the upper half.
    static int Errno(int hresult) => (hresult & HResultErrno) == 0 ? hresult : 0;
}
