using SqlStream.Core.Diagnostics;
using SqlStream.Core.Files;
using SqlStream.Planner;
using SqlStream.Planner.Catalog;
using SqlStream.Planner.Statements;
using SqlStream.State.Checkpoints;
using CatalogSnapshot = SqlStream.Planner.Catalog.Catalog;

namespace SqlStream.Engine.Catalogs;

/// <summary>The catalogs of a session that directories keep: reads them when they are created or used, and writes them back, whole and in one
/// step, with every change.</summary>
/// <param name="dataDirectory">Where a catalog without a path has its directory.</param>
/// <param name="files">The directories in which catalogs may be.</param>
/// <param name="planner">What planning the stored statements depends on, with a catalog.</param>
sealed class DirectoryCatalogs(string dataDirectory, FileRoots files, Func<CatalogSnapshot, PlannerContext> planner)
{
    const string FileName = "catalog.json";
    const string LockName = "catalog.lock";

    readonly Dictionary<string, long> _generations = [];
    readonly Dictionary<string, (DateTime Time, long Length)> _stamps = [];

    /// <summary>True for a catalog that a directory keeps.</summary>
    public static bool IsKept(CatalogDefinition definition) => definition.Type == CatalogDefinition.DirectoryType;

    /// <summary>Where a catalog is.</summary>
    public string DirectoryOf(CatalogDefinition definition)
    {
        if (definition.Option("path") is not { } path)
            return Path.Combine(dataDirectory, "catalogs", definition.Name);
        var local = LocalPath(path);
        files.Check(local, SourceSpan.None);
        return local;
    }

    /// <summary>The file of a catalog may be another than the one that was read last: cheaper than <see cref="IsStale"/>, and less sure.</summary>
    public bool HasChanged(CatalogDefinition definition) => !_stamps.TryGetValue(definition.Name, out var known) || known != Stamp(definition);

    static string LocalPath(string path)
    {
        if (!path.StartsWith("file:", StringComparison.OrdinalIgnoreCase))
            return path.Contains("://", StringComparison.Ordinal) || path.Contains('\0', StringComparison.Ordinal)
                ? throw EngineErrors.CatalogPath(path)
                : Path.GetFullPath(path);
        return Uri.TryCreate(path, UriKind.Absolute, out var uri) && uri.Host.Length == 0
            ? Uri.UnescapeDataString(uri.AbsolutePath)
            : throw EngineErrors.CatalogPath(path);
    }

    (DateTime Time, long Length) Stamp(CatalogDefinition definition)
    {
        var file = new FileInfo(Path.Combine(DirectoryOf(definition), FileName));
        return file.Exists ? (file.LastWriteTimeUtc, file.Length) : default;
    }

    /// <summary>The snapshot with what the directory of a catalog holds in place of what the snapshot had of it.</summary>
    public CatalogSnapshot Load(CatalogSnapshot snapshot, CatalogDefinition definition)
    {
        _stamps[definition.Name] = Stamp(definition);
        if (Read(definition) is not { } file)
        {
            _generations[definition.Name] = 0;
            return snapshot;
        }
        var temporaryFunctions = snapshot.Functions.Where(known => known.IsTemporary && known.Name.Catalog == definition.Name).ToList();
        var temporary = snapshot.Objects.Where(known => known.IsTemporary && known.Name.Catalog == definition.Name).ToList();
        var (catalog, database) = (snapshot.CurrentCatalog, snapshot.CurrentDatabase);
        snapshot = snapshot.After(new RemoveCatalog(definition))
            .After(new PutCatalog(definition with { Comment = file.Comment ?? definition.Comment }, IsNew: true));
        foreach (var stored in file.Databases)
        {
            snapshot = snapshot.After(new PutDatabase(new DatabaseDefinition(definition.Name, stored.Name)
            {
                Comment = stored.Comment,
                Options = [.. stored.Options.Select(option => (option.Key, option.Value))],
            }));
        }
        foreach (var stored in file.Objects)
            snapshot = snapshot.With(Restore(stored, definition, snapshot));
        foreach (var stored in file.Functions ?? [])
            snapshot = snapshot.After(new PutFunction(Restore(stored, definition)));
        foreach (var known in temporary)
            snapshot = snapshot.With(known);
        foreach (var known in temporaryFunctions)
            snapshot = snapshot.After(new PutFunction(known));
        _generations[definition.Name] = file.Generation;
        return snapshot.WithCurrent(catalog, database);
    }

