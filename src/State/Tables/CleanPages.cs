namespace SqlStream.State.Tables;

/// <summary>Memory pages of one size for <see cref="CleanCache"/>. What one table gives back another one takes, so that caches grow and
/// shrink without garbage. Any thread.</summary>
static class CleanPages
{
    /// <summary>Bytes of a page.</summary>
    public const int Bytes = 16 << 10;

    const int KeptMax = 1024;

    static readonly Lock _lock = new();
    static readonly Stack<byte[]> _free = new();

    /// <summary>A page with any content, and with slack behind it for reads of whole words.</summary>
    public static byte[] Rent()
    {
        lock (_lock)
        {
            if (_free.TryPop(out var page))
                return page;
        }
        // Pages live long and are never moved: in the pinned heap the collector does not copy them from generation to generation.
        return GC.AllocateUninitializedArray<byte>(Bytes + ZeroSuppressed.SlackBytes, pinned: true);
    }

    /// <summary>Takes a page back.</summary>
    public static void Return(byte[] page)
    {
        if (page.Length < Bytes)
            return;
        lock (_lock)
        {
            if (_free.Count < KeptMax)
                _free.Push(page);
        }
    }
}
