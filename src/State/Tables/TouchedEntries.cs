using System.Runtime.CompilerServices;

namespace SqlStream.State.Tables;

/// <summary>The distinct entries that the keys of one batch named, each with the first key that did. Reused from batch to batch.</summary>
public sealed class TouchedEntries
{
    int[] _entries = new int[256];
    int[] _firstKeys = new int[256];
    int[] _offsets = new int[256];

    /// <summary>Number of distinct entries.</summary>
    public int Count { get; private set; }

    /// <summary>The entries.</summary>
    public ReadOnlySpan<int> Entries => _entries.AsSpan(0, Count);

    /// <summary>For each entry the index of the first key of the batch that named it.</summary>
    public ReadOnlySpan<int> FirstKeys => _firstKeys.AsSpan(0, Count);

    /// <summary>For each entry where its value begins in <see cref="ValueTable.Memory"/>.</summary>
    public ReadOnlySpan<int> Offsets => _offsets.AsSpan(0, Count);

    internal void Clear() => Count = 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Add(int entry, int key, int offset)
    {
        if (Count == _entries.Length)
            Grow();
        _entries[Count] = entry;
        _offsets[Count] = offset;
        _firstKeys[Count++] = key;
    }

    void Grow()
    {
        Array.Resize(ref _entries, Count * 2);
        Array.Resize(ref _firstKeys, Count * 2);
        Array.Resize(ref _offsets, Count * 2);
    }
}
