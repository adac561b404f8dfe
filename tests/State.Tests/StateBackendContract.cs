using System.Buffers.Binary;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Time;
using SqlStream.State.Checkpoints;
using SqlStream.Testing;

namespace SqlStream.State.Tests;

/// <summary>What every backend promises. Each backend inherits it.</summary>
public abstract class StateBackendContract : IDisposable
{
    readonly TemporaryDirectory _directory = new();

    protected abstract string BackendName { get; }

    public void Dispose() => _directory.Dispose();

    IStateBackend Open(StateRestore? restore = null, string folder = "work") => StateBackends.Open(
        BackendName, Options(folder), restore);

    protected StateBackendOptions Options(string folder) =>
        new() { WorkingDirectory = _directory[folder], MemoryBudgetBytes = 16 << 20, DiskReserveBytes = 1 << 20, TableFileBytes = 20_000 };

    CheckpointStore Store(string name = "job") => new(new LocalFileStore(_directory["checkpoints"]), name);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Random_changes_give_what_a_sorted_dictionary_gives(int seed)
    {
        var model = new StateModel(seed);
        using var backend = Open();
        var random = new Random(seed);
        for (var epoch = 1; epoch <= 40; epoch++)
        {
            StateModel.Commit(backend, new Epoch(epoch), model.Change(1 + random.Next(3), random.Next(300)));
            Assert.Equal(new Epoch(epoch), backend.Content);
            if (epoch % 5 == 0)
                model.ShouldEqual(backend);
        }
    }

    [Fact]
    public void Tables_are_measured_one_by_one()
    {
        using var backend = Open();
        Assert.Equal([0, 0], backend.Measure([7, 8]));
        var changes = new ChangeSet();
        for (ushort i = 0; i < 100; i++)
        {
            changes.PutParts(7, 0, [(byte)i, 1, 2, 3], new byte[10]);
            changes.PutParts(8, i, [(byte)i], new byte[100]);
        }
        // The last write of a key counts, a delete with its key.
        changes.PutParts(7, 0, [5, 1, 2, 3], new byte[20]);
        changes.DeleteParts(9, 0, [1]);
        using var prepared = backend.Prepare(new Epoch(1), changes);
        Assert.Equal([new TableBytes(7, (100 * 18) + 10), new TableBytes(8, 100 * 105), new TableBytes(9, 5)], prepared.Tables);
        backend.Commit(new Epoch(1), [prepared]);
        var sizes = backend.Measure([8, 7, 9, ushort.MaxValue]);
        // A backend may count what stands around an entry.
        Assert.InRange(sizes[0], 100 * 105, 100 * 113);
        Assert.InRange(sizes[1], (100 * 18) + 10, (100 * 26) + 10);
        Assert.InRange(sizes[2], 0, 13);
        Assert.Equal(0, sizes[3]);
    }

