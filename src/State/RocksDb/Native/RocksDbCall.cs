using System.Runtime.InteropServices;

namespace SqlStream.State.RocksDb.Native;

/// <summary>Turns what RocksDB returns into our types.</summary>
static class RocksDbCall
{
    /// <summary>Throws for the message in <paramref name="error"/>, if there is one.</summary>
    public static void ThrowIfError(nint error, string action, string directory)
    {
        if (error != 0)
            throw StateErrors.RocksDbFailed(action, directory, TakeString(error));
    }

    /// <summary>Copies a string that RocksDB allocated, and frees it.</summary>
    public static string TakeString(nint pointer)
    {
        var text = Marshal.PtrToStringUTF8(pointer) ?? "";
        RocksDbApi.Free(pointer);
        return text;
    }
}

/// <summary>A list of C strings for the time of a call.</summary>
sealed class NativeStrings : IDisposable
{
    readonly nint[] _strings;

    public NativeStrings(IReadOnlyList<string> strings)
    {
        _strings = new nint[strings.Count];
        for (var i = 0; i < strings.Count; i++)
            _strings[i] = Marshal.StringToCoTaskMemUTF8(strings[i]);
    }

    public ReadOnlySpan<nint> Pointers => _strings;

    public void Dispose()
    {
        foreach (var pointer in _strings)
            Marshal.FreeCoTaskMem(pointer);
    }
}
