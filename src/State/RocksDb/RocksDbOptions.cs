using SqlStream.State.RocksDb.Native;

namespace SqlStream.State.RocksDb;

/// <summary>RocksDB's options for one database, the same for its tables wherever they are written.</summary>
sealed class RocksDbOptions : IDisposable
{
    const int Lz4 = 4;
    const int LogFatalOnly = 4;

    readonly long _cacheBytes;

    public RocksDbOptions(StateBackendOptions options)
    {
        _cacheBytes = Math.Max(8L << 20, options.MemoryBudgetBytes);
        Handle = RocksDbApi.OptionsCreate();
        RocksDbApi.OptionsSetCreateIfMissing(Handle, 1);
        SetLevels(options);
        RocksDbApi.OptionsSetMaxBackgroundJobs(Handle, options.BackgroundJobs);
        RocksDbApi.OptionsSetCompression(Handle, Lz4);
        RocksDbApi.OptionsSetInfoLogLevel(Handle, LogFatalOnly);
        RocksDbApi.OptionsSetKeepLogFileNum(Handle, 1);
        RocksDbApi.OptionsSetStatsDumpPeriodSec(Handle, 0);
        RocksDbApi.OptionsSetStatsPersistPeriodSec(Handle, 0);
        // Every checkpoint stores the manifest again, so it must not grow with the number of epochs.
        RocksDbApi.OptionsSetMaxManifestFileSize(Handle, 256 << 10);
        // Nothing is ever put: a memtable exists because RocksDB insists on one.
        RocksDbApi.OptionsSetWriteBufferSize(Handle, 1 << 20);
        SetTables(options);
    }

    public nint Handle { get; }

    public long CacheUsedBytes => BlockCache.ShareOf(_cacheBytes);

    public void Dispose()
    {
        RocksDbApi.OptionsDestroy(Handle);
        BlockCache.Leave(_cacheBytes);
    }

    void SetLevels(StateBackendOptions options)
    {
        RocksDbApi.OptionsSetLevel0FileNumCompactionTrigger(Handle, options.Level0CompactionTrigger);
        RocksDbApi.OptionsSetLevel0SlowdownWritesTrigger(Handle, options.Level0SlowdownTrigger);
        RocksDbApi.OptionsSetLevel0StopWritesTrigger(Handle, options.Level0StopTrigger);
        RocksDbApi.OptionsSetTargetFileSizeBase(Handle, (ulong)options.TargetFileBytes);
        RocksDbApi.OptionsSetMaxBytesForLevelBase(Handle, (ulong)options.TargetFileBytes * 8);
        RocksDbApi.OptionsSetLevelCompactionDynamicLevelBytes(Handle, 1);
        RocksDbApi.OptionsSetSoftPendingCompactionBytesLimit(Handle, 0);
        RocksDbApi.OptionsSetHardPendingCompactionBytesLimit(Handle, 0);
    }

    void SetTables(StateBackendOptions options)
    {
        var tables = RocksDbApi.BlockBasedOptionsCreate();
        RocksDbApi.BlockBasedOptionsSetFilterPolicy(tables, RocksDbApi.FilterpolicyCreateBloomFull(options.BloomBitsPerKey));
        RocksDbApi.BlockBasedOptionsSetBlockCache(tables, BlockCache.Join(_cacheBytes));
        RocksDbApi.BlockBasedOptionsSetBlockSize(tables, (nuint)options.BlockBytes);
        RocksDbApi.BlockBasedOptionsSetFormatVersion(tables, 5);
        // Index and filters count as cache, so that the budget bounds them too.
        RocksDbApi.BlockBasedOptionsSetCacheIndexAndFilterBlocks(tables, 1);
        RocksDbApi.BlockBasedOptionsSetCacheIndexAndFilterBlocksWithHighPriority(tables, 1);
        RocksDbApi.BlockBasedOptionsSetPinL0FilterAndIndexBlocksInCache(tables, 1);
        RocksDbApi.OptionsSetBlockBasedTableFactory(Handle, tables);
        RocksDbApi.BlockBasedOptionsDestroy(tables);
    }
}
