using System.Buffers.Binary;
using System.Runtime.InteropServices;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Time;
using SqlStream.State.RocksDb.Native;

namespace SqlStream.State.RocksDb;

/// <summary>Writes sorted change sets as SST files that can be ingested.</summary>
sealed unsafe class SstWriter(RocksDbOptions options, string directory, long tableFileBytes)
{
    const int PrefetchEntries = 8;

    int _files;

    /// <summary>Writes a sorted change set: a file for each table with many changes, and one for neighbours with few.</summary>
    public SstChanges Write(Epoch epoch, ChangeSet changes)
    {
        var files = new List<string>();
        var bytes = 0L;
        var tally = new TableTally();
        try
        {
            foreach (var part in Parts(changes))
            {
                var file = Path.Combine(directory, $"{Interlocked.Increment(ref _files):d9}.sst");
                files.Add(file);
                bytes += WriteFile(file, changes, part, tally);
            }
        }
        catch
        {
            SstChanges.DeleteFiles(files);
            throw;
        }
        CrashPoint.Hit(CrashPoints.SstWritten);
        return new SstChanges(epoch, changes.Count + changes.Ranges.Count, bytes, tally.Finish(), files);
    }

    // Ranges lie in the file of their table: so the files of an epoch do not overlap.
    IEnumerable<Part> Parts(ChangeSet changes)
    {
        var part = default(Part);
        while (part.End < changes.Count || part.EndRange < changes.Ranges.Count)
        {
            part = NextTable(changes, part);
            while (!IsLarge(changes, part) && NextTable(changes, part) is { IsEmpty: false } next && !IsLarge(changes, next))
                part = part with { End = next.End, EndRange = next.EndRange };
            yield return part;
        }
    }

    bool IsLarge(ChangeSet changes, Part part) => changes.Count > 0 && changes.Bytes * (double)(part.End - part.Start) / changes.Count >= tableFileBytes;

    static Part NextTable(ChangeSet changes, Part last)
    {
        var ranges = changes.Ranges;
        var next = new Part(last.End, last.End, last.EndRange, last.EndRange);
        var entries = next.Start < changes.Count ? changes.TableAt(next.Start) : int.MaxValue;
        var table = Math.Min(entries, next.StartRange < ranges.Count ? TableOf(ranges[next.StartRange]) : int.MaxValue);
        var endRange = next.StartRange;
        while (endRange < ranges.Count && TableOf(ranges[endRange]) == table)
            endRange++;
        return next with { End = entries == table && entries != int.MaxValue ? changes.EndOfTable(next.Start) : next.Start, EndRange = endRange };
    }

    static int TableOf(KeyRange range) => BinaryPrimitives.ReadUInt16BigEndian(range.From);

    long WriteFile(string file, ChangeSet changes, Part part, TableTally tally)
    {
        var environment = RocksDbApi.EnvoptionsCreate();
        var writer = RocksDbApi.SstfilewriterCreate(environment, options.Handle);
        var blocks = new GCHandle[changes.BlockCount];
        try
        {
            RocksDbApi.SstfilewriterOpen(writer, file, out var error);
            ThrowIfError(error);
            var addresses = new nint[blocks.Length];
            for (var i = 0; i < blocks.Length; i++)
            {
                blocks[i] = GCHandle.Alloc(changes.BlockBytesOf(i), GCHandleType.Pinned);
                addresses[i] = blocks[i].AddrOfPinnedObject();
            }
            for (var i = part.StartRange; i < part.EndRange; i++)
                DeleteRange(writer, changes.Ranges[i]);
            for (var i = part.Start; i < part.End; i++)
            {
                changes.Prefetch(i + PrefetchEntries);
                var place = changes.PlaceAt(i);
                tally.Add(changes.TableAt(i), place.KeyBytes, place.ValueBytes);
                Add(writer, addresses, place);
            }
            RocksDbApi.SstfilewriterFinish(writer, out error);
            ThrowIfError(error);
            RocksDbApi.SstfilewriterFileSize(writer, out var bytes);
            return (long)bytes;
        }
        finally
        {
            foreach (var block in blocks)
            {
                if (block.IsAllocated)
                    block.Free();
            }
            RocksDbApi.SstfilewriterDestroy(writer);
            RocksDbApi.EnvoptionsDestroy(environment);
        }
    }

    void Add(nint writer, nint[] addresses, in ChangePlace place)
    {
        var block = (byte*)addresses[place.Block];
        nint error;
        if (place.IsDelete)
            RocksDbApi.SstfilewriterDelete(writer, block + place.KeyStart, (nuint)place.KeyBytes, out error);
        else
            RocksDbApi.SstfilewriterPut(writer, block + place.KeyStart, (nuint)place.KeyBytes, block + place.ValueStart, (nuint)place.ValueBytes, out error);
        if (error != 0)
            ThrowIfError(error);
    }

    void DeleteRange(nint writer, KeyRange range)
    {
        fixed (byte* from = range.From)
        fixed (byte* to = range.ToExclusive)
        {
            RocksDbApi.SstfilewriterDeleteRange(writer, from, (nuint)range.From.Length, to, (nuint)range.ToExclusive.Length, out var error);
            ThrowIfError(error);
        }
    }

    void ThrowIfError(nint error) => RocksDbCall.ThrowIfError(error, "write changes", directory);

    /// <summary>What of a change set goes into one file.</summary>
    readonly record struct Part(int Start, int End, int StartRange, int EndRange)
    {
        public bool IsEmpty => Start == End && StartRange == EndRange;
    }
}

/// <summary>The files of one subtask's changes.</summary>
sealed class SstChanges(Epoch epoch, int count, long bytes, IReadOnlyList<TableBytes> tables, List<string> files) : IPreparedChanges
{
    public Epoch Epoch => epoch;

    public int Count => count;

    public long Bytes => bytes;

    public IReadOnlyList<TableBytes> Tables => tables;

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
