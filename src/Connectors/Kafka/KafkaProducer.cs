using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SqlStream.Connectors.Kafka.Native;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Connectors.Kafka;

/// <summary>What became of a call of the transaction protocol.</summary>
enum TransactionOutcome
{
    /// <summary>It is done.</summary>
    Done,

    /// <summary>The same call may be made again.</summary>
    Retriable,

    /// <summary>The transaction must be aborted.</summary>
    RequiresAbort,

    /// <summary>The producer cannot be used any more, and what became of its transaction is not known.</summary>
    Lost,
}

/// <summary>A transactional producer. Blocks: for edge threads, one call at a time. What <see cref="KafkaWriter"/> writes rows with as they come has no
/// transactions, and of it nothing is called that blocks.</summary>
sealed unsafe class KafkaProducer : IDisposable
{
    const int CopyFlag = 2;
    const int PartitionUnassigned = -1;
    const int PollMs = 100;
    const int ArgumentsMax = 8;

    static readonly (string Name, string Value)[] _defaults =
    [
        ("linger.ms", "20"),
        ("batch.size", "1000000"),
        ("compression.type", "lz4"),
        ("queue.buffering.max.kbytes", "131072"),
        ("queue.buffering.max.messages", "1000000"),
        ("partitioner", "murmur2_random"),
        ("transaction.timeout.ms", "60000"),
    ];

    static readonly (string Name, string Value)[] _eagerDefaults =
    [
        ("queue.buffering.max.kbytes", "32768"),
        ("message.timeout.ms", "120000"),
    ];

    readonly RdKafkaClient _client;
    readonly RdKafkaReport _reported;
    readonly Dictionary<string, nint> _topics = [];

    /// <param name="properties">The user's properties.</param>
    /// <param name="transactionalId">Who other producers of the same are shut out by.</param>
    /// <param name="singly">Sends every record in a batch of its own.</param>
    public KafkaProducer(IReadOnlyDictionary<string, string> properties, string transactionalId, bool singly = false)
    {
        var all = With(properties, _defaults, singly);
        all["transactional.id"] = transactionalId;
        all["delivery.report.only.error"] = "true";
        _client = RdKafkaClient.Producer(all);
        _reported = Failed;
    }

    KafkaProducer(RdKafkaClient client, RdKafkaReport reported)
    {
        _client = client;
        _reported = reported;
    }

    /// <summary>A producer without transactions that repeats nothing by itself.</summary>
    /// <param name="properties">The user's properties.</param>
    /// <param name="reported">Told, within <see cref="Serve"/>, what became of each record.</param>
    /// <param name="singly">Sends every record in a batch of its own.</param>
    public static KafkaProducer Eager(IReadOnlyDictionary<string, string> properties, RdKafkaReport reported, bool singly = false)
    {
        var all = With(properties, [.. _eagerDefaults, .. _defaults.Where(one => one.Name != "transaction.timeout.ms")], singly);
        all["enable.idempotence"] = "true";
        return new KafkaProducer(RdKafkaClient.Producer(all), reported);
    }

    static Dictionary<string, string> With(IReadOnlyDictionary<string, string> properties, (string Name, string Value)[] defaults, bool singly)
    {
        var all = new Dictionary<string, string>(properties);
        foreach (var (name, value) in defaults)
            all.TryAdd(name, value);
        foreach (var consumerOnly in new[] { "group.id", "auto.offset.reset", "isolation.level" })
            all.Remove(consumerOnly);
        if (singly)
            all["batch.num.messages"] = "1";
        return all;
    }

    /// <summary>Why the last call did not succeed.</summary>
    public string Reason { get; private set; } = "";

    /// <summary>The error code of the last call that did not succeed.</summary>
    public int Code { get; private set; }

    /// <summary>Messages that could not be delivered since the transaction began: their numbers, codes, reasons and sizes in bytes.</summary>
    public List<(long Number, int Code, string Reason, long Bytes)> Failures { get; } = [];

