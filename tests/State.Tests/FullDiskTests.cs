using SqlStream.Core.Diagnostics;
using SqlStream.Core.Time;
using SqlStream.State.Checkpoints;
using SqlStream.Testing;

namespace SqlStream.State.Tests;

public sealed class FullDiskTests : IDisposable
{
    readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [FactIfMount]
    public void A_full_working_directory_ends_the_backend_and_the_last_checkpoint_goes_on_elsewhere()
    {
        using var disk = new SmallDisk(24);
        var store = new CheckpointStore(new LocalFileStore(_directory["checkpoints"]), "job");
        var written = 0L;
        var failure = Assert.Throws<ExternalException>(() => FillAndPublish(disk.Path, store, ref written));
        Assert.Equal(SqlState.DiskFull, failure.SqlState);
        Assert.Equal(Retry.Backoff, failure.Retry);
        Assert.Contains(disk.Path, failure.Message, StringComparison.Ordinal);
        Assert.Matches("[0-9] MB are free there and about .* MB are needed", failure.Hint);
        Assert.True(written > 3);
        using var restored = StateBackends.Open("rocksdb", Options(_directory["elsewhere"]), store.RestoreFrom(store.Load(store.Latest()!.CheckpointId)));
        Assert.Equal(written, StateModel.ScanAll(restored).Count);
    }

    [FactIfMount]
    public void A_disk_that_others_fill_under_RocksDB_is_an_error_and_no_damage()
    {
        using var disk = new SmallDisk(24);
        var store = new CheckpointStore(new LocalFileStore(_directory["checkpoints"]), "job");
        using (var backend = StateBackends.Open("rocksdb", Options(disk.Path), null))
        {
            StateModel.Commit(backend, new Epoch(1), OneEntry(1, 100_000));
            Publish(backend, store);
            var prepared = backend.Prepare(new Epoch(2), OneEntry(2, 100_000));
            Fill(Path.Combine(disk.Path, "foreign"));
            var failure = Record(() =>
            {
                backend.Commit(new Epoch(2), [prepared]);
                for (var epoch = 3; epoch < 400; epoch++)
                {
                    backend.Snapshot().Dispose();
                    StateModel.Commit(backend, new Epoch(epoch), OneEntry(epoch, 10));
                }
            });
            Assert.Equal(SqlState.DiskFull, failure.SqlState);
        }
        using var restored = StateBackends.Open("rocksdb", Options(_directory["elsewhere"]), store.RestoreFrom(store.Load(1)));
        Assert.Single(StateModel.ScanAll(restored));
    }

    [FactIfMount]
    public void A_full_store_fails_the_checkpoint_and_the_next_one_succeeds_when_there_is_room()
    {
        using var disk = new SmallDisk(8);
        var files = new LocalFileStore(Path.Combine(disk.Path, "checkpoints"));
        var store = new CheckpointStore(files, "job");
        using var backend = StateBackends.Open("memory", Options(_directory["work"]), null);
        StateModel.Commit(backend, new Epoch(1), OneEntry(1, 1_000_000));
        Publish(backend, store);
        var before = files.List("");
        var foreign = Path.Combine(disk.Path, "foreign");
        Fill(foreign);
        StateModel.Commit(backend, new Epoch(2), OneEntry(2, 500_000));
        Assert.Equal(SqlState.DiskFull, Record(() => Publish(backend, store)).SqlState);
        // What was written of the failed checkpoint does not keep the space.
        Assert.Equal(before, files.List(""));
        Assert.Null(Assert.Single(store.List()).Problem);
        File.Delete(foreign);
        Publish(backend, store);
        Assert.All(store.List(), info => Assert.Null(info.Problem));
        Assert.Equal([1, 3], store.List().Select(info => info.CheckpointId));
    }

    void FillAndPublish(string directory, CheckpointStore store, ref long written)
    {
        using var backend = StateBackends.Open("rocksdb", Options(directory), null);
        for (var epoch = 1; epoch < 200; epoch++)
        {
            StateModel.Commit(backend, new Epoch(epoch), OneEntry(epoch, 1_000_000));
            Publish(backend, store);
            written = epoch;
        }
    }

    static StateBackendOptions Options(string directory) =>
        new() { WorkingDirectory = Path.Combine(directory, "work"), MemoryBudgetBytes = 8 << 20 };

    static void Publish(IStateBackend backend, CheckpointStore store)
    {
        using var snapshot = backend.Snapshot();
        store.Publish(Drafts.Of(store, snapshot), default);
    }

    static ChangeSet OneEntry(int key, int bytes)
    {
        var value = new byte[bytes];
        new Random(key).NextBytes(value);
        var changes = new ChangeSet();
        changes.PutParts(1, 1, BitConverter.GetBytes(key), value);
        return changes;
    }

    static ExternalException Record(Action action) => Assert.Throws<ExternalException>(action);

    static void Fill(string file)
    {
        using var stream = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.None, 0);
        var block = new byte[4096];
        try
        {
            while (true)
                stream.Write(block);
        }
        catch (IOException)
        {
            return;
        }
    }
}
