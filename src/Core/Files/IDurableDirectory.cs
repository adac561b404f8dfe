namespace SqlStream.Core.Files;

/// <summary>A directory with the few operations that durable protocols are made of. Names are relative and may hold
/// <c>/</c>; parent directories are made as needed. Failures are <see cref="Diagnostics.ExternalException"/>s.</summary>
/// <remarks>Tests put a simulated disk behind it that loses what was not synced.</remarks>
public interface IDurableDirectory
{
    /// <summary>The path for messages.</summary>
    string Path { get; }

    /// <summary>True if the file exists.</summary>
    bool Exists(string name);

    /// <summary>The length of a file, or null if it does not exist.</summary>
    long? Length(string name);

    /// <summary>The names of the files of the directory and its subdirectories that begin with the prefix, sorted.</summary>
    IReadOnlyList<string> List(string prefix);

    /// <summary>The whole content, or null if the file does not exist.</summary>
    byte[]? Read(string name);

    /// <summary>Opens a file for appending, made if absent, cut to <paramref name="length"/> bytes.</summary>
    IAppendFile OpenAppend(string name, long length);

    /// <summary>Writes a file whole and durably: temporary file, sync, rename over the old one, sync of the directory.</summary>
    void Replace(string name, ReadOnlySpan<byte> content);

    /// <summary>Renames durably without replacing; false if the new name is taken. The directory is synced.</summary>
    bool Rename(string from, string to);

    /// <summary>Deletes a file if it exists.</summary>
    void Delete(string name);

    /// <summary>Deletes files that exist, durably: once this has returned they do not come back.</summary>
    void Delete(IReadOnlyList<string> names);
}

/// <summary>A file that is appended to.</summary>
public interface IAppendFile : IDisposable
{
    /// <summary>Bytes written, synced or not.</summary>
    long Length { get; }

    /// <summary>Appends.</summary>
    void Append(ReadOnlySpan<byte> bytes);

    /// <summary>Makes everything appended durable, the file's directory entry too. After a failure the file must not be used again.</summary>
    void Sync();
}
