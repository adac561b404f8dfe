using SqlStream.Broker.Protocol;

namespace SqlStream.Broker.Handlers;

/// <summary>Commits or aborts a transaction.</summary>
sealed class EndTxnHandler(Cluster cluster) : ImmediateHandler(cluster)
{
    public override ApiRange Api { get; } = new(ApiKey.EndTxn, 0, 1, FlexibleFrom: 3);

    protected override void Handle(Request request, WireReader reader, WireWriter writer)
    {
        var id = reader.String();
        var producerId = reader.Int64();
        var epoch = reader.Int16();
        var isCommit = reader.Boolean();
        var error = NotHere(request) ?? TransactionErrors.ForOlderVersion(Cluster.Transactions.End(id, producerId, epoch, isCommit));
        writer.Int32(request.ThrottleMs);
        writer.Error(request.Final(error));
    }
}
