using SqlStream.Core.Diagnostics;
using SqlStream.Engine.Jobs;
using SqlStream.Engine.Sessions;

namespace SqlStream.Engine;

/// <summary>The engine as a .NET program embeds it: sessions that execute SQL, and the jobs that they start.</summary>
/// <remarks>Thread-safe; a session is not. Dispose cancels running jobs, whose checkpoints stay where the data directory was given.</remarks>
public sealed class SqlStreamEngine : IAsyncDisposable
{
    readonly CompositionRoot _root;
    readonly bool _ownsDirectory;

    SqlStreamEngine(CompositionRoot root, string dataDirectory, bool ownsDirectory)
    {
        _root = root;
        _ownsDirectory = ownsDirectory;
        DataDirectory = dataDirectory;
        Jobs = new JobRegistry(root, dataDirectory);
    }

    /// <summary>Where jobs keep state and checkpoints.</summary>
    public string DataDirectory { get; }

    /// <summary>The jobs.</summary>
    public JobRegistry Jobs { get; }

    /// <summary>What keeps the jobs, in a server.</summary>
    internal JobStore? Store { get; set; }

    internal CompositionRoot Root => _root;

    /// <summary>The data directory goes with the engine.</summary>
    internal bool IsTemporary => _ownsDirectory;

    /// <summary>Opens an engine.</summary>
    public static SqlStreamEngine Open(EngineOptions options)
    {
        var owns = options.DataDirectory is null;
        var directory = options.DataDirectory ?? Directory.CreateTempSubdirectory("sqlstream-").FullName;
        try
        {
            Directory.CreateDirectory(directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ExternalException($"data directory \"{directory}\" cannot be made", Retry.Never, SqlState.InsufficientPrivilege, e);
        }
        directory = Path.GetFullPath(directory);
        return new SqlStreamEngine(new CompositionRoot(options, directory), directory, owns);
    }

    /// <summary>A new session with an empty catalog.</summary>
    public Session OpenSession() => new(this);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Jobs.CancelAllAsync().ConfigureAwait(false);
        _root.Dispose();
        if (_ownsDirectory)
            Directory.Delete(DataDirectory, recursive: true);
    }
}
