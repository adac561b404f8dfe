namespace SqlStream.State;

/// <summary>What a state backend has done and holds. Counters run from the opening of the backend.</summary>
/// <param name="Reads">Keys looked up and iterator steps.</param>
/// <param name="ReadNanoseconds">Time spent in MultiGet, summed over threads.</param>
/// <param name="BytesWritten">Bytes of committed changes, before compaction.</param>
/// <param name="LiveBytes">Size of the files (rocksdb) or runs (memory) that hold the content.</param>
/// <param name="SstFiles">Live files, or runs.</param>
/// <param name="Level0Files">Files in level 0; every read looks at each whose range holds its key. 0 for memory.</param>
/// <param name="CompactionPendingBytes">Estimate of what compaction still has to rewrite. 0 for memory.</param>
/// <param name="CompactionsRunning">Compactions under way.</param>
/// <param name="WriteStalled">True while RocksDB delays or stops writes, or has stopped on a background error.</param>
/// <param name="CompactionPaused">True while compaction is off because the disk is nearly full.</param>
/// <param name="MemoryUsedBytes">Table readers and this process's share of the block cache, or the bytes of the runs.</param>
public sealed record StateMetrics(
    long Reads,
    long ReadNanoseconds,
    long BytesWritten,
    long LiveBytes,
    long SstFiles,
    long Level0Files,
    long CompactionPendingBytes,
    long CompactionsRunning,
    bool WriteStalled,
    bool CompactionPaused,
    long MemoryUsedBytes);
