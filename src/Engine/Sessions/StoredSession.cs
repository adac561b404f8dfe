using System.Text.Json;
using System.Text.Json.Serialization;
using SqlStream.Core.Diagnostics;
using SqlStream.Engine.Catalogs;

namespace SqlStream.Engine.Sessions;

/// <summary>A session in a form that can be kept: its settings, and what of its catalogs no directory keeps.</summary>
public sealed record StoredSession
{
    /// <summary>Its name among the sessions of a server.</summary>
    public required string Id { get; init; }

    /// <summary>What its user calls it; may be empty.</summary>
    public required string Name { get; init; }

    /// <summary>When it was opened.</summary>
    public required DateTimeOffset OpenedAt { get; init; }

    /// <summary>What was set.</summary>
    public required IReadOnlyDictionary<string, string> Settings { get; init; }

    /// <summary>Its catalogs.</summary>
    [JsonInclude]
    internal StoredSnapshot? Catalog { get; init; }
}

/// <summary>Keeps sessions in <c>sessions/</c> of a data directory. Thread-safe.</summary>
public sealed class SessionFiles
{
    /// <summary>The directory of the files.</summary>
    public const string DirectoryName = "sessions";

    readonly PrivateDirectory _files;

    /// <summary>The files of a data directory.</summary>
    public SessionFiles(string dataDirectory) => _files = new PrivateDirectory(Path.Combine(dataDirectory, DirectoryName));

    /// <summary>What is kept; what cannot be read is told and left where it is.</summary>
    public IReadOnlyList<StoredSession> Read(Action<string> say)
    {
        var sessions = new List<StoredSession>();
        foreach (var path in _files.Paths())
        {
            try
            {
                sessions.Add(StoredFile.Parse(File.ReadAllBytes(path), path, StoredFile.Json.StoredSession));
            }
            catch (SqlException e)
            {
                say($"{e.Message}: {e.Diagnostics[0].Detail}");
            }
        }
        return sessions;
    }

    /// <summary>Writes a session, unless it is as it was written last.</summary>
    /// <returns>What was written, to be given the next time.</returns>
    public string Put(StoredSession session, string? last)
    {
        var content = JsonSerializer.Serialize(session, StoredFile.Json.StoredSession);
        if (content != last)
            _files.Put(session.Id, content);
        return content;
    }

    /// <summary>Forgets a session.</summary>
    public void Remove(string id) => _files.Remove(id);
}
