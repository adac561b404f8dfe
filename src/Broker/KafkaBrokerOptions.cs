using System.Net;

namespace SqlStream.Broker;

/// <summary>How an embedded broker is set up. The defaults are for a test: memory, a free port, loopback.</summary>
public sealed record KafkaBrokerOptions
{
    /// <summary>Where the first node listens; port 0 takes a free one. Further nodes take the ports that follow, or free ones.</summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, 0);

    /// <summary>The host name that clients are told to connect to; null tells them the address of <see cref="Listen"/>, or the name of
    /// the machine where that is every address.</summary>
    public string? AdvertisedHost { get; init; }

    /// <summary>The directory of the logs, made if absent and owned by one broker at a time; null keeps everything in memory.</summary>
    public string? Data { get; init; }

    /// <summary>How many partitions a topic gets that is made by its first use.</summary>
    public int Partitions { get; init; } = 4;

    /// <summary>Whether a topic is made when a client asks for it and allows that.</summary>
    public bool CreatesTopics { get; init; } = true;

    /// <summary>How many nodes the cluster shows, each on a port of its own. They share everything; leaders and coordinators can be moved
    /// between them.</summary>
    public int Nodes { get; init; } = 1;

    /// <summary>Bytes that a partition keeps; null keeps all. A topic's <c>retention.bytes</c> wins.</summary>
    public long? RetentionBytes { get; init; }

    /// <summary>How long records are kept; null keeps them for seven days. A topic's <c>retention.ms</c> wins.</summary>
    public TimeSpan? Retention { get; init; }

    /// <summary>The size at which a log goes on in another segment; retention drops whole segments.</summary>
    public int SegmentBytes { get; init; } = 64 << 20;

    /// <summary>The largest batch that is taken.</summary>
    public int MessageBytesMax { get; init; } = 1_048_588;

    /// <summary>The largest request that is read; a longer one ends the connection.</summary>
    public int RequestBytesMax { get; init; } = 100 << 20;

    /// <summary>How many connections there may be; a further one is closed at once.</summary>
    public int ConnectionsMax { get; init; } = 4096;

    /// <summary>After how long a connection without a request is closed.</summary>
    public TimeSpan ConnectionIdleMax { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>After how long a connection is closed that has begun a request and does not go on, or does not take its answer.</summary>
    public TimeSpan ConnectionStallMax { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The shortest session timeout that a member of a group may ask for.</summary>
    public TimeSpan SessionTimeoutMin { get; init; } = TimeSpan.FromSeconds(6);

    /// <summary>How long the first member of a group waits for others.</summary>
    public TimeSpan InitialRebalanceDelay { get; init; }

    /// <summary>Users and passwords; with any, every connection must authenticate by SASL PLAIN or SCRAM.</summary>
    public IReadOnlyDictionary<string, string> Users { get; init; } = new Dictionary<string, string>();

    /// <summary>Told of a request that failed by a defect of the broker, on any thread. The connection is closed, the broker goes on.</summary>
    public Action<Exception>? Failed { get; init; }

    /// <summary>The clock below the broker's own. A long poll waits by it.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>The seed of member ids and salts; null takes one from the clock, so that ids of before a restart do not come again.</summary>
    public int? Seed { get; init; }

    internal void Validate()
    {
        Require(Partitions is > 0 and <= Topics.TopicRegistry.PartitionsMax, nameof(Partitions), $"must be from 1 to {Topics.TopicRegistry.PartitionsMax}");
        Require(Nodes is > 0 and <= 100, nameof(Nodes), "must be from 1 to 100");
        Require(RetentionBytes is null or >= 0, nameof(RetentionBytes), "must not be negative");
        Require(SegmentBytes >= 1024, nameof(SegmentBytes), "must be at least 1024");
        Require(MessageBytesMax >= 1024, nameof(MessageBytesMax), "must be at least 1024");
        Require(RequestBytesMax >= 1024, nameof(RequestBytesMax), "must be at least 1024");
        Require(ConnectionsMax > 0, nameof(ConnectionsMax), "must be positive");
    }

    static void Require(bool condition, string name, string rule)
    {
        if (!condition)
            throw BrokerErrors.WrongOption(name, rule);
    }
}
