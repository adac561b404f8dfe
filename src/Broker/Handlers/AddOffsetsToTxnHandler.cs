using SqlStream.Broker.Protocol;

namespace SqlStream.Broker.Handlers;

/// <summary>Takes the offsets of a group into a transaction.</summary>
sealed class AddOffsetsToTxnHandler(Cluster cluster) : ImmediateHandler(cluster)
{
    public override ApiRange Api { get; } = new(ApiKey.AddOffsetsToTxn, 0, 0, FlexibleFrom: 3);

    protected override void Handle(Request request, WireReader reader, WireWriter writer)
    {
        var id = reader.String();
        var producerId = reader.Int64();
        var epoch = reader.Int16();
        var group = reader.String();
        var error = NotHere(request) ?? TransactionErrors.ForOlderVersion(Cluster.Transactions.MayAdd(id, producerId, epoch));
        if (error == ErrorCode.None)
            Cluster.Transactions.AddGroup(id, group);
        writer.Int32(request.ThrottleMs);
        writer.Error(request.Final(error));
    }
}