    /// <summary>True if somebody else has changed the catalog since it was read.</summary>
    public bool IsStale(CatalogDefinition definition) => (Read(definition)?.Generation ?? 0) != _generations.GetValueOrDefault(definition.Name);

    /// <summary>Writes a catalog as it is in the snapshot, or refuses because it has been changed by somebody else.</summary>
    public void Save(CatalogSnapshot snapshot, CatalogDefinition definition)
    {
        var directory = DirectoryOf(definition);
        var store = new LocalFileStore(directory);
        using var held = Lock(directory, definition.Name);
        if (IsStale(definition))
            throw EngineErrors.CatalogChanged(definition.Name);
        var generation = _generations.GetValueOrDefault(definition.Name) + 1;
        var databases = snapshot.Databases.Where(database => database.Catalog == definition.Name).Select(
            database => new StoredDatabase(database.Name, database.Comment, database.Options.ToDictionary(option => option.Key, option => option.Value)));
        var objects = snapshot.Objects
            .Where(known => !known.IsTemporary && known.Name.Catalog == definition.Name)
            .OrderBy(known => known.Name.Database, StringComparer.Ordinal).ThenBy(known => known.Name.Name, StringComparer.Ordinal)
            .Select(StoredObject.Of);
        var functions = snapshot.Functions.Where(known => !known.IsTemporary && known.Name.Catalog == definition.Name).Select(Stored).ToList();
        store.Replace(
            FileName, new CatalogFile(generation, definition.Comment, [.. databases], [.. objects], functions.Count > 0 ? functions : null).ToBytes());
        _generations[definition.Name] = generation;
        _stamps[definition.Name] = Stamp(definition);
    }

    static StoredFunction Stored(FunctionDefinition function) => new(
        function.Name.Database, function.Name.Name, function.ClassName, function.Language,
        [.. function.Resources.Select(resource => new StoredResource(resource.Kind, resource.Path))]);

    static FunctionDefinition Restore(StoredFunction stored, CatalogDefinition definition) =>
        new(new ObjectName(definition.Name, stored.Database, stored.Name), stored.ClassName)
        {
            Language = stored.Language,
            Resources = [.. stored.Resources.Select(resource => (resource.Kind, resource.Path))],
        };

    CatalogFile? Read(CatalogDefinition definition)
    {
        var store = new LocalFileStore(DirectoryOf(definition));
        if (!store.Exists(FileName))
            return null;
        using var stream = store.OpenRead(FileName);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return CatalogFile.Parse(bytes, store.Locate(FileName));
    }

    CatalogObject Restore(StoredObject stored, CatalogDefinition definition, CatalogSnapshot snapshot)
    {
        try
        {
            return stored.Restore(definition.Name, planner(snapshot));
        }
        catch (SqlException e)
        {
            var path = Path.Combine(DirectoryOf(definition), FileName);
            throw EngineErrors.CatalogObjectFailed(path, $"{stored.Database}.{stored.Name}", e);
        }
    }

    static FileStream Lock(string directory, string name)
    {
        try
        {
            Directory.CreateDirectory(directory);
            return new FileStream(Path.Combine(directory, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new ExternalException($"directory \"{directory}\" of catalog \"{name}\" cannot be written", Retry.Never, SqlState.InsufficientPrivilege, e);
        }
        catch (IOException e) when (e is DirectoryNotFoundException || File.Exists(directory))
        {
            throw new ExternalException($"directory \"{directory}\" of catalog \"{name}\" cannot be made", Retry.Never, SqlState.IoError, e);
        }
        catch (IOException)
        {
            throw EngineErrors.CatalogBusy(name);
        }
    }
}
