using System.Globalization;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Time;

namespace SqlStream.State.Memory;

/// <summary>State in memory: a list of immutable sorted runs, the newest last. A commit adds a run and merges it with
/// its predecessors as long as those are less than twice its size, so that there are logarithmically many, and each
/// entry is copied logarithmically often.</summary>
/// <remarks>A run is written to a file once, at the first snapshot that holds it; later snapshots link the file. So
/// checkpoints are incremental the way those of RocksDB are. Readers take the list once and need no lock.</remarks>
sealed class MemoryBackend : IStateBackend
{
    /// <summary>Runs are not merged beyond this size, because an array has an end.</summary>
    public const long RunBytesMax = 1L << 30;

    readonly StateBackendOptions _options;
    readonly IncarnationDirectory _home;
    readonly Dictionary<long, string> _written = [];
    volatile SortedRun[] _runs = [];
    bool _disposed;
    long _nextNumber = 1;
    long _content;
    long _reads;
    long _readTicks;
    long _bytesWritten;

    /// <summary>Opens the state of a checkpoint, or an empty one.</summary>
    public MemoryBackend(StateBackendOptions options, StateRestore? restore, CancellationToken cancellation)
    {
        _options = options;
        _home = IncarnationDirectory.Create(options.WorkingDirectory, Name);
        if (restore is not null)
            RestoreOrDispose(restore, cancellation);
    }

    public string Name => StateBackends.Memory;

    public Epoch Content => new(Volatile.Read(ref _content));

    public StateMetrics Metrics
    {
        get
        {
            var runs = _runs;
            var bytes = 0L;
            foreach (var run in runs)
                bytes += run.Length + ((long)run.Count * sizeof(int));
            return new StateMetrics(
                Interlocked.Read(ref _reads),
                (long)_options.Time.GetElapsedTime(0, Interlocked.Read(ref _readTicks)).TotalNanoseconds,
                Interlocked.Read(ref _bytesWritten),
                LiveBytes: bytes,
                SstFiles: runs.Length,
                Level0Files: 0,
                CompactionPendingBytes: 0,
                CompactionsRunning: 0,
                WriteStalled: false,
                CompactionPaused: false,
                MemoryUsedBytes: bytes);
        }
    }

    public IPreparedChanges Prepare(Epoch epoch, ChangeSet changes)
    {
        changes.Sort();
        var prepared = RunChanges.From(epoch, changes);
        CrashPoint.Hit(CrashPoints.SstWritten);
        return prepared;
    }

    public void Commit(Epoch epoch, IReadOnlyList<IPreparedChanges> changes)
    {
        Check.That(epoch > Content);
        var added = new List<SortedRun>();
        if (DeletesOf(changes) is { Count: > 0 } deletes)
            added.Add(deletes);
        foreach (var prepared in changes)
        {
            var runs = (RunChanges)prepared;
            Check.That(runs.Epoch == epoch);
            added.AddRange(runs.Runs);
            Interlocked.Add(ref _bytesWritten, prepared.Bytes);
        }
        if (added.Count > 0)
            _runs = AddAndMerge(_runs, added);
        Volatile.Write(ref _content, epoch.Value);
        CrashPoint.Hit(CrashPoints.Ingested);
    }

    public StateSnapshot Snapshot()
    {
        var runs = _runs;
        if (runs.Length == 0)
            return new StateSnapshot(Content, Name, null, [], this);
        var directory = _home.NewSnapshotDirectory();
        var files = new List<SnapshotFile>(runs.Length);
        LocalDisk.Guard(directory, () =>
        {
            Directory.CreateDirectory(directory);
            foreach (var run in runs)
                files.Add(LinkInto(directory, run));
            DeleteFilesOfMergedRuns(runs);
        });
        var snapshot = new StateSnapshot(Content, Name, directory, files, this);
        CrashPoint.Hit(CrashPoints.SnapshotTaken);
        return snapshot;
    }

    public IReadOnlyList<long> Measure(IReadOnlyList<ushort> tables)
    {
        var runs = _runs;
        var sizes = new long[tables.Count];
        for (var i = 0; i < sizes.Length; i++)
        {
            var (from, toExclusive) = TableKeys.Of(tables[i]);
            foreach (var run in runs)
                sizes[i] += run.BytesBetween(from, toExclusive);
        }
        return sizes;
    }

    public void MultiGet(StateReadBatch batch)
    {
        var start = _options.Time.GetTimestamp();
        var runs = _runs;
        batch.ClearValues();
        for (var i = 0; i < batch.Count; i++)
            Get(runs, batch, i);
        Interlocked.Add(ref _reads, batch.Count);
        Interlocked.Add(ref _readTicks, _options.Time.GetTimestamp() - start);
    }

