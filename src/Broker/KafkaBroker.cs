using System.Globalization;
using System.Net;
using SqlStream.Broker.Faults;
using SqlStream.Broker.Handlers;
using SqlStream.Broker.Network;
using SqlStream.Broker.Timing;

namespace SqlStream.Broker;

/// <summary>A single-process broker that speaks the Kafka protocol, in memory or on disk: for a first pipeline without installing Kafka, and for
/// tests, which can make it fail. Not for production: it has no replicas and does not sync.</summary>
/// <remarks>Thread-safe. Every Kafka client can use it, with transactions, groups and compression.</remarks>
public sealed class KafkaBroker : IAsyncDisposable
{
    readonly Cluster _cluster;
    readonly List<Listener> _listeners = [];

    KafkaBroker(Cluster cluster) => _cluster = cluster;

    /// <summary>What a client takes as <c>bootstrap.servers</c>.</summary>
    public string BootstrapServers => string.Join(',', _cluster.Nodes.Select(node => string.Create(CultureInfo.InvariantCulture, $"{node.Host}:{node.Port}")));

    /// <summary>The broker's time, which can be put forward.</summary>
    public BrokerClock Clock => _cluster.Clock;

    /// <summary>What goes wrong on purpose.</summary>
    public FaultPlan Faults => _cluster.Faults;

    /// <summary>How many connections are open.</summary>
    public int ConnectionCount => _listeners.Sum(listener => listener.ConnectionCount);

    internal Cluster Cluster => _cluster;

    /// <summary>Starts a broker; it serves when this returns.</summary>
    /// <exception cref="Core.Diagnostics.SqlException">An option is wrong.</exception>
    /// <exception cref="Core.Diagnostics.ExternalException">The address or the data directory cannot be used.</exception>
    public static async Task<KafkaBroker> StartAsync(KafkaBrokerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        var broker = new KafkaBroker(new Cluster(options));
        try
        {
            broker.Start();
            return broker;
        }
        catch
        {
            await broker.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Makes a topic if it is not there.</summary>
    public void CreateTopic(string name, int partitions)
    {
        if (!Topics.TopicRegistry.IsValidName(name) || partitions < 1)
            throw BrokerErrors.WrongOption("topic", $"\"{name}\" with {partitions} partitions cannot be made");
        lock (_cluster.Gate)
        {
            if (_cluster.Topics.Find(name) is null)
                _cluster.Topics.Create(name, partitions, []);
        }
    }

    /// <summary>Has another node lead a partition; the one before says that it does not any more.</summary>
    public void MoveLeader(string topic, int partition, int node)
    {
        lock (_cluster.Gate)
        {
            var moved = FindPartition(topic, partition);
            moved.Leader = CheckNode(node);
            moved.Log.RaiseLeaderEpoch();
        }
    }

    /// <summary>Has another node answer for groups and transactions.</summary>
    public void MoveCoordinator(int node)
    {
        lock (_cluster.Gate)
            _cluster.Coordinator = CheckNode(node);
    }

    /// <summary>Loses the end of a log from an offset on, as an unclean election does; consumers notice by the leader epoch.</summary>
    public void Truncate(string topic, int partition, long offset)
    {
        lock (_cluster.Gate)
            FindPartition(topic, partition).Log.Truncate(offset);
    }

    /// <summary>The offset that the next record of a partition gets.</summary>
    public long EndOffset(string topic, int partition)
    {
        lock (_cluster.Gate)
            return FindPartition(topic, partition).Log.End;
    }

    /// <summary>Closes all connections, as a network that fails does.</summary>
    public void Disconnect()
    {
        foreach (var listener in _listeners)
            listener.Disconnect();
    }

    /// <summary>Closes all connections and stops. What is on disk stays.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var listener in _listeners)
            await listener.DisposeAsync().ConfigureAwait(false);
        _cluster.Dispose();
    }

    void Start()
    {
        _cluster.Open();
        var options = _cluster.Options;
        var handlers = new HandlerTable(_cluster);
        var nodes = new List<NodeAddress>();
        for (var i = 0; i < options.Nodes; i++)
        {
            var port = options.Listen.Port == 0 ? 0 : options.Listen.Port + i;
            var listener = new Listener(new IPEndPoint(options.Listen.Address, port), _cluster, handlers, i + 1);
            _listeners.Add(listener);
            nodes.Add(new NodeAddress(AdvertisedHost(options), listener.EndPoint.Port));
        }
        _cluster.Nodes = nodes;
        foreach (var listener in _listeners)
            listener.Start();
    }

    static string AdvertisedHost(KafkaBrokerOptions options)
    {
        if (options.AdvertisedHost is { } host)
            return host;
        var address = options.Listen.Address;
        return address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) ? Dns.GetHostName() : address.ToString();
    }

    Topics.Partition FindPartition(string topic, int partition) =>
        _cluster.Topics.Find(topic, partition) ?? throw BrokerErrors.WrongOption("partition", $"{partition} of topic \"{topic}\" does not exist");

    int CheckNode(int node) =>
        node >= 1 && node <= _cluster.Options.Nodes ? node : throw BrokerErrors.WrongOption("node", $"{node} does not exist");
}
