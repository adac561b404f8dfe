using System.Runtime.InteropServices;

namespace SqlStream.State.RocksDb.Native;

/// <summary>The functions of RocksDB's C interface that are used, with its names; version 7.8. Handles are pointers.</summary>
static unsafe partial class RocksDbApi
{
    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_options_create")]
    public static partial nint OptionsCreate();

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_options_destroy")]
    public static partial void OptionsDestroy(nint options);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_options_set_create_if_missing")]
    public static partial void OptionsSetCreateIfMissing(nint options, byte value);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_options_set_block_based_table_factory")]
    public static partial void OptionsSetBlockBasedTableFactory(nint options, nint tableOptions);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_options_set_level0_file_num_compaction_trigger")]
    public static partial void OptionsSetLevel0FileNumCompactionTrigger(nint options, int value);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_options_set_level0_slowdown_writes_trigger")]
    public static partial void OptionsSetLevel0SlowdownWritesTrigger(nint options, int value);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_options_set_level0_stop_writes_trigger")]
    public static partial void OptionsSetLevel0StopWritesTrigger(nint options, int value);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_options_set_soft_pending_compaction_bytes_limit")]
    public static partial void OptionsSetSoftPendingCompactionBytesLimit(nint options, nuint value);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_options_set_hard_pending_compaction_bytes_limit")]
    public static partial void OptionsSetHardPendingCompactionBytesLimit(nint options, nuint value);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_options_set_target_file_size_base")]
    public static partial void OptionsSetTargetFileSizeBase(nint options, ulong value);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_options_set_max_bytes_for_level_base")]
    public static partial void OptionsSetMaxBytesForLevelBase(nint options, ulong value);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_options_set_level_compaction_dynamic_level_bytes")]
    public static partial void OptionsSetLevelCompactionDynamicLevelBytes(nint options, byte value);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_options_set_max_background_jobs")]
    public static partial void OptionsSetMaxBackgroundJobs(nint options, int value);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_options_set_compression")]
    public static partial void OptionsSetCompression(nint options, int value);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_options_set_info_log_level")]
    public static partial void OptionsSetInfoLogLevel(nint options, int value);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_options_set_keep_log_file_num")]
    public static partial void OptionsSetKeepLogFileNum(nint options, nuint value);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_options_set_max_manifest_file_size")]
    public static partial void OptionsSetMaxManifestFileSize(nint options, nuint value);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_options_set_stats_dump_period_sec")]
    public static partial void OptionsSetStatsDumpPeriodSec(nint options, uint value);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_options_set_stats_persist_period_sec")]
    public static partial void OptionsSetStatsPersistPeriodSec(nint options, uint value);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_options_set_write_buffer_size")]
    public static partial void OptionsSetWriteBufferSize(nint options, nuint value);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_block_based_options_create")]
    public static partial nint BlockBasedOptionsCreate();

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_block_based_options_destroy")]
    public static partial void BlockBasedOptionsDestroy(nint tableOptions);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_block_based_options_set_filter_policy")]
    public static partial void BlockBasedOptionsSetFilterPolicy(nint tableOptions, nint policy);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_block_based_options_set_block_cache")]
    public static partial void BlockBasedOptionsSetBlockCache(nint tableOptions, nint cache);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_block_based_options_set_block_size")]
    public static partial void BlockBasedOptionsSetBlockSize(nint tableOptions, nuint value);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_block_based_options_set_format_version")]
    public static partial void BlockBasedOptionsSetFormatVersion(nint tableOptions, int value);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_block_based_options_set_cache_index_and_filter_blocks")]
    public static partial void BlockBasedOptionsSetCacheIndexAndFilterBlocks(nint tableOptions, byte value);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_block_based_options_set_cache_index_and_filter_blocks_with_high_priority")]
    public static partial void BlockBasedOptionsSetCacheIndexAndFilterBlocksWithHighPriority(
        nint tableOptions, byte value);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_block_based_options_set_pin_l0_filter_and_index_blocks_in_cache")]
    public static partial void BlockBasedOptionsSetPinL0FilterAndIndexBlocksInCache(nint tableOptions, byte value);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_filterpolicy_create_bloom_full")]
    public static partial nint FilterpolicyCreateBloomFull(double bitsPerKey);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_lru_cache_options_create")]
    public static partial nint LruCacheOptionsCreate();

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_lru_cache_options_set_capacity")]
    public static partial void LruCacheOptionsSetCapacity(nint options, nuint capacity);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_lru_cache_options_set_num_shard_bits")]
    public static partial void LruCacheOptionsSetNumShardBits(nint options, int bits);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_lru_cache_options_destroy")]
    public static partial void LruCacheOptionsDestroy(nint options);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_cache_create_lru_opts")]
    public static partial nint CacheCreateLruOpts(nint options);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_cache_set_capacity")]
    public static partial void CacheSetCapacity(nint cache, nuint capacity);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_cache_get_usage")]
    public static partial nuint CacheGetUsage(nint cache);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_open_column_families", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint OpenColumnFamilies(
        nint options, string path, int count, nint* names, nint* familyOptions, nint* handles, out nint error);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_column_family_handle_destroy")]
    public static partial void ColumnFamilyHandleDestroy(nint handle);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_close")]
    public static partial void Close(nint db);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_cancel_all_background_work")]
    public static partial void CancelAllBackgroundWork(nint db, byte wait);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_set_options_cf")]
    public static partial void SetOptionsCf(
        nint db, nint family, int count, nint* keys, nint* values, out nint error);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_property_value_cf", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint PropertyValueCf(nint db, nint family, string name);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_property_int_cf", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int PropertyIntCf(nint db, nint family, string name, out ulong value);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_approximate_sizes_cf")]
    public static partial void ApproximateSizesCf(
        nint db, nint family, int count, byte** from, nuint* fromBytes, byte** to, nuint* toBytes, out ulong size, out nint error);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_ingestexternalfileoptions_create")]
    public static partial nint IngestexternalfileoptionsCreate();

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_ingestexternalfileoptions_destroy")]
    public static partial void IngestexternalfileoptionsDestroy(nint options);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_ingestexternalfileoptions_set_move_files")]
    public static partial void IngestexternalfileoptionsSetMoveFiles(nint options, byte value);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_ingest_external_file_cf")]
    public static partial void IngestExternalFileCf(
        nint db, nint family, nint* files, nuint count, nint options, out nint error);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_envoptions_create")]
    public static partial nint EnvoptionsCreate();

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_envoptions_destroy")]
    public static partial void EnvoptionsDestroy(nint options);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_sstfilewriter_create")]
    public static partial nint SstfilewriterCreate(nint envOptions, nint options);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_sstfilewriter_destroy")]
    public static partial void SstfilewriterDestroy(nint writer);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_sstfilewriter_open", StringMarshalling = StringMarshalling.Utf8)]
    public static partial void SstfilewriterOpen(nint writer, string path, out nint error);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_sstfilewriter_put")]
    public static partial void SstfilewriterPut(
        nint writer, byte* key, nuint keyBytes, byte* value, nuint valueBytes, out nint error);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_sstfilewriter_delete_range")]
    public static partial void SstfilewriterDeleteRange(
        nint writer, byte* from, nuint fromLength, byte* toExclusive, nuint toLength, out nint error);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_sstfilewriter_delete")]
    public static partial void SstfilewriterDelete(nint writer, byte* key, nuint keyBytes, out nint error);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_sstfilewriter_finish")]
    public static partial void SstfilewriterFinish(nint writer, out nint error);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_sstfilewriter_file_size")]
    public static partial void SstfilewriterFileSize(nint writer, out ulong bytes);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_checkpoint_object_create")]
    public static partial nint CheckpointObjectCreate(nint db, out nint error);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_checkpoint_object_destroy")]
    public static partial void CheckpointObjectDestroy(nint checkpoint);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_checkpoint_create", StringMarshalling = StringMarshalling.Utf8)]
    public static partial void CheckpointCreate(nint checkpoint, string path, ulong logSizeForFlush, out nint error);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_readoptions_create")]
    public static partial nint ReadoptionsCreate();

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_readoptions_destroy")]
    public static partial void ReadoptionsDestroy(nint options);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_readoptions_set_iterate_upper_bound")]
    public static partial void ReadoptionsSetIterateUpperBound(nint options, byte* key, nuint keyBytes);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_batched_multi_get_cf")]
    public static partial void BatchedMultiGetCf(
        nint db, nint options, nint family, nuint count, nint* keys, nuint* keyBytes, nint* values, nint* errors, byte sortedInput);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_pinnableslice_value")]
    public static partial nint PinnablesliceValue(nint slice, out nuint bytes);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_pinnableslice_destroy")]
    public static partial void PinnablesliceDestroy(nint slice);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_create_iterator_cf")]
    public static partial nint CreateIteratorCf(nint db, nint options, nint family);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_iter_destroy")]
    public static partial void IterDestroy(nint iterator);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_iter_seek")]
    public static partial void IterSeek(nint iterator, byte* key, nuint keyBytes);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_iter_next")]
    public static partial void IterNext(nint iterator);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_iter_valid")]
    public static partial byte IterValid(nint iterator);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_iter_key")]
    public static partial nint IterKey(nint iterator, out nuint bytes);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_iter_value")]
    public static partial nint IterValue(nint iterator, out nuint bytes);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_iter_get_error")]
    public static partial void IterGetError(nint iterator, out nint error);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_free")]
    public static partial void Free(nint pointer);
}
