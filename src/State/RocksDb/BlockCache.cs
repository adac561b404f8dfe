using SqlStream.State.RocksDb.Native;

namespace SqlStream.State.RocksDb;

/// <summary>The one block cache of the process. Its capacity is the sum of what the open databases bring.</summary>
/// <remarks>Few shards: a filter of a large file is more than a megabyte, and one that does not fit into its shard would be read again for
/// every batch of keys.</remarks>
static class BlockCache
{
    const int ShardBits = 1;

    static readonly Lock _lock = new();
    static nint _cache;
    static long _capacity;

    /// <summary>The cache, enlarged; call <see cref="Leave"/> with the same figure afterwards.</summary>
    public static nint Join(long bytes)
    {
        lock (_lock)
        {
            _capacity += bytes;
            if (_cache == 0)
                _cache = Create((nuint)_capacity);
            else
                RocksDbApi.CacheSetCapacity(_cache, (nuint)_capacity);
            return _cache;
        }
    }

    /// <summary>Takes the capacity away again. The cache itself lives as long as the process.</summary>
    public static void Leave(long bytes)
    {
        lock (_lock)
        {
            _capacity -= bytes;
            RocksDbApi.CacheSetCapacity(_cache, (nuint)_capacity);
        }
    }

    /// <summary>The part of the memory in use that falls to a database, by its share of the capacity.</summary>
    public static long ShareOf(long bytes)
    {
        lock (_lock)
        {
            if (_capacity == 0)
                return 0;
            return (long)((double)RocksDbApi.CacheGetUsage(_cache) * bytes / _capacity);
        }
    }

    static nint Create(nuint capacity)
    {
        var options = RocksDbApi.LruCacheOptionsCreate();
        RocksDbApi.LruCacheOptionsSetCapacity(options, capacity);
        RocksDbApi.LruCacheOptionsSetNumShardBits(options, ShardBits);
        var cache = RocksDbApi.CacheCreateLruOpts(options);
        RocksDbApi.LruCacheOptionsDestroy(options);
        return cache;
    }
}
