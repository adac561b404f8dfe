using SqlStream.Broker.Protocol;

namespace SqlStream.Broker.Handlers;

/// <summary>Errors of transactions as the spoken versions have them.</summary>
static class TransactionErrors
{
    /// <summary>PRODUCER_FENCED came later than the versions that are spoken here; before, it was told as INVALID_PRODUCER_EPOCH.</summary>
    public static ErrorCode ForOlderVersion(ErrorCode error) => error == ErrorCode.ProducerFenced ? ErrorCode.InvalidProducerEpoch : error;
}
