using System.Globalization;
using System.Text.Json;
using SqlStream.Core.Diagnostics;

namespace SqlStream.State.Checkpoints;

/// <summary>The right of one process to work in a data directory, and the number of that right. The kernel takes it
/// away when the process dies, however it dies.</summary>
public sealed class JobLease : IDisposable
{
    const string LockName = "lease.lock";
    const string RecordName = "lease.json";
    const int CurrentFormatVersion = 1;

    readonly FileStream _lock;

    JobLease(string directory, FileStream hold, long incarnation)
    {
        Directory = directory;
        _lock = hold;
        Incarnation = incarnation;
    }

    /// <summary>The data directory.</summary>
    public string Directory { get; }

    /// <summary>Grows from holder to holder; durable before <see cref="Acquire"/> returns, so that it never repeats. It begins with the time,
    /// in milliseconds since 1970, so that it also grows when a job is restored into another directory: its sinks then know who came last.</summary>
    public long Incarnation { get; }

    /// <summary>Takes the lease, or fails at once: <see cref="SqlException"/> 55006 with the owner's process id, 0A000 if a newer engine
    /// wrote its record, XX001 if the record is damaged.</summary>
    public static JobLease Acquire(string directory, TimeProvider time)
    {
        var full = Path.GetFullPath(directory);
        try
        {
            LocalDisk.CreateDirectoryDurably(full);
        }
        catch (ExternalException e)
        {
            throw StateErrors.DirectoryNotMade(full, e);
        }
        var store = new LocalFileStore(full);
        var hold = Lock(full, store);
        try
        {
            var now = time.GetUtcNow();
            var incarnation = Math.Max((Read(store)?.Incarnation ?? 0) + 1, now.ToUnixTimeMilliseconds());
            var record = new LeaseRecord(CurrentFormatVersion, incarnation, Environment.ProcessId, now);
            store.Replace(RecordName, ManifestFormat.Seal(JsonSerializer.SerializeToUtf8Bytes(record, ManifestFormat.Json.LeaseRecord)));
            CrashPoint.Hit(CrashPoints.LeaseTaken);
            return new JobLease(full, hold, incarnation);
        }
        catch
        {
            hold.Dispose();
            throw;
        }
    }

    /// <summary>Gives the lease back. The lock file stays: deleting it would let two processes lock two files of one name.</summary>
    public void Dispose() => _lock.Dispose();

    static FileStream Lock(string directory, LocalFileStore store)
    {
        var path = Path.Combine(directory, LockName);
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e.HResult is Posix.WouldBlock)
        {
            var owner = Owner(store);
            throw StateErrors.DirectoryInUse(directory, owner, owner == Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw LocalDisk.Translate(path, e);
        }
    }

    static string Owner(LocalFileStore store)
    {
        try
        {
            return Read(store)?.ProcessId.ToString(CultureInfo.InvariantCulture) ?? "(starting)";
        }
        catch (SqlException)
        {
            return "(number not readable)";
        }
    }

    static LeaseRecord? Read(LocalFileStore store)
    {
        if (!store.Exists(RecordName))
            return null;
        var path = store.Locate(RecordName);
        int version;
        try
        {
            var content = LocalDisk.Guard(path, () => File.ReadAllBytes(path));
            var body = ManifestFormat.Unseal(content, path);
            version = JsonSerializer.Deserialize(body, ManifestFormat.Json.ManifestVersion)!.FormatVersion;
            if (version is > 0 and <= CurrentFormatVersion)
                return JsonSerializer.Deserialize(body, ManifestFormat.Json.LeaseRecord);
        }
        catch (Exception e) when (e is SqlException or JsonException)
        {
            throw StateErrors.DamagedLease(path);
        }
        throw version > 0 ? StateErrors.NewerLease(path, version, CurrentFormatVersion) : StateErrors.DamagedLease(path);
    }
}

/// <summary>Content of <c>lease.json</c>.</summary>
sealed record LeaseRecord(int FormatVersion, long Incarnation, int ProcessId, DateTimeOffset TimeUtc);
