namespace SqlStream.Goldens;

/// <summary>A directory of a run, which goes with it.</summary>
sealed class GoldenDirectory : IDisposable
{
    /// <summary>Its path.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("sqlstream-test-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
