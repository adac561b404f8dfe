using SqlStream.Core.Diagnostics;
using SqlStream.State.Checkpoints;

namespace SqlStream.Engine;

/// <summary>A directory of the data directory that only its owner may enter: statements there have their secrets.</summary>
sealed class PrivateDirectory
{
    readonly string _path;
    readonly LocalFileStore _files;

    public PrivateDirectory(string path)
    {
        _path = path;
        try
        {
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(path);
            else
                Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ExternalException($"directory \"{path}\" cannot be made", Retry.Never, SqlState.InsufficientPrivilege, e);
        }
        _files = new LocalFileStore(path);
        _files.SyncDirectory("");
    }

    /// <summary>The paths of all files.</summary>
    public IReadOnlyList<string> Paths() => Directory.GetFiles(_path, "*.json");

    /// <summary>Writes a file, whole and durably.</summary>
    public void Put(string name, string content) => _files.Replace(name + ".json", StoredFile.ToBytes(content));

    /// <summary>Takes a file away, durably.</summary>
    public void Remove(string name)
    {
        _files.Delete(name + ".json");
        _files.SyncDirectory("");
    }
}
