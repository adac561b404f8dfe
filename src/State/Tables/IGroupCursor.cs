namespace SqlStream.State.Tables;

/// <summary>Goes over groups, each once, in no particular order. Spans are valid until the next step.</summary>
public interface IGroupCursor : IDisposable
{
    /// <summary>The encoded key.</summary>
    ReadOnlySpan<byte> Key { get; }

    /// <summary>The value.</summary>
    ReadOnlySpan<byte> Value { get; }

    /// <summary>The key group.</summary>
    ushort KeyGroup { get; }

    /// <summary>Goes to the next group; false at the end.</summary>
    bool MoveNext();
}
