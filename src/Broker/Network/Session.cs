using SqlStream.Broker.Security;

namespace SqlStream.Broker.Network;

/// <summary>What is remembered of a connection between its requests.</summary>
sealed class Session(string clientHost, bool isAuthenticated)
{
    public string ClientHost { get; } = clientHost;

    public bool IsAuthenticated { get; set; } = isAuthenticated;

    /// <summary>The exchange that was begun by SaslHandshake.</summary>
    public ISaslExchange? Exchange { get; set; }
}
