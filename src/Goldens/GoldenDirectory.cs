namespace SqlStream.Goldens;

/// <summary>A directory of a run, which goes with it: in memory, where the system has a place for that, for nothing of it is to last.</summary>
sealed class GoldenDirectory : IDisposable
{
    const string SharedMemory = "/dev/shm";

    /// <summary>Its path.</summary>
    public string Path { get; } = Directory.Exists(SharedMemory)
        ? Directory.CreateDirectory(System.IO.Path.Combine(SharedMemory, "sqlstream-test-" + System.IO.Path.GetRandomFileName())).FullName
        : Directory.CreateTempSubdirectory("sqlstream-test-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
