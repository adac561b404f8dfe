using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SqlStream.Connectors.Kafka.Native;
using SqlStream.Core.Connect;

namespace SqlStream.Connectors.Kafka;

/// <summary>The consumer of one subtask: one connection to each broker, one queue for each partition.</summary>
/// <remarks>It belongs to no group: which partitions it reads, and from where, is the checkpoint's. What it says of lost connections is looked into
/// by <see cref="KafkaReach"/>, and becomes a failure of the job only if the cluster still cannot be reached after a while.</remarks>
sealed unsafe class KafkaConsumer : ISplitOpener
{
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
    readonly KafkaReach _reach;
    readonly GCHandle _wake;
    int _users = 1;
    volatile bool _disposed;

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
        _reach = new KafkaReach(options, context, _client.ClearTrouble);
    }

    /// <summary>The servers, for messages.</summary>
    public string Servers => _options.Servers;

    /// <inheritdoc/>
    public ISplitReader Open(SourceSplit split, string? position)
    {
        var range = KafkaSplit.Parse(split);
        var reader = new KafkaSplitReader(this, _context, range, position, _table, _columns, _isUpsert);
        _reach.Add(range);
        return reader;
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
        _reach.ThrowIfLost();
        _client.Poll(0);
        if (_client.Trouble is not { } trouble)
            return;
        if (trouble.IsRefusal)
            throw KafkaErrors.Refused(Servers, trouble.Text, _reach.Purpose);
        _reach.LookInto();
    }

    /// <summary>The end of a split was reached: whatever was said of the connections is over.</summary>
    public void IsAlive(KafkaSplit split)
    {
        _client.ClearTrouble();
        _reach.Found(split);
    }

    /// <summary>False if the broker of a split cannot be reached.</summary>
    public bool Reaches(KafkaSplit split) => _reach.Reaches(split);

    /// <summary>The end of a split as its broker told it in answer to a question not older than that; -1 if it did not, null if the answer is on its
    /// way.</summary>
    public long? EndSince(KafkaSplit split, long timestamp) => _reach.EndSince(split, timestamp);

    /// <summary>Keeps the client, whose messages are in use, until <see cref="Release"/>. Thread-safe.</summary>
    public void Retain() => Interlocked.Increment(ref _users);

    /// <summary>Ends what <see cref="Retain"/> began; the last one closes the client.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _users) > 0)
            return;
        foreach (var topic in _topics.Values)
            RdKafkaApi.TopicDestroy(topic);
        _client.Dispose();
        _wake.Free();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _reach.Dispose();
        Release();
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
