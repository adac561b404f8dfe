namespace SqlStream.Connectors.Kafka.Native;

/// <summary>The error codes of librdkafka (negative) and of the protocol that are told apart.</summary>
static class RdKafkaCode
{
    public const int Transport = -195;
    public const int Resolve = -193;
    public const int MessageTimedOut = -192;
    public const int PartitionEnd = -191;
    public const int UnknownPartition = -190;
    public const int UnknownTopic = -188;
    public const int AllBrokersDown = -187;
    public const int TimedOut = -185;
    public const int QueueFull = -184;
    public const int Ssl = -181;
    public const int Authentication = -169;
    public const int Fatal = -150;
    public const int Fenced = -144;
    public const int AutoOffsetReset = -140;
    public const int OffsetOutOfRange = 1;
    public const int UnknownTopicOrPartition = 3;
    public const int MessageTooLarge = 10;
    public const int RecordListTooLarge = 18;
    public const int TopicAuthorizationFailed = 29;
    public const int ClusterAuthorizationFailed = 31;
    public const int InvalidRecord = 87;
    public const int PolicyViolation = 44;
    public const int InvalidProducerEpoch = 47;
    public const int SaslAuthenticationFailed = 58;
    public const int ProducerFenced = 90;
}
