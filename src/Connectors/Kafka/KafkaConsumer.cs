using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SqlStream.Connectors.Kafka.Native;
using SqlStream.Core.Connect;
using ExternalException = SqlStream.Core.Diagnostics.ExternalException;

namespace SqlStream.Connectors.Kafka;

/// <summary>The consumer of one subtask: one connection to each broker, one queue for each partition.</summary>
/// <remarks>It belongs to no group: which partitions it reads, and from where, is the checkpoint's. What it says of lost connections is looked into
/// on an edge thread after a while, and becomes a failure of the job only if the cluster still cannot be reached.</remarks>
sealed unsafe class KafkaConsumer : ISplitOpener
{
    static readonly TimeSpan _patience = TimeSpan.FromSeconds(5);

    // Defaults that fit a reader that is not a member of a group; what the user sets wins.
    static readonly (string Name, string Value)[] _defaults =
    [
        ("isolation.level", "read_committed"),
        ("auto.offset.reset", "error"),
        ("queued.max.messages.kbytes", "16384"),
        ("fetch.wait.max.ms", "100"),
        ("allow.auto.create.topics", "false"),
    ];

    readonly ConnectorTable _table;
    readonly KafkaColumns _columns;
    readonly KafkaOptions _options;
    readonly bool _isUpsert;
    readonly SplitReaderContext _context;
    readonly RdKafkaClient _client;
    readonly Dictionary<string, nint> _topics = [];
    readonly List<string> _splits = [];
    readonly GCHandle _wake;
    ITimer? _check;
    ExternalException? _failure;
    bool _disposed;

    public KafkaConsumer(ConnectorTable table, KafkaColumns columns, KafkaOptions options, bool isUpsert, SplitReaderContext context)
    {
        _table = table;
        _columns = columns;
        _options = options;
        _isUpsert = isUpsert;
        _context = context;
        var properties = new Dictionary<string, string>(options.Properties);
        foreach (var (name, value) in _defaults)
            properties.TryAdd(name, value);
        properties["enable.partition.eof"] = "true";
        properties.Remove("group.id");
        _client = RdKafkaClient.Consumer(properties);
        _wake = GCHandle.Alloc(context.Wake);
        _client.WakeOnEvents(&Wake, GCHandle.ToIntPtr(_wake));
    }

    /// <summary>The servers, for messages.</summary>
    public string Servers => _options.Servers;

    /// <inheritdoc/>
    public ISplitReader Open(SourceSplit split, string? position)
    {
        var range = KafkaSplit.Parse(split);
        _splits.Add(range.Name);
        return new KafkaSplitReader(this, _context, range, position, _table, _columns, _isUpsert);
    }

    /// <summary>A queue that receives the records of a partition from an offset on.</summary>
    public nint Start(KafkaSplit split, long offset)
    {
        var queue = RdKafkaApi.QueueNew(_client.Handle);
        RdKafkaApi.QueueCallbackEventEnable(queue, &Wake, GCHandle.ToIntPtr(_wake));
        if (RdKafkaApi.ConsumeStartQueue(Topic(split.Topic), split.Partition, offset, queue) == 0)
            return queue;
        var code = RdKafkaApi.LastError();
        RdKafkaApi.QueueDestroy(queue);
        throw KafkaErrors.Read(split.Name, RdKafkaClient.Text(code));
    }

    /// <summary>Ends what <see cref="Start"/> began.</summary>
    public void Stop(KafkaSplit split, nint queue)
    {
        _ = RdKafkaApi.ConsumeStop(Topic(split.Topic), split.Partition);
        RdKafkaApi.QueueCallbackEventEnable(queue, null, 0);
        RdKafkaApi.QueueDestroy(queue);
    }

    /// <summary>Looks at what happened to the connections; raises what cannot go on.</summary>
    public void Serve()
    {
        if (Volatile.Read(ref _failure) is { } failure)
            throw failure;
        _client.Poll(0);
        if (_client.Trouble is not { } trouble || _check is not null)
            return;
        if (trouble.Code is RdKafkaCode.Authentication or RdKafkaCode.SaslAuthenticationFailed or RdKafkaCode.Ssl)
            throw KafkaErrors.Refused(Servers, trouble.Text, "reading " + string.Join(", ", _splits));
        _check = _context.Clock.CreateTimer(_ => _context.Edge.Run("reach " + Servers, Check), null, _patience, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Records came: whatever was said of the connections is over.</summary>
    public void IsAlive() => _client.ClearTrouble();

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _check?.Dispose();
        foreach (var topic in _topics.Values)
            RdKafkaApi.TopicDestroy(topic);
        _client.Dispose();
        _wake.Free();
    }

    void Check(CancellationToken cancellation)
    {
        if (_disposed)
            return;
        try
        {
            using var admin = new KafkaAdmin(_options.Properties, "reading " + string.Join(", ", _splits));
            admin.Ping();
        }
        catch (ExternalException e)
        {
            Volatile.Write(ref _failure, e);
            _context.Wake();
            return;
        }
        _client.ClearTrouble();
        _check = null;
    }

    nint Topic(string name)
    {
        if (!_topics.TryGetValue(name, out var topic))
            _topics.Add(name, topic = RdKafkaApi.TopicNew(_client.Handle, name, 0));
        return topic;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static void Wake(nint client, nint opaque) => ((Action)GCHandle.FromIntPtr(opaque).Target!)();
}