    /// <summary>Shuts out other producers of the same transactional id; returns when their transactions are over.</summary>
    public TransactionOutcome Init(TimeSpan timeout) => Outcome(RdKafkaApi.InitTransactions(_client.Handle, (int)timeout.TotalMilliseconds));

    /// <summary>Begins a transaction.</summary>
    public TransactionOutcome Begin()
    {
        Failures.Clear();
        return Outcome(RdKafkaApi.BeginTransaction(_client.Handle));
    }

    /// <summary>Commits.</summary>
    public TransactionOutcome Commit(TimeSpan timeout) => Outcome(RdKafkaApi.CommitTransaction(_client.Handle, (int)timeout.TotalMilliseconds));

    /// <summary>Aborts.</summary>
    public TransactionOutcome Abort(TimeSpan timeout) => Outcome(RdKafkaApi.AbortTransaction(_client.Handle, (int)timeout.TotalMilliseconds));

    /// <summary>Hands a record over to be sent; waits while there is no room.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="partition">The partition, or null where the partitioner decides.</param>
    /// <param name="record">The record.</param>
    /// <param name="number">Names it in <see cref="Failures"/>.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <returns>False if the client refuses the record: see <see cref="Code"/> and <see cref="Reason"/>.</returns>
    public bool Produce(string topic, int? partition, ref KafkaRecordReader record, long number, CancellationToken cancellation)
    {
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            if (TryProduce(topic, partition, ref record, number))
                return true;
            if (Code != RdKafkaCode.QueueFull)
                return false;
            _client.Poll(PollMs, _reported);
        }
    }

    /// <summary>Hands records over to be sent, in their order; waits while there is no room. What the client refuses is in <see cref="KafkaBatch.Refused"/>.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="batch">The records; empty afterwards.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    public void Produce(string topic, KafkaBatch batch, CancellationToken cancellation)
    {
        while (batch.Count > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            var taken = RdKafkaApi.ProduceBatch(Topic(topic), PartitionUnassigned, CopyFlag, batch.Messages, batch.Count);
            batch.Settle(taken);
            if (batch.Count > 0)
                _client.Poll(PollMs, _reported);
        }
    }

    /// <summary>Hands a record over to be sent.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="partition">The partition, or null where the partitioner decides.</param>
    /// <param name="record">The record.</param>
    /// <param name="number">Comes back with its report.</param>
    /// <returns>False if there is no room (<see cref="RdKafkaCode.QueueFull"/>), or if the client refuses the record: see <see cref="Code"/> and
    /// <see cref="Reason"/>.</returns>
    [SkipLocalsInit]
    public bool TryProduce(string topic, int? partition, ref KafkaRecordReader record, long number)
    {
        var arguments = stackalloc RdKafkaArgument[ArgumentsMax];
        var headers = record.HeaderCount == 0 ? 0 : Headers(ref record);
        fixed (byte* key = record.Key)
        fixed (byte* value = record.Value)
        {
            // An empty span has no address, and no address means that there is nothing.
            byte nothing = 0;
            var count = 0;
            arguments[count++] = new RdKafkaArgument { Kind = RdKafkaArgumentKind.Topic, Pointer = Topic(topic) };
            arguments[count++] = new RdKafkaArgument { Kind = RdKafkaArgumentKind.Partition, Number = partition ?? PartitionUnassigned };
            arguments[count++] = new RdKafkaArgument { Kind = RdKafkaArgumentKind.Flags, Number = CopyFlag };
            arguments[count++] = new RdKafkaArgument { Kind = RdKafkaArgumentKind.Opaque, Pointer = (nint)number };
            if (record.HasKey)
                arguments[count++] = new RdKafkaArgument { Kind = RdKafkaArgumentKind.Key, Pointer = (nint)(key is null ? &nothing : key), Bytes = (nuint)record.Key.Length };
            if (record.HasValue)
                arguments[count++] = new RdKafkaArgument { Kind = RdKafkaArgumentKind.Value, Pointer = (nint)(value is null ? &nothing : value), Bytes = (nuint)record.Value.Length };
            if (record.Timestamp >= 0)
                arguments[count++] = new RdKafkaArgument { Kind = RdKafkaArgumentKind.Timestamp, Long = record.Timestamp };
            if (headers != 0)
                arguments[count++] = new RdKafkaArgument { Kind = RdKafkaArgumentKind.Headers, Pointer = headers };
            return IsTaken(RdKafkaApi.ProduceVa(_client.Handle, arguments, (nuint)count), headers);
        }
    }

    /// <summary>Handles reports without waiting.</summary>
    public void Serve() => _client.Poll(0, _reported);

    /// <summary>Waits until all that was handed over is delivered, or something has failed: what comes behind it may then wait for ever.</summary>
    public void Flush(CancellationToken cancellation)
    {
        while (Failures.Count == 0 && RdKafkaApi.OutQueueLength(_client.Handle) > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            _client.Poll(PollMs / 10, _reported);
        }
        _client.Poll(0, _reported);
    }

    /// <summary>Has a function called, on a thread of the client, when there is something for <see cref="Serve"/>.</summary>
    public void WakeOnEvents(delegate* unmanaged[Cdecl]<nint, nint, void> wake, nint opaque) => _client.WakeOnEvents(wake, opaque);

    /// <summary>Forgets what the client said of its connections.</summary>
    public void ClearTrouble() => _client.ClearTrouble();

    /// <summary>What the client said of its connections, in brackets; empty if nothing.</summary>
    public string Trouble => _client.Trouble is { } trouble ? $"({trouble.Text})" : "";

    /// <summary>A connection broke since the producer was made.</summary>
    public bool WasDisturbed()
    {
        _client.Poll(0, _reported);
        return _client.Trouble is not null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var topic in _topics.Values)
            RdKafkaApi.TopicDestroy(topic);
        _topics.Clear();
        _client.Dispose();
    }

    static nint Headers(ref KafkaRecordReader record)
    {
        var headers = RdKafkaApi.HeadersNew((nuint)record.HeaderCount);
        // A copy goes over the headers: a record that finds no room is handed over again.
        var reader = record;
        while (reader.NextHeader(out var name, out var value, out var hasValue))
        {
            fixed (byte* nameStart = name)
            fixed (byte* valueStart = value)
            {
                byte nothing = 0;
                var start = !hasValue ? null : valueStart is null ? &nothing : valueStart;
                Check.That(RdKafkaApi.HeaderAdd(headers, nameStart, name.Length, start, value.Length) == 0);
            }
        }
        return headers;
    }

    void Failed(RdKafkaMessage* message)
    {
        if (message->Error != 0)
            Failures.Add((message->Opaque, message->Error, RdKafkaClient.Text(message->Error), (long)(message->KeyBytes + message->PayloadBytes)));
    }

    bool IsTaken(nint error, nint headers)
    {
        if (error == 0)
            return true;
        if (headers != 0)
            RdKafkaApi.HeadersDestroy(headers);
        Outcome(error);
        return false;
    }

    TransactionOutcome Outcome(nint error)
    {
        if (error == 0)
            return TransactionOutcome.Done;
        Code = RdKafkaApi.ErrorCode(error);
        Reason = Marshal.PtrToStringUTF8(RdKafkaApi.ErrorText(error)) ?? RdKafkaClient.Text(Code);
        var outcome = RdKafkaApi.ErrorIsFatal(error) != 0 ? TransactionOutcome.Lost
            : RdKafkaApi.ErrorRequiresAbort(error) != 0 ? TransactionOutcome.RequiresAbort
            : RdKafkaApi.ErrorIsRetriable(error) != 0 ? TransactionOutcome.Retriable
            : TransactionOutcome.Lost;
        RdKafkaApi.ErrorDestroy(error);
        return outcome;
    }

    nint Topic(string name)
    {
        if (!_topics.TryGetValue(name, out var topic))
            _topics.Add(name, topic = RdKafkaApi.TopicNew(_client.Handle, name, 0));
        return topic;
    }
}
