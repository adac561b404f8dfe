using System.Globalization;
using System.Runtime.InteropServices;
using SqlStream.State.RocksDb.Native;

namespace SqlStream.State.RocksDb;

/// <summary>An open database with its one column family. Reads are thread-safe; the rest is for one thread at a time.</summary>
sealed unsafe class RocksDbDatabase : IDisposable
{
    const int KeysOnStack = 64;

    readonly string _directory;
    readonly nint _db;
    readonly nint _family;
    readonly nint _readOptions;

    /// <summary>Opens the database in a directory, or creates it.</summary>
    public RocksDbDatabase(RocksDbOptions options, string directory)
    {
        _directory = directory;
        using var names = new NativeStrings(["default"]);
        var familyOptions = options.Handle;
        nint family;
        nint error;
        fixed (nint* name = names.Pointers)
            _db = RocksDbApi.OpenColumnFamilies(options.Handle, directory, 1, name, &familyOptions, &family, out error);
        RocksDbCall.ThrowIfError(error, "open", directory);
        _family = family;
        _readOptions = RocksDbApi.ReadoptionsCreate();
    }

    public void Dispose()
    {
        RocksDbApi.CancelAllBackgroundWork(_db, 1);
        RocksDbApi.ReadoptionsDestroy(_readOptions);
        RocksDbApi.ColumnFamilyHandleDestroy(_family);
        RocksDbApi.Close(_db);
    }

    /// <summary>Takes all files in, in one step, by moving them.</summary>
    public void Ingest(IReadOnlyList<string> files)
    {
        using var names = new NativeStrings(files);
        var options = RocksDbApi.IngestexternalfileoptionsCreate();
        try
        {
            RocksDbApi.IngestexternalfileoptionsSetMoveFiles(options, 1);
            nint error;
            fixed (nint* name = names.Pointers)
                RocksDbApi.IngestExternalFileCf(_db, _family, name, (nuint)files.Count, options, out error);
            RocksDbCall.ThrowIfError(error, "commit", _directory);
        }
        finally
        {
            RocksDbApi.IngestexternalfileoptionsDestroy(options);
        }
    }

    /// <summary>Links the live files into a directory that does not exist yet.</summary>
    public void Checkpoint(string directory)
    {
        var checkpoint = RocksDbApi.CheckpointObjectCreate(_db, out var error);
        RocksDbCall.ThrowIfError(error, "snapshot", _directory);
        try
        {
            RocksDbApi.CheckpointCreate(checkpoint, directory, 0, out error);
            RocksDbCall.ThrowIfError(error, "snapshot", _directory);
        }
        finally
        {
            RocksDbApi.CheckpointObjectDestroy(checkpoint);
        }
    }

    public void MultiGet(StateReadBatch batch)
    {
        batch.ClearValues();
        var count = batch.Count;
        if (count <= KeysOnStack)
        {
            var onStack = stackalloc nint[4 * KeysOnStack];
            MultiGet(batch, count, onStack);
            return;
        }
        // All keys go in one call, because only a call sees one version of the database.
        var pointers = (nint*)NativeMemory.AllocZeroed((nuint)count, 4 * (nuint)sizeof(nint));
        try
        {
            MultiGet(batch, count, pointers);
        }
        finally
        {
            NativeMemory.Free(pointers);
        }
    }

    public IStateIterator Scan(ReadOnlySpan<byte> from, ReadOnlySpan<byte> toExclusive, Action onDispose) =>
        new RocksDbIterator(_db, _family, _directory, from, toExclusive, onDispose);

    public void SetOption(string name, string value)
    {
        using var names = new NativeStrings([name]);
        using var values = new NativeStrings([value]);
        nint error;
        fixed (nint* nameStart = names.Pointers)
        fixed (nint* valueStart = values.Pointers)
            RocksDbApi.SetOptionsCf(_db, _family, 1, nameStart, valueStart, out error);
        RocksDbCall.ThrowIfError(error, "tune", _directory);
    }

    /// <summary>About how many bytes of the files hold the keys of a range.</summary>
    public long BytesBetween(byte[] from, byte[] toExclusive)
    {
        fixed (byte* start = from)
        fixed (byte* end = toExclusive)
        {
            var (startBytes, endBytes) = ((nuint)from.Length, (nuint)toExclusive.Length);
            RocksDbApi.ApproximateSizesCf(_db, _family, 1, &start, &startBytes, &end, &endBytes, out var size, out var error);
            RocksDbCall.ThrowIfError(error, "measure", _directory);
            return (long)size;
        }
    }

    /// <summary>An integer property; 0 where RocksDB does not have it.</summary>
    public long Property(string name) =>
        RocksDbApi.PropertyIntCf(_db, _family, name, out var value) == 0 ? (long)value : 0;

    public int FilesAtLevel(int level)
    {
        var text = RocksDbApi.PropertyValueCf(
            _db, _family, string.Create(CultureInfo.InvariantCulture, $"rocksdb.num-files-at-level{level}"));
        return text == 0 ? 0 : int.Parse(RocksDbCall.TakeString(text), CultureInfo.InvariantCulture);
    }

    void MultiGet(StateReadBatch batch, int count, nint* pointers)
    {
        var keys = pointers;
        var keyBytes = (nuint*)(pointers + count);
        var slices = pointers + (2 * count);
        var errors = pointers + (3 * count);
        fixed (byte* bytes = batch.KeyBytes)
        {
            for (var i = 0; i < count; i++)
            {
                var (start, length) = batch.KeyRange(i);
                keys[i] = (nint)(bytes + start);
                keyBytes[i] = (nuint)length;
            }
            RocksDbApi.BatchedMultiGetCf(_db, _readOptions, _family, (nuint)count, keys, keyBytes, slices, errors, 0);
        }
        TakeValues(batch, count, slices, errors);
    }

    void TakeValues(StateReadBatch batch, int count, nint* slices, nint* errors)
    {
        string? failure = null;
        for (var i = 0; i < count; i++)
        {
            if (slices[i] != 0)
            {
                var value = RocksDbApi.PinnablesliceValue(slices[i], out var length);
                batch.SetValue(i, new ReadOnlySpan<byte>((void*)value, checked((int)length)));
                RocksDbApi.PinnablesliceDestroy(slices[i]);
            }
            if (errors[i] != 0)
                failure = RocksDbCall.TakeString(errors[i]);
        }
        if (failure is not null)
            throw StateErrors.RocksDbFailed("read", _directory, failure);
    }
}
