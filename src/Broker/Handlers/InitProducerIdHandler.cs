using SqlStream.Broker.Protocol;
using SqlStream.Broker.Transactions;

namespace SqlStream.Broker.Handlers;

/// <summary>Gives a producer its id and epoch.</summary>
sealed class InitProducerIdHandler(Cluster cluster) : ImmediateHandler(cluster)
{
    public override ApiRange Api { get; } = new(ApiKey.InitProducerId, 0, 4, FlexibleFrom: 2);

    protected override void Handle(Request request, WireReader reader, WireWriter writer)
    {
        var id = reader.NullableString();
        var timeout = reader.Int32();
        var (producerId, epoch) = request.Version >= 3 ? (reader.Int64(), reader.Int16()) : (-1, (short)-1);
        reader.Tags();
        // Only with a transactional id is there a coordinator to ask.
        var refused = id is null ? request.Refused : NotHere(request);
        var identity = refused is { } error ? ProducerIdentity.Failed(error) : Cluster.Transactions.Begin(id, timeout, producerId, epoch);
        writer.Int32(request.ThrottleMs);
        writer.Error(request.Final(request.Version < 4 ? TransactionErrors.ForOlderVersion(identity.Error) : identity.Error));
        writer.Int64(identity.ProducerId);
        writer.Int16(identity.Epoch);
        writer.Tags();
    }
}
