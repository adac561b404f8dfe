namespace SqlStream.Broker.Security;

/// <summary>The server's side of a SASL mechanism, for one connection.</summary>
interface ISaslExchange
{
    /// <summary>Whether the client has proved who it is.</summary>
    bool IsDone { get; }

    /// <summary>Takes the client's next message.</summary>
    /// <returns>What to answer, or null if the client failed.</returns>
    byte[]? Next(ReadOnlySpan<byte> message);
}
