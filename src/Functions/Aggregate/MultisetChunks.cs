using SqlStream.Core.Functions;

namespace SqlStream.Functions.Aggregate;

/// <summary>All entries of an <see cref="OrderedMultiset"/>.</summary>
static class MultisetChunks
{
    /// <summary>Copies of its lists of entries, in the order of their keys.</summary>
    public static IEnumerable<byte[]> Of(IBlobState state)
    {
        var root = state.Get(0).ToArray();
        if (root.Length == 0)
            yield break;
        if (root[0] == OrderedMultiset.Inline)
        {
            yield return root[1..];
            yield break;
        }
        var count = new ChunkDirectory(root.AsSpan(1)).Count;
        for (var i = 0; i < count; i++)
            yield return state.Get(new ChunkDirectory(root.AsSpan(1)).ChunkAt(i)).ToArray();
    }
}
