namespace SqlStream.State;

/// <summary>A cursor over nothing.</summary>
sealed class EmptyIterator : IStateIterator
{
    public static EmptyIterator Instance { get; } = new();

    public ReadOnlySpan<byte> Key => [];

    public ReadOnlySpan<byte> Value => [];

    public bool MoveNext() => false;

    public void Dispose()
    {
    }
}
