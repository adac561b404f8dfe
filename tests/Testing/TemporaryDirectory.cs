namespace SqlStream.Testing;

/// <summary>A fresh directory below the system's temporary one, deleted with all content on Dispose.</summary>
public sealed class TemporaryDirectory : IDisposable
{
    /// <summary>Its path.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("sqlstream-").FullName;

    /// <summary>A path in it.</summary>
    public string this[string name] => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
