namespace SqlStream.Broker.Tests.Support;

/// <summary>A directory that is gone after the test.</summary>
sealed class TempDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("sqlstream-broker-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
