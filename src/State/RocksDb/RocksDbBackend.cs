using System.Globalization;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Time;
using SqlStream.State.RocksDb.Native;

namespace SqlStream.State.RocksDb;

/// <summary>State in one RocksDB with one column family. Every commit is SST files that are ingested by one call: no
/// write-ahead log, no memtable, so a snapshot is hard links and nothing is flushed.</summary>
sealed class RocksDbBackend : IStateBackend
{
    const long MeasuredExactlyBytes = 256 << 10;

    readonly StateBackendOptions _options;
    readonly IncarnationDirectory _home;
    readonly RocksDbOptions _rocksDb;
    readonly SstWriter _writer;
    readonly DiskReserve _reserve;
    readonly Level0Trigger _level0;
    readonly Lock _lifetime = new();
    volatile RocksDbDatabase? _database;
    volatile bool _compactionPaused;
    bool _broken;
    bool _disposed;
    int _iterators;
    long _content;
    long _reads;
    long _readTicks;
    long _bytesWritten;

    /// <summary>Opens the state of a checkpoint, or an empty one.</summary>
    public RocksDbBackend(StateBackendOptions options, StateRestore? restore, CancellationToken cancellation)
    {
        RocksDbLibrary.Require();
        _options = options;
        _home = IncarnationDirectory.Create(options.WorkingDirectory, Name);
        _reserve = new DiskReserve(_home.Path, options.DiskReserveBytes);
        var changes = Path.Combine(_home.Path, "changes");
        LocalDisk.Guard(changes, () => Directory.CreateDirectory(changes));
        _rocksDb = new RocksDbOptions(options);
        _level0 = new Level0Trigger(options.Level0CompactionTrigger);
        _writer = new SstWriter(_rocksDb, changes, options.TableFileBytes);
        if (restore is not null)
            RestoreOrDispose(restore, cancellation);
    }

    public string Name => StateBackends.RocksDb;

    public Epoch Content => new(Volatile.Read(ref _content));

    public StateMetrics Metrics
    {
        get
        {
            lock (_lifetime)
                return ReadMetrics();
        }
    }

    public IPreparedChanges Prepare(Epoch epoch, ChangeSet changes)
    {
        changes.Sort();
        _reserve.Require(changes.Bytes);
        return _writer.Write(epoch, changes);
    }

    public void Commit(Epoch epoch, IReadOnlyList<IPreparedChanges> changes)
    {
        Check.That(epoch > Content);
        try
        {
            Check.That(!_broken);
            var files = CollectFiles(epoch, changes);
            if (files.Count > 0)
                Ingest(files, changes);
            Volatile.Write(ref _content, epoch.Value);
        }
        catch
        {
            _broken = true;
            throw;
        }
        finally
        {
            foreach (var prepared in changes)
                prepared.Dispose();
        }
        CrashPoint.Hit(CrashPoints.Ingested);
    }

    public StateSnapshot Snapshot()
    {
        Check.That(!_broken);
        if (_database is not { } database)
            return new StateSnapshot(Content, Name, null, [], this);
        var directory = _home.NewSnapshotDirectory();
        try
        {
            database.Checkpoint(directory);
        }
        catch
        {
            DeleteQuietly(directory);
            DeleteQuietly(directory + ".tmp");
            throw;
        }
        var snapshot = new StateSnapshot(Content, Name, directory, ListFiles(directory), this);
        CrashPoint.Hit(CrashPoints.SnapshotTaken);
        return snapshot;
    }

    public IReadOnlyList<long> Measure(IReadOnlyList<ushort> tables)
    {
        var sizes = new long[tables.Count];
        if (_database is not { } database)
            return sizes;
        // Only blocks of files are counted: where there are few of them, entries are counted themselves.
        var isSmall = database.Property("rocksdb.live-sst-files-size") <= MeasuredExactlyBytes;
        for (var i = 0; i < sizes.Length; i++)
        {
            var (from, toExclusive) = TableKeys.Of(tables[i]);
            sizes[i] = isSmall ? BytesOf(from, toExclusive) : database.BytesBetween(from, toExclusive);
        }
        return sizes;
    }

    long BytesOf(byte[] from, byte[] toExclusive)
    {
        var bytes = 0L;
        using var entries = Scan(from, toExclusive);
        while (entries.MoveNext())
            bytes += entries.Key.Length + entries.Value.Length;
        return bytes;
    }

    public void MultiGet(StateReadBatch batch)
    {
        var start = _options.Time.GetTimestamp();
        if (_database is { } database)
            database.MultiGet(batch);
        else
            batch.ClearValues();
        Interlocked.Add(ref _reads, batch.Count);
        Interlocked.Add(ref _readTicks, _options.Time.GetTimestamp() - start);
    }

