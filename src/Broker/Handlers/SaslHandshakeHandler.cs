using SqlStream.Broker.Protocol;
using SqlStream.Broker.Security;

namespace SqlStream.Broker.Handlers;

/// <summary>Agrees on the mechanism by which a client proves who it is.</summary>
sealed class SaslHandshakeHandler(Cluster cluster) : ImmediateHandler(cluster)
{
    public override ApiRange Api { get; } = new(ApiKey.SaslHandshake, 0, 1, Implemented: 1);

    protected override void Handle(Request request, WireReader reader, WireWriter writer)
    {
        var mechanism = reader.String();
        request.Session.Exchange = Cluster.Credentials.IsRequired ? Cluster.Credentials.Begin(mechanism) : null;
        var error = !Cluster.Credentials.IsRequired ? ErrorCode.IllegalSaslState
            : request.Session.Exchange is null ? ErrorCode.UnsupportedSaslMechanism
            : ErrorCode.None;
        writer.Error(request.Final(request.Refused ?? error));
        writer.ArrayLength(Credentials.Mechanisms.Count);
        foreach (var known in Credentials.Mechanisms)
            writer.String(known);
    }
}
