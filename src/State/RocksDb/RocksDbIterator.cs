using System.Runtime.InteropServices;
using SqlStream.State.RocksDb.Native;

namespace SqlStream.State.RocksDb;

/// <summary>A cursor of RocksDB; holds the version of the database at its creation until it is disposed.</summary>
sealed unsafe class RocksDbIterator : IStateIterator
{
    readonly string _directory;
    readonly Action _onDispose;
    readonly nint _options;
    readonly nint _iterator;
    readonly byte* _upperBound;
    bool _started;
    bool _disposed;

    public RocksDbIterator(
        nint db, nint family, string directory, ReadOnlySpan<byte> from, ReadOnlySpan<byte> toExclusive, Action onDispose)
    {
        _directory = directory;
        _onDispose = onDispose;
        _options = RocksDbApi.ReadoptionsCreate();
        if (!toExclusive.IsEmpty)
        {
            // RocksDB keeps a pointer to the bound, not a copy.
            _upperBound = (byte*)NativeMemory.Alloc((nuint)toExclusive.Length);
            toExclusive.CopyTo(new Span<byte>(_upperBound, toExclusive.Length));
            RocksDbApi.ReadoptionsSetIterateUpperBound(_options, _upperBound, (nuint)toExclusive.Length);
        }
        _iterator = RocksDbApi.CreateIteratorCf(db, _options, family);
        fixed (byte* start = from)
            RocksDbApi.IterSeek(_iterator, start, (nuint)from.Length);
    }

    public ReadOnlySpan<byte> Key
    {
        get
        {
            var start = RocksDbApi.IterKey(_iterator, out var bytes);
            return new ReadOnlySpan<byte>((void*)start, checked((int)bytes));
        }
    }

    public ReadOnlySpan<byte> Value
    {
        get
        {
            var start = RocksDbApi.IterValue(_iterator, out var bytes);
            return new ReadOnlySpan<byte>((void*)start, checked((int)bytes));
        }
    }

    public bool MoveNext()
    {
        if (_started && RocksDbApi.IterValid(_iterator) != 0)
            RocksDbApi.IterNext(_iterator);
        _started = true;
        if (RocksDbApi.IterValid(_iterator) != 0)
            return true;
        RocksDbApi.IterGetError(_iterator, out var error);
        RocksDbCall.ThrowIfError(error, "scan", _directory);
        return false;
    }

    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        RocksDbApi.IterDestroy(_iterator);
        RocksDbApi.ReadoptionsDestroy(_options);
        NativeMemory.Free(_upperBound);
        _onDispose();
    }
}