    public IStateIterator Scan(ReadOnlySpan<byte> from, ReadOnlySpan<byte> toExclusive)
    {
        if (_database is not { } database)
            return EmptyIterator.Instance;
        Interlocked.Increment(ref _iterators);
        return database.Scan(from, toExclusive, () => Interlocked.Decrement(ref _iterators));
    }

    public void Dispose()
    {
        lock (_lifetime)
        {
            if (_disposed)
                return;
            // Closing under an open cursor would end the process without a word.
            Check.That(Volatile.Read(ref _iterators) == 0);
            _disposed = true;
            _database?.Dispose();
            _rocksDb.Dispose();
            _home.Dispose();
        }
    }

    List<string> CollectFiles(Epoch epoch, IReadOnlyList<IPreparedChanges> changes)
    {
        var files = new List<string>();
        foreach (var prepared in changes)
        {
            var sst = (SstChanges)prepared;
            Check.That(sst.Epoch == epoch);
            files.AddRange(sst.Files);
        }
        return files;
    }

    void Ingest(List<string> files, IReadOnlyList<IPreparedChanges> changes)
    {
        // The first commit with something to write opens the database: idle and stateless jobs have none.
        _database ??= new RocksDbDatabase(_rocksDb, DatabaseDirectory);
        PauseCompactionWhileDiskIsNearlyFull(_database);
        SetLevel0Trigger(_database, files.Count);
        _database.Ingest(files);
        foreach (var prepared in changes)
            Interlocked.Add(ref _bytesWritten, prepared.Bytes);
    }

    string DatabaseDirectory => Path.Combine(_home.Path, "db");

    void SetLevel0Trigger(RocksDbDatabase database, int files)
    {
        if (_level0.TryChange(files, out var trigger))
            database.SetOption("level0_file_num_compaction_trigger", trigger.ToString(CultureInfo.InvariantCulture));
    }

    void PauseCompactionWhileDiskIsNearlyFull(RocksDbDatabase database)
    {
        var pause = _reserve.IsTouched(_compactionPaused);
        if (pause == _compactionPaused)
            return;
        database.SetOption("disable_auto_compactions", pause ? "true" : "false");
        _compactionPaused = pause;
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
        LocalDisk.Guard(DatabaseDirectory, () => Directory.CreateDirectory(DatabaseDirectory));
        restore.FetchFiles(DatabaseDirectory, cancellation);
        CrashPoint.Hit(CrashPoints.RestoreFilesLinked);
        _database = new RocksDbDatabase(_rocksDb, DatabaseDirectory);
        CrashPoint.Hit(CrashPoints.RestoreOpened);
    }

    static List<SnapshotFile> ListFiles(string directory)
    {
        var paths = Directory.GetFiles(directory);
        Array.Sort(paths, string.CompareOrdinal);
        var files = new List<SnapshotFile>(paths.Length);
        foreach (var path in paths)
        {
            var name = Path.GetFileName(path);
            var isTable = name.EndsWith(".sst", StringComparison.Ordinal);
            files.Add(new SnapshotFile(name, path, new FileInfo(path).Length, isTable));
        }
        return files;
    }

    static void DeleteQuietly(string directory)
    {
        if (Directory.Exists(directory))
            Directory.Delete(directory, recursive: true);
    }

    StateMetrics ReadMetrics()
    {
        const int levels = 7;
        var database = _disposed ? null : _database;
        var files = 0L;
        for (var level = 0; database is not null && level < levels; level++)
            files += database.FilesAtLevel(level);
        return new StateMetrics(
            Reads: Interlocked.Read(ref _reads),
            ReadNanoseconds: (long)_options.Time.GetElapsedTime(0, Interlocked.Read(ref _readTicks)).TotalNanoseconds,
            BytesWritten: Interlocked.Read(ref _bytesWritten),
            LiveBytes: database?.Property("rocksdb.live-sst-files-size") ?? 0,
            SstFiles: files,
            Level0Files: database?.FilesAtLevel(0) ?? 0,
            CompactionPendingBytes: database?.Property("rocksdb.estimate-pending-compaction-bytes") ?? 0,
            CompactionsRunning: database?.Property("rocksdb.num-running-compactions") ?? 0,
            WriteStalled: database is not null && IsStalled(database),
            CompactionPaused: _compactionPaused,
            MemoryUsedBytes: database is null ? 0 : database.Property("rocksdb.estimate-table-readers-mem") + _rocksDb.CacheUsedBytes);
    }

    static bool IsStalled(RocksDbDatabase database) =>
        database.Property("rocksdb.is-write-stopped") != 0
        || database.Property("rocksdb.actual-delayed-write-rate") != 0
        || database.Property("rocksdb.background-errors") != 0;
}
