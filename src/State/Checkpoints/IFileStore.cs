namespace SqlStream.State.Checkpoints;

/// <summary>Where checkpoints are kept: files by name, with just the operations whose durability can be promised.</summary>
/// <remarks>Names are relative, separated by <c>/</c>, without <c>.</c>, <c>..</c> or empty parts; directories come with
/// the files in them. A failure is an <see cref="Core.Diagnostics.ExternalException"/> with the path and the reason
/// (53100 disk full, 42501 no permission, 58P01 no such file, 58030 anything else). Thread-safe as far as different names go.</remarks>
public interface IFileStore
{
    /// <summary>What a person would call the file: its full path or URL.</summary>
    string Locate(string name);

    /// <summary>Whether the file is there.</summary>
    bool Exists(string name);

    /// <summary>Size in bytes; null where there is no such file.</summary>
    long? Size(string name);

    /// <summary>Writes a file, replacing one of that name. When durable, its bytes are synced; its name is only after
    /// <see cref="SyncDirectory"/>. A write that fails or is interrupted may leave a part.</summary>
    void Write(string name, ReadOnlySpan<byte> content, bool durable);

    /// <summary>The same from a stream.</summary>
    void Write(string name, Stream content, bool durable);

    /// <summary>Makes a whole file appear durably under a name that is free; false, and nothing changed, where it is taken.</summary>
    bool PublishIfAbsent(string name, ReadOnlySpan<byte> content);

    /// <summary>Durably replaces a file: afterwards, also after a crash, it has either the old or the new content.</summary>
    void Replace(string name, ReadOnlySpan<byte> content);

    /// <summary>Opens a file for reading from its start.</summary>
    Stream OpenRead(string name);

    /// <summary>Names of all files below a directory, at any depth, in ordinal order; empty prefix: all. Temporary files of
    /// interrupted writes are listed too.</summary>
    IEnumerable<string> List(string prefix);

    /// <summary>Removes a file if it is there.</summary>
    void Delete(string name);

    /// <summary>Removes a directory with all that is in it, if it is there.</summary>
    void DeleteTree(string name);

    /// <summary>Takes in a local file that does not change any more: a hard link on the same file system, else a copy. Its
    /// bytes are synced; its name is only after <see cref="SyncDirectory"/>. Replaces a file of that name.</summary>
    void ImportFile(string localPath, string name);

    /// <summary>Puts a file at a local path: a hard link on the same file system, else a copy. The result must not be written to.</summary>
    void ExportFile(string name, string localPath);

    /// <summary>Makes the names in a directory durable.</summary>
    void SyncDirectory(string name);
}
