using SqlStream.Core.Time;
using SqlStream.State.Checkpoints;
using SqlStream.Testing;

namespace SqlStream.State.Tests.Checkpoints;

/// <summary>A backend with a known content, and a store for its checkpoints.</summary>
sealed class CheckpointRig : IDisposable
{
    readonly TemporaryDirectory _directory = new();
    readonly string _backendName;
    int _restores;

    public CheckpointRig(string backend = StateBackends.Memory, IFileStore? files = null, int seed = 1)
    {
        _backendName = backend;
        Files = files ?? new LocalFileStore(_directory["checkpoints"]);
        Store = new CheckpointStore(Files, "job");
        Model = new StateModel(seed);
        Backend = StateBackends.Open(backend, Options("work"), null);
    }

    public IFileStore Files { get; }

    public CheckpointStore Store { get; set; }

    public StateModel Model { get; private set; }

    public IStateBackend Backend { get; }

    /// <summary>The content that each published checkpoint must have.</summary>
    public Dictionary<long, StateModel> Published { get; } = [];

    public string this[string name] => _directory[name];

    public string PathOf(string name) => Files.Locate(name.Length == 0 ? "job" : "job/" + name);

    public void Dispose()
    {
        Backend.Dispose();
        _directory.Dispose();
    }

    public void Advance(int changes = 60) =>
        StateModel.Commit(Backend, Backend.Content.Next, Model.Change(2, changes));

    public CheckpointInfo Publish(params DraftFile[] segments) => Publish(Store.NextCheckpointId(), segments);

    public CheckpointInfo Publish(long id, params DraftFile[] segments)
    {
        using var snapshot = Backend.Snapshot();
        // Remembered before: a crash may come after the manifest and before the answer.
        Published[id] = Model.Copy(0);
        return Store.Publish(Drafts.Of(id, snapshot, segments), default);
    }

    public CheckpointInfo AdvanceAndPublish(params DraftFile[] segments)
    {
        Advance();
        return Publish(segments);
    }

    /// <summary>Restores a checkpoint and compares it with what was published.</summary>
    public void ShouldRestore(CheckpointStore store, long id)
    {
        var manifest = store.Load(id);
        using var restored = Restore(store.RestoreFrom(manifest));
        Assert.Equal(new Epoch(manifest.Epoch), restored.Content);
        Published[id].ShouldEqual(restored);
    }

    public IStateBackend Restore(StateRestore restore) =>
        StateBackends.Open(_backendName, Options($"restore-{++_restores}"), restore);

    /// <summary>Reads every byte of a checkpoint.</summary>
    public static void ShouldBeWhole(CheckpointStore store, CheckpointManifest manifest)
    {
        foreach (var file in manifest.Files)
            Assert.Null(store.Folder.FindDamage(file, default));
    }

    StateBackendOptions Options(string folder) =>
        new() { WorkingDirectory = _directory[folder], MemoryBudgetBytes = 8 << 20, DiskReserveBytes = 1 << 20 };
}
