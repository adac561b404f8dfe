using System.Diagnostics;
using SqlStream.Testing;

namespace SqlStream.State.Tests;

/// <summary>A mounted tmpfs of a few megabytes, to have a disk that is really full.</summary>
sealed class SmallDisk : IDisposable
{
    readonly TemporaryDirectory _mountPoint = new();

    public SmallDisk(int megabytes)
    {
        if (Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", _mountPoint.Path) is { } error)
            Assert.Fail(error);
    }

    public string Path => _mountPoint.Path;

    public static bool IsPossible(out string reason)
    {
        using var probe = new TemporaryDirectory();
        reason = Run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", probe.Path) ?? "";
        if (reason.Length == 0)
            Run("umount", probe.Path);
        else
            reason = $"a tmpfs cannot be mounted: {reason.Trim()}";
        return reason.Length == 0;
    }

    public void Dispose()
    {
        Run("umount", "-l", _mountPoint.Path);
        _mountPoint.Dispose();
    }

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