    public IStateIterator Scan(ReadOnlySpan<byte> from, ReadOnlySpan<byte> toExclusive) =>
        new MergedRuns(_runs, from, toExclusive, keepDeletes: false);

    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _runs = [];
        _home.Dispose();
    }

    // A range removes what the runs hold now; what its own epoch puts comes after it.
    SortedRun DeletesOf(IReadOnlyList<IPreparedChanges> changes)
    {
        var ranges = changes.SelectMany(prepared => ((RunChanges)prepared).Ranges).ToList();
        ranges.Sort(static (left, right) => left.From.AsSpan().SequenceCompareTo(right.From));
        var writer = new SortedRunWriter(0, 0);
        foreach (var range in ranges)
        {
            using var removed = new MergedRuns(_runs, range.From, range.ToExclusive, keepDeletes: false);
            while (removed.MoveNext())
                writer.Delete(removed.Key);
        }
        return writer.Finish(number: 0);
    }

    static void Get(SortedRun[] runs, StateReadBatch batch, int i)
    {
        var key = batch.KeyAt(i);
        for (var r = runs.Length - 1; r >= 0; r--)
        {
            var at = runs[r].Find(key);
            if (at < 0)
                continue;
            if (!runs[r].IsDelete(at))
                batch.SetValue(i, runs[r].ValueAt(at));
            return;
        }
    }

    SortedRun[] AddAndMerge(SortedRun[] before, List<SortedRun> added)
    {
        var runs = new List<SortedRun>(before);
        foreach (var run in added)
        {
            // The number orders runs and names the file; merged runs get a new one, so a name never means two contents.
            runs.Add(Merge([run], isOldest: runs.Count == 0));
            while (runs.Count > 1 && ShouldMerge(runs[^2], runs[^1]))
            {
                var merged = Merge([runs[^2], runs[^1]], isOldest: runs.Count == 2);
                runs.RemoveRange(runs.Count - 2, 2);
                runs.Add(merged);
            }
        }
        runs.RemoveAll(static run => run.Count == 0);
        return [.. runs];
    }

    static bool ShouldMerge(SortedRun older, SortedRun newer) =>
        older.Length < 2L * newer.Length && (long)older.Length + newer.Length < RunBytesMax;

    SortedRun Merge(SortedRun[] runs, bool isOldest)
    {
        var bytes = 0L;
        foreach (var run in runs)
            bytes += run.Length;
        var writer = new SortedRunWriter(bytes, runs[0].Count);
        // Below the oldest run there is nothing that a delete could hide.
        var merged = new MergedRuns(runs, [], [], keepDeletes: !isOldest);
        while (merged.MoveNext())
        {
            if (merged.IsDelete)
                writer.Delete(merged.Key);
            else
                writer.Put(merged.Key, merged.Value);
        }
        return writer.Finish(_nextNumber++);
    }

    SnapshotFile LinkInto(string directory, SortedRun run)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{run.Number:d12}.run");
        var target = Path.Combine(directory, name);
        if (!_written.TryGetValue(run.Number, out var file))
        {
            var runFiles = Path.Combine(_home.Path, "runs");
            Directory.CreateDirectory(runFiles);
            file = Path.Combine(runFiles, name);
            File.WriteAllBytes(file, run.Content);
            _written.Add(run.Number, file);
        }
        if (!LocalDisk.TryLink(file, target))
            File.Copy(file, target);
        return new SnapshotFile(name, target, run.Length, IsImmutableShared: true);
    }

    void DeleteFilesOfMergedRuns(SortedRun[] live)
    {
        foreach (var (number, file) in _written)
        {
            if (Array.Exists(live, run => run.Number == number))
                continue;
            File.Delete(file);
            _written.Remove(number);
        }
    }

    void RestoreOrDispose(StateRestore restore, CancellationToken cancellation)
    {
        try
        {
            Restore(restore, cancellation);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    void Restore(StateRestore restore, CancellationToken cancellation)
    {
        _content = restore.Manifest.Epoch;
        if (!restore.HasStateFiles)
            return;
        var directory = Path.Combine(_home.Path, "restored");
        LocalDisk.Guard(directory, () => Directory.CreateDirectory(directory));
        restore.FetchFiles(directory, cancellation);
        CrashPoint.Hit(CrashPoints.RestoreFilesLinked);
        var runs = new List<SortedRun>();
        foreach (var path in LocalDisk.Guard(directory, () => Directory.GetFiles(directory, "*.run")))
        {
            if (!long.TryParse(Path.GetFileNameWithoutExtension(path), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                throw StateErrors.DamagedRun(path);
            runs.Add(SortedRun.Parse(number, LocalDisk.Guard(path, () => File.ReadAllBytes(path)), path));
            // The file serves the next snapshot too.
            _written.Add(number, path);
        }
        runs.Sort(static (left, right) => left.Number.CompareTo(right.Number));
        _runs = [.. runs];
        _nextNumber = runs.Count == 0 ? 1 : runs[^1].Number + 1;
        CrashPoint.Hit(CrashPoints.RestoreOpened);
    }
}