    [Fact]
    public void Tables_of_many_blocks_are_measured_to_within_some()
    {
        using var backend = Open();
        var random = new Random(1);
        var value = new byte[100];
        for (var epoch = 1; epoch <= 3; epoch++)
        {
            var changes = new ChangeSet();
            for (var i = 0; i < 10_000; i++)
            {
                random.NextBytes(value);
                changes.PutParts((ushort)(i % 4 == 0 ? 1 : 2), (ushort)(i % 128), BitConverter.GetBytes((epoch * 10_000) + i), value);
            }
            backend.Commit(new Epoch(epoch), [backend.Prepare(new Epoch(epoch), changes)]);
        }
        var sizes = backend.Measure([1, 2]);
        Assert.InRange(sizes[0], 700_000, 1_000_000);
        Assert.InRange(sizes[1], 2_200_000, 2_900_000);
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public void A_restored_checkpoint_equals_its_epoch_and_goes_on_from_there(int seed)
    {
        var model = new StateModel(seed);
        var store = Store();
        var backend = Open();
        var epoch = Epoch.Zero;
        for (var round = 0; round < 6; round++)
        {
            for (var i = 0; i < 4; i++)
            {
                epoch = epoch.Next;
                StateModel.Commit(backend, epoch, model.Change(2, 120));
            }
            CheckpointInfo info;
            using (var snapshot = backend.Snapshot())
                info = store.Publish(Drafts.Of(store, snapshot), default);
            // What comes after the checkpoint must be gone after the restore.
            StateModel.Commit(backend, epoch.Next, model.Copy(seed + round).Change(2, 50));
            backend.Dispose();
            backend = Open(store.RestoreFrom(store.Load(info.CheckpointId)));
            Assert.Equal(epoch, backend.Content);
            model.ShouldEqual(backend);
            store.Retain(2, []);
        }
        backend.Dispose();
        Assert.All(store.List(), info => Assert.Null(info.Problem));
    }

    [Fact]
    public void A_snapshot_of_an_empty_backend_has_no_files_and_restores_to_nothing()
    {
        var store = Store();
        using (var backend = Open())
        {
            backend.Commit(new Epoch(1), []);
            using var snapshot = backend.Snapshot();
            Assert.Empty(snapshot.Files);
            Assert.Equal(new Epoch(1), snapshot.Epoch);
            store.Publish(Drafts.Of(store, snapshot), default);
        }
        using var restored = Open(store.RestoreFrom(store.Load(1)));
        Assert.Equal(new Epoch(1), restored.Content);
        Assert.Empty(StateModel.ScanAll(restored));
    }

    [Fact]
    public void A_change_set_may_be_used_again_after_prepare()
    {
        using var backend = Open();
        var changes = new ChangeSet();
        changes.PutParts(1, 2, "a"u8, "1"u8);
        using var prepared = backend.Prepare(new Epoch(1), changes);
        changes.Clear();
        changes.PutParts(1, 2, "b"u8, "2"u8);
        backend.Commit(new Epoch(1), [prepared]);
        var entry = Assert.Single(StateModel.ScanAll(backend));
        Assert.Equal([0, 1, 0, 2, (byte)'a'], entry.Key);
    }

    [Fact]
    public void The_last_write_of_a_key_in_an_epoch_wins()
    {
        using var backend = Open();
        var changes = new ChangeSet();
        changes.PutParts(1, 2, "gone"u8, "1"u8);
        changes.PutParts(1, 2, "kept"u8, "1"u8);
        changes.DeleteParts(1, 2, "gone"u8);
        changes.DeleteParts(1, 2, "kept"u8);
        changes.PutParts(1, 2, "kept"u8, "2"u8);
        StateModel.Commit(backend, new Epoch(1), changes);
        var entry = Assert.Single(StateModel.ScanAll(backend));
        Assert.Equal("2"u8.ToArray(), entry.Value);
    }

    [Fact]
    public void A_delete_removes_what_earlier_epochs_wrote_and_may_name_a_missing_key()
    {
        using var backend = Open();
        var changes = new ChangeSet();
        changes.PutParts(7, 1, "a"u8, "1"u8);
        changes.PutParts(7, 1, "b"u8, []);
        StateModel.Commit(backend, new Epoch(1), changes);
        changes.DeleteParts(7, 1, "a"u8);
        changes.DeleteParts(7, 1, "missing"u8);
        StateModel.Commit(backend, new Epoch(2), changes);
        var entry = Assert.Single(StateModel.ScanAll(backend));
        Assert.Equal([0, 7, 0, 1, (byte)'b'], entry.Key);
        Assert.Empty(entry.Value);
    }

    [Fact]
    public void An_empty_value_is_found()
    {
        using var backend = Open();
        var changes = new ChangeSet();
        changes.PutParts(1, 1, [], []);
        StateModel.Commit(backend, new Epoch(1), changes);
        var batch = new StateReadBatch();
        batch.AddKey(1, 1, []);
        batch.AddKey(1, 2, []);
        backend.MultiGet(batch);
        Assert.True(batch.Found(0));
        Assert.True(batch.Value(0).IsEmpty);
        Assert.False(batch.Found(1));
    }

    [Fact]
    public void Scan_respects_both_bounds()
    {
        using var backend = Open();
        var changes = new ChangeSet();
        foreach (var key in new byte[] { 1, 2, 3, 4 })
            changes.Put([0, 0, 0, key], [key]);
        StateModel.Commit(backend, new Epoch(1), changes);
        Assert.Equal([2, 3], StateModel.ScanAll(backend, [0, 0, 0, 2], [0, 0, 0, 4]).Select(entry => entry.Value[0]));
        Assert.Equal([3, 4], StateModel.ScanAll(backend, [0, 0, 0, 2, 0]).Select(entry => entry.Value[0]));
        Assert.Empty(StateModel.ScanAll(backend, [0, 0, 0, 5]));
        Assert.Empty(StateModel.ScanAll(backend, [0, 0, 0, 3], [0, 0, 0, 3]));
    }

    [Fact]
    public void Scan_sees_the_content_of_its_creation()
    {
        using var backend = Open();
        var changes = new ChangeSet();
        changes.Put([0, 0, 0, 1], [1]);
        changes.Put([0, 0, 0, 2], [1]);
        StateModel.Commit(backend, new Epoch(1), changes);
        using var iterator = backend.Scan([], []);
        changes.Put([0, 0, 0, 1], [9]);
        changes.Delete([0, 0, 0, 2]);
        changes.Put([0, 0, 0, 3], [9]);
        StateModel.Commit(backend, new Epoch(2), changes);
        var seen = new List<byte>();
        while (iterator.MoveNext())
            seen.Add((byte)((iterator.Key[3] * 16) + iterator.Value[0]));
        Assert.Equal([0x11, 0x21], seen);
    }

    [Fact]
    public void Readers_beside_commits_see_whole_epochs()
    {
        const int keys = 200;
        const int epochs = 150;
        using var backend = Open();
        var failures = new System.Collections.Concurrent.ConcurrentQueue<string>();
        var done = 0;
        var readers = new List<Thread>();
        for (var i = 0; i < 2; i++)
        {
            var scans = i == 1;
            var reader = new Thread(() =>
            {
                var batch = new StateReadBatch();
                var newest = 0L;
                while (Volatile.Read(ref done) == 0)
                {
                    var values = scans ? ReadByScan(backend) : ReadByGet(backend, batch, keys);
                    if (values.Distinct().Count() > 1 || (values.Count != 0 && values.Count != keys))
                        failures.Enqueue($"{values.Count} keys with epochs {values.Min()} to {values.Max()}");
                    if (values.Count > 0 && values[0] < newest)
                        failures.Enqueue($"epoch {values[0]} after {newest}");
                    newest = values.Count > 0 ? values[0] : newest;
                }
            });
            reader.Start();
            readers.Add(reader);
        }
        var sets = new[] { new ChangeSet(), new ChangeSet() };
        var value = new byte[8];
        for (var epoch = 1; epoch <= epochs; epoch++)
        {
            BinaryPrimitives.WriteInt64BigEndian(value, epoch);
            for (var key = 0; key < keys; key++)
                sets[key % 2].PutParts(1, (ushort)(key % 2), BitConverter.GetBytes(key), value);
            StateModel.Commit(backend, new Epoch(epoch), sets);
        }
        Volatile.Write(ref done, 1);
        foreach (var reader in readers)
            reader.Join();
        Assert.Empty(failures);
    }

    [Fact]
    public void A_later_snapshot_names_the_same_immutable_files()
    {
        using var backend = Open();
        var model = new StateModel(5);
        StateModel.Commit(backend, new Epoch(1), model.Change(1, 3000));
        using var first = backend.Snapshot();
        var few = new ChangeSet();
        few.PutParts(1, 1, "x"u8, "y"u8);
        StateModel.Commit(backend, new Epoch(2), few);
        using var second = backend.Snapshot();
        Assert.Same(first.Lineage, second.Lineage);
        var before = first.Files.Where(file => file.IsImmutableShared).Select(file => (file.LogicalName, file.Size));
        var after = second.Files.Where(file => file.IsImmutableShared).Select(file => (file.LogicalName, file.Size));
        Assert.NotEmpty(before);
        Assert.Subset(after.ToHashSet(), before.ToHashSet());
        Assert.Equal(before.Count() + 1, after.Count());
    }

    [Fact]
    public void A_snapshot_outlives_later_commits_and_the_backend()
    {
        var model = new StateModel(6);
        var store = Store();
        var backend = Open();
        StateModel.Commit(backend, new Epoch(1), model.Change(2, 200));
        var snapshot = backend.Snapshot();
        for (var epoch = 2; epoch < 30; epoch++)
            StateModel.Commit(backend, new Epoch(epoch), model.Copy(epoch).Change(2, 200));
        backend.Dispose();
        store.Publish(Drafts.Of(store, snapshot), default);
        snapshot.Dispose();
        using var restored = Open(store.RestoreFrom(store.Load(1)));
        model.ShouldEqual(restored);
    }

    [Fact]
    public void The_checkpoint_of_the_other_backend_is_converted()
    {
        var other = BackendName == StateBackends.Memory ? StateBackends.RocksDb : StateBackends.Memory;
        var model = new StateModel(7);
        var store = Store();
        using (var source = StateBackends.Open(other, Options("other"), null))
        {
            StateModel.Commit(source, new Epoch(4), model.Change(2, 500));
            using var snapshot = source.Snapshot();
            store.Publish(Drafts.Of(store, snapshot), default);
        }
        using var backend = Open(store.RestoreFrom(store.Load(1)));
        Assert.Equal(BackendName, backend.Name);
        Assert.Equal(new Epoch(4), backend.Content);
        model.ShouldEqual(backend);
        StateModel.Commit(backend, new Epoch(5), model.Change(2, 100));
        model.ShouldEqual(backend);
    }

    [Fact]
    public void Dispose_leaves_nothing_in_the_working_directory()
    {
        using (var backend = Open())
        {
            StateModel.Commit(backend, new Epoch(1), new StateModel(1).Change(2, 100));
            backend.Prepare(new Epoch(2), new StateModel(2).Change(1, 10)[0]);
            backend.Snapshot().Dispose();
        }
        Assert.Empty(Directory.GetFileSystemEntries(_directory["work"]));
    }

    [Fact]
    public void What_a_killed_predecessor_left_is_deleted_at_the_next_start()
    {
        var dead = Directory.CreateDirectory(Path.Combine(_directory["work"], BackendName + "-000003", "db"));
        File.WriteAllText(Path.Combine(dead.FullName, "CURRENT"), "old");
        using var backend = Open();
        Assert.False(dead.Exists && Directory.Exists(dead.FullName));
        using var beside = Open();
        Assert.Equal(2, Directory.GetDirectories(_directory["work"]).Length);
    }

    [Fact]
    public void A_later_epoch_must_follow()
    {
        using var backend = Open();
        backend.Commit(new Epoch(3), []);
        Assert.Throws<EngineBugException>(() => backend.Commit(new Epoch(3), []));
    }

    [Fact]
    public void Metrics_count_reads_and_files()
    {
        using var backend = Open();
        Assert.Equal(0, backend.Metrics.SstFiles);
        var changes = new ChangeSet();
        changes.PutParts(1, 1, "a"u8, "1"u8);
        StateModel.Commit(backend, new Epoch(1), changes);
        var batch = new StateReadBatch();
        batch.AddKey(1, 1, "a"u8);
        batch.AddKey(1, 2, "b"u8);
        backend.MultiGet(batch);
        var metrics = backend.Metrics;
        Assert.Equal(2, metrics.Reads);
        Assert.Equal(1, metrics.SstFiles);
        Assert.True(metrics.BytesWritten > 0);
        Assert.False(metrics.WriteStalled);
    }

    static List<long> ReadByScan(IStateBackend backend)
    {
        var values = new List<long>();
        using var iterator = backend.Scan([], []);
        while (iterator.MoveNext())
            values.Add(BinaryPrimitives.ReadInt64BigEndian(iterator.Value));
        return values;
    }

    static List<long> ReadByGet(IStateBackend backend, StateReadBatch batch, int keys)
    {
        batch.Clear();
        for (var key = 0; key < keys; key++)
            batch.AddKey(1, (ushort)(key % 2), BitConverter.GetBytes(key));
        backend.MultiGet(batch);
        var values = new List<long>();
        for (var key = 0; key < keys; key++)
        {
            if (batch.Found(key))
                values.Add(BinaryPrimitives.ReadInt64BigEndian(batch.Value(key)));
        }
        return values;
    }
}

public sealed class MemoryBackendTests : StateBackendContract
{
    protected override string BackendName => StateBackends.Memory;
}

public sealed class RocksDbBackendTests : StateBackendContract
{
    protected override string BackendName => StateBackends.RocksDb;
}
