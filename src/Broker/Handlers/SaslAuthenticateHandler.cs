using SqlStream.Broker.Protocol;

namespace SqlStream.Broker.Handlers;

/// <summary>Takes one step of the proof.</summary>
sealed class SaslAuthenticateHandler(Cluster cluster) : ImmediateHandler(cluster)
{
    public override ApiRange Api { get; } = new(ApiKey.SaslAuthenticate, 0, 1, FlexibleFrom: 2);

    protected override void Handle(Request request, WireReader reader, WireWriter writer)
    {
        var message = reader.Bytes();
        var exchange = request.Session.Exchange;
        var answer = request.Refused is null ? exchange?.Next(message) : null;
        var error = request.Refused ?? (exchange is null ? ErrorCode.IllegalSaslState : answer is null ? ErrorCode.SaslAuthenticationFailed : ErrorCode.None);
        request.Session.IsAuthenticated |= exchange?.IsDone == true;
        // A failed proof cannot be mended on the same connection.
        request.EndsConnection = error != ErrorCode.None;
        writer.Error(request.Final(error));
        writer.String(error == ErrorCode.SaslAuthenticationFailed ? "Authentication failed: wrong user name or password" : null);
        writer.Bytes(answer);
        if (request.Version >= 1)
            writer.Int64(0);
    }
}
