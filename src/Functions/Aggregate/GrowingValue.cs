using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;

namespace SqlStream.Functions.Aggregate;

/// <summary>State that is one value of any length: chunk 0 is a version byte and the ordered key of the value; empty over no
/// values.</summary>
static class GrowingValue
{
    const byte Version = 1;
    const int StackBytes = 256;

    /// <summary>Names in state signatures how values of a type are stored: the length of a string makes no difference.</summary>
    public static string Layout(SqlType type) => type.IsCharacter ? "STRING" : type.IsBinary ? "BYTES" : type.AllNullable.Name;

    /// <summary>The key of the value that is kept; false if there is none.</summary>
    public static bool TryGet(IBlobState state, out ReadOnlySpan<byte> key)
    {
        var stored = state.Get(0);
        key = stored.IsEmpty ? default : stored[1..];
        return !stored.IsEmpty;
    }

    /// <summary>Keeps a value instead.</summary>
    public static void Put(IBlobState state, ReadOnlySpan<byte> key)
    {
        var bytes = key.Length < StackBytes ? stackalloc byte[key.Length + 1] : new byte[key.Length + 1];
        bytes[0] = Version;
        key.CopyTo(bytes[1..]);
        state.Put(0, bytes);
    }

    /// <summary>Appends the value, or NULL.</summary>
    public static void Emit(IBlobState state, ColumnBuilder result)
    {
        if (TryGet(state, out var key))
            OrderedKey.Append(result, key);
        else
            result.AppendNull();
    }
}
