using SqlStream.Core.Diagnostics;
using SqlStream.Core.Time;
using SqlStream.State.Memory;
using SqlStream.State.RocksDb;

namespace SqlStream.State;

/// <summary>The state backends by name.</summary>
public static class StateBackends
{
    /// <summary>Keeps the state on local disk.</summary>
    public const string RocksDb = "rocksdb";

    /// <summary>Keeps the state in memory.</summary>
    public const string Memory = "memory";

    static readonly string[] _names = [RocksDb, Memory, "hashmap", "filesystem", "jobmanager"];

    /// <summary>The backend that a name means; Flink's <c>hashmap</c>, <c>filesystem</c> and <c>jobmanager</c> mean memory,
    /// with a notice. Any other name is a <see cref="SqlException"/> with code 22023.</summary>
    public static string Resolve(string name, out Diagnostic? notice)
    {
        notice = null;
        switch (name.ToLowerInvariant())
        {
            case RocksDb:
                return RocksDb;
            case Memory:
                return Memory;
            case "hashmap" or "filesystem" or "jobmanager":
                notice = StateErrors.BackendAlias(name);
                return Memory;
            default:
                throw StateErrors.NoSuchBackend(name, NearestName.Hint(name, _names));
        }
    }

    /// <summary>Opens a backend, empty or with the state of a checkpoint. A checkpoint that another backend wrote is converted.</summary>
    /// <remarks>Damage in the checkpoint is a <see cref="SqlException"/> XX001; nothing is loaded then.</remarks>
    public static IStateBackend Open(
        string name, StateBackendOptions options, StateRestore? restore, CancellationToken cancellation = default)
    {
        var wanted = Resolve(name, out _);
        if (restore is null || !restore.HasStateFiles || restore.Manifest.StateBackend == wanted)
            return Create(wanted, options, restore, cancellation);
        using var source = Create(restore.Manifest.StateBackend, options, restore, cancellation);
        var target = Create(wanted, options, null, cancellation);
        try
        {
            StateConversion.Copy(source, target, new Epoch(restore.Manifest.Epoch), cancellation);
            return target;
        }
        catch
        {
            target.Dispose();
            throw;
        }
    }

    static IStateBackend Create(
        string name, StateBackendOptions options, StateRestore? restore, CancellationToken cancellation) => name switch
        {
            RocksDb => new RocksDbBackend(options, restore, cancellation),
            Memory => new MemoryBackend(options, restore, cancellation),
            _ => throw StateErrors.NoSuchBackend(name, null),
        };
}
