namespace SqlStream.State.Tables;

/// <summary>What is kept of each session, beside when it starts and ends.</summary>
public interface ISessionValues
{
    /// <summary>Length of the value of a session.</summary>
    int ValueBytes { get; }

    /// <summary>A session begins: its value is zero so far.</summary>
    /// <param name="value">The value.</param>
    /// <param name="micros">The time of its first row. No other open session of the key holds it.</param>
    void Begin(Span<byte> value, long micros);

    /// <summary>Two sessions of a key become one.</summary>
    /// <param name="keyGroup">The key group.</param>
    /// <param name="key">The key.</param>
    /// <param name="target">The value of the session that stays.</param>
    /// <param name="source">The value of the one that goes.</param>
    void Merge(ushort keyGroup, ReadOnlySpan<byte> key, Span<byte> target, ReadOnlySpan<byte> source);
}
