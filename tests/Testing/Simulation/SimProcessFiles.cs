using SqlStream.Core.Diagnostics;
using SqlStream.State.Checkpoints;

namespace SqlStream.Testing.Simulation;

/// <summary>The simulated disk as one process sees it: operations take time, may fail, and are over when the process is.</summary>
/// <remarks>Faults: <c>store.write</c> (disk full), <c>store.publish-unsure</c> (published, and reported as failed), <c>store.list</c>,
/// <c>store.slow</c> (takes as long as <paramref name="slowness"/>).</remarks>
public sealed class SimProcessFiles(SimFileStore disk, SimScheduler scheduler, SimClock clock, SimFaults faults, TimeSpan slowness) : IFileStore
{
    public string Locate(string name) => disk.Locate(name);

    public bool Exists(string name) => Do(() => disk.Exists(name));

    public long? Size(string name) => Do(() => disk.Size(name));

    public void Write(string name, ReadOnlySpan<byte> content, bool durable)
    {
        var copy = content.ToArray();
        DoWrite(() => disk.Write(name, copy, durable));
    }

    public void Write(string name, Stream content, bool durable) => DoWrite(() => disk.Write(name, content, durable));

    public bool PublishIfAbsent(string name, ReadOnlySpan<byte> content)
    {
        var copy = content.ToArray();
        var published = false;
        DoWrite(() => published = disk.PublishIfAbsent(name, copy));
        faults.MayFail("store.publish-unsure");
        return published;
    }

    public void Replace(string name, ReadOnlySpan<byte> content)
    {
        var copy = content.ToArray();
        DoWrite(() => disk.Replace(name, copy));
    }

    public Stream OpenRead(string name) => Do(() => disk.OpenRead(name));

    public IEnumerable<string> List(string prefix)
    {
        faults.MayFail("store.list");
        return Do(() => disk.List(prefix));
    }

    public void Delete(string name) => DoWrite(() => disk.Delete(name), takesSpace: false);

    public void DeleteTree(string name) => DoWrite(() => disk.DeleteTree(name), takesSpace: false);

    public void ImportFile(string localPath, string name) => DoWrite(() => disk.ImportFile(localPath, name));

    public void ExportFile(string name, string localPath) => DoWrite(() => disk.ExportFile(name, localPath), takesSpace: false);

    public void SyncDirectory(string name) => DoWrite(() => disk.SyncDirectory(name), takesSpace: false);

    void DoWrite(Action action, bool takesSpace = true)
    {
        scheduler.Yield();
        if (takesSpace)
            faults.MayFail("store.write", SqlState.DiskFull);
        if (faults.Strikes("store.slow"))
            clock.Advance(slowness);
        Do(() =>
        {
            action();
            return true;
        });
    }

    T Do<T>(Func<T> action)
    {
        scheduler.RequireAlive();
        try
        {
            return action();
        }
        catch (SimulatedCrashException)
        {
            // The machine died in the middle of the operation, and the process with it.
            scheduler.Kill();
            throw;
        }
    }
}
