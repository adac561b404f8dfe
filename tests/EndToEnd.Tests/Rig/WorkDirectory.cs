using SqlStream.EndToEnd.Tests.Crash;

namespace SqlStream.EndToEnd.Tests.Rig;

/// <summary>A directory for one test, deleted on Dispose. In memory where that is possible: ending a process loses nothing
/// that it wrote, so what these tests find out does not depend on the disk, and they need not wait for it.</summary>
sealed class WorkDirectory : ICrashOutput, IDisposable
{
    const string SharedMemory = "/dev/shm";

    public WorkDirectory()
    {
        Path = Directory.Exists(SharedMemory)
            ? Directory.CreateDirectory(System.IO.Path.Combine(SharedMemory, "sqlstream-" + System.IO.Path.GetRandomFileName())).FullName
            : Directory.CreateTempSubdirectory("sqlstream-").FullName;
    }

    /// <summary>Its path.</summary>
    public string Path { get; }

    /// <summary>A path in it.</summary>
    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>Writes a file, with its directories, and returns its path.</summary>
    public string Write(string name, string content)
    {
        var path = this[name];
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return path;
    }

    /// <summary>The lines of the files that readers see in a directory, in the order in which a sink wrote them.</summary>
    public IReadOnlyList<string> Lines(string name) => [.. VisibleFiles(name).SelectMany(File.ReadLines)];

    /// <summary>The files that readers see, those of partitions too, in the order in which a sink wrote them.</summary>
    public IReadOnlyList<string> VisibleFiles(string name) => !Directory.Exists(this[name])
        ? []
        : [.. Directory.EnumerateFiles(this[name], "*", SearchOption.AllDirectories)
            .Where(path => System.IO.Path.GetRelativePath(this[name], path).Split('/').All(part => part[0] is not ('.' or '_')))
            .OrderBy(Number(1)).ThenBy(Number(2)).ThenBy(path => path, StringComparer.Ordinal)];

    /// <summary>The socket in a data directory by which its process is asked.</summary>
    public const string SocketName = "control.sock";

    /// <summary>Copies all files, hidden ones too, into another directory; the socket that a killed process leaves is none.</summary>
    public void CopyTo(WorkDirectory other)
    {
        foreach (var file in Directory.EnumerateFiles(Path, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None }))
        {
            if (System.IO.Path.GetFileName(file) == SocketName)
                continue;
            var target = other[System.IO.Path.GetRelativePath(Path, file)];
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    /// <summary>The highest number of a checkpoint below the data directory; 0 if there is none.</summary>
    public int NewestCheckpoint() => !Directory.Exists(this["data/checkpoints"])
        ? 0
        : Directory.EnumerateFiles(this["data/checkpoints"], "manifest.json", SearchOption.AllDirectories)
            .Select(path => System.IO.Path.GetFileName(System.IO.Path.GetDirectoryName(path))!)
            .Select(name => int.Parse(name.AsSpan("chk-".Length), System.Globalization.CultureInfo.InvariantCulture))
            .DefaultIfEmpty(0)
            .Max();

    public void Dispose() => Directory.Delete(Path, recursive: true);

    // part-<epoch>-<number>-...
    static Func<string, long> Number(int part) => path =>
        System.IO.Path.GetFileName(path).Split('-') is { Length: > 2 } parts && long.TryParse(parts[part], out var number) ? number : 0;
}
