using SqlStream.Core.Diagnostics;

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
}
