using System.Diagnostics;
using SqlStream.Testing;

namespace SqlStream.EndToEnd.Tests.Rig;

/// <summary>A test that starts the program as another user, and is skipped where that is not possible.</summary>
public sealed class FactIfOtherUserAttribute : FactAttribute
{
    public FactIfOtherUserAttribute()
    {
        if (Environment.UserName != "root")
            Skip = "only root can start a program as another user";
        else if (!ProgramSearch.Exists("setpriv"))
            Skip = "program setpriv is not installed";
    }
}

/// <summary>A test that mounts a small file system, and is skipped with the reason where that is not allowed.</summary>
public sealed class FactIfMountAttribute : FactAttribute
{
    public FactIfMountAttribute()
    {
        if (!SmallDisk.IsPossible(out var reason))
            Skip = reason;
    }
}

/// <summary>A mounted tmpfs of a few megabytes, to have a disk that is really full.</summary>
sealed class SmallDisk : IDisposable
{
    readonly WorkDirectory _mountPoint = new();

    public SmallDisk(int megabytes)
    {
        if (Mount(megabytes, _mountPoint.Path) is { } error)
            Assert.Fail(error);
    }

    public string Path => _mountPoint.Path;

    public static bool IsPossible(out string reason)
    {
        using var probe = new WorkDirectory();
        reason = Mount(1, probe.Path) is { } error ? $"a tmpfs cannot be mounted: {error.Trim()}" : "";
        if (reason.Length == 0)
            Run("umount", probe.Path);
        return reason.Length == 0;
    }

    /// <summary>Takes all the room that is left, with a file that may be deleted.</summary>
    public string Fill()
    {
        var path = System.IO.Path.Combine(Path, "foreign");
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        foreach (var bytes in new[] { 1 << 20, 4096 })
            Fill(file, new byte[bytes]);
        return path;
    }

    public void Dispose()
    {
        Run("umount", "-l", _mountPoint.Path);
        _mountPoint.Dispose();
    }

    static void Fill(FileStream file, byte[] block)
    {
        try
        {
            while (true)
                file.Write(block);
        }
        catch (IOException)
        {
            // Full.
            return;
        }
    }

    static string? Mount(int megabytes, string path) => Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", path);

    static string? Run(string program, params string[] arguments)
    {
        if (!ProgramSearch.Exists(program))
            return $"program {program} is not installed";
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? null : error;
    }
}
