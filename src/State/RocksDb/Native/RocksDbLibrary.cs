using System.Reflection;
using System.Runtime.InteropServices;

namespace SqlStream.State.RocksDb.Native;

/// <summary>Finds the system's RocksDB library.</summary>
static class RocksDbLibrary
{
    public const string Name = "rocksdb";
    const string Tested = "librocksdb.so.7.8";

    static readonly string[] _directories =
        ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib", "/usr/local/lib"];

    static readonly Lock _lock = new();
    static bool _registered;
    static nint _handle;

    /// <summary>Loads the library, or says which package brings it. Must come before the first call of <see cref="RocksDbApi"/>.</summary>
    public static void Require()
    {
        lock (_lock)
        {
            if (!_registered)
                NativeLibrary.SetDllImportResolver(typeof(RocksDbLibrary).Assembly, Resolve);
            _registered = true;
            if (Load() == 0)
                throw StateErrors.RocksDbMissing();
        }
    }

    static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) => name == Name ? Load() : 0;

    static nint Load()
    {
        var handle = Volatile.Read(ref _handle);
        if (handle != 0)
            return handle;
        foreach (var candidate in Candidates())
        {
            if (NativeLibrary.TryLoad(candidate, out handle))
            {
                Volatile.Write(ref _handle, handle);
                return handle;
            }
        }
        return 0;
    }

    static IEnumerable<string> Candidates()
    {
        yield return Tested;
        foreach (var directory in _directories)
        {
            if (!Directory.Exists(directory))
                continue;
            var found = Directory.GetFiles(directory, "librocksdb.so.*");
            Array.Sort(found, string.CompareOrdinal);
            foreach (var file in found)
                yield return file;
        }
        yield return "librocksdb";
    }
}
