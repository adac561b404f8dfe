using SqlStream.Core.Diagnostics;
using SqlStream.Core.Time;
using SqlStream.State.RocksDb.Native;

namespace SqlStream.State.RocksDb;

/// <summary>Writes sorted change sets as SST files that can be ingested.</summary>
sealed unsafe class SstWriter(RocksDbOptions options, string directory, long splitByTableBytes)
{
    int _files;

    /// <summary>Writes a sorted change set: one file, or one per table where it is large.</summary>
    public SstChanges Write(Epoch epoch, ChangeSet changes)
    {
        var files = new List<string>();
        var bytes = 0L;
        try
        {
            var split = changes.Bytes >= splitByTableBytes;
            for (var start = 0; start < changes.Count;)
            {
                var end = split ? EndOfTable(changes, start) : changes.Count;
                var file = Path.Combine(directory, $"{Interlocked.Increment(ref _files):d9}.sst");
                files.Add(file);
                bytes += WriteFile(file, changes, start, end);
                start = end;
            }
        }
        catch
        {
            SstChanges.DeleteFiles(files);
            throw;
        }
        CrashPoint.Hit(CrashPoints.SstWritten);
        return new SstChanges(epoch, changes.Count, bytes, files);
    }

    static int EndOfTable(ChangeSet changes, int start)
    {
        var table = changes.KeyAt(start)[..2];
        var end = start + 1;
        while (end < changes.Count && changes.KeyAt(end).StartsWith(table))
            end++;
        return end;
    }

    long WriteFile(string file, ChangeSet changes, int start, int end)
    {
        var environment = RocksDbApi.EnvoptionsCreate();
        var writer = RocksDbApi.SstfilewriterCreate(environment, options.Handle);
        try
        {
            RocksDbApi.SstfilewriterOpen(writer, file, out var error);
            ThrowIfError(error);
            for (var i = start; i < end; i++)
                Add(writer, changes, i);
            RocksDbApi.SstfilewriterFinish(writer, out error);
            ThrowIfError(error);
            RocksDbApi.SstfilewriterFileSize(writer, out var bytes);
            return (long)bytes;
        }
        finally
        {
            RocksDbApi.SstfilewriterDestroy(writer);
            RocksDbApi.EnvoptionsDestroy(environment);
        }
    }

    void Add(nint writer, ChangeSet changes, int i)
    {
        var key = changes.KeyAt(i);
        var value = changes.ValueAt(i);
        nint error;
        fixed (byte* keyStart = key)
        fixed (byte* valueStart = value)
        {
            if (changes.IsDelete(i))
                RocksDbApi.SstfilewriterDelete(writer, keyStart, (nuint)key.Length, out error);
            else
                RocksDbApi.SstfilewriterPut(writer, keyStart, (nuint)key.Length, valueStart, (nuint)value.Length, out error);
        }
        ThrowIfError(error);
    }

    void ThrowIfError(nint error) => RocksDbCall.ThrowIfError(error, "write changes", directory);
}

/// <summary>The files of one subtask's changes.</summary>
sealed class SstChanges(Epoch epoch, int count, long bytes, List<string> files) : IPreparedChanges
{
    public Epoch Epoch => epoch;

    public int Count => count;

    public long Bytes => bytes;

    public List<string> Files => files;

    // Ingestion by move has taken the files away; what is still there was not committed.
    public void Dispose() => DeleteFiles(files);

    public static void DeleteFiles(List<string> files)
    {
        foreach (var file in files)
            File.Delete(file);
        files.Clear();
    }
}
