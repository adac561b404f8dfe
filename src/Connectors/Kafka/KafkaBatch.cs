using SqlStream.Connectors.Kafka.Native;

namespace SqlStream.Connectors.Kafka;

/// <summary>Records without headers and times whose partition the partitioner decides, to be handed over to the client by one call: each call costs as much
/// as the record. What keys and values point to must stay where it is until
/// <see cref="KafkaProducer.Produce(string, KafkaBatch, CancellationToken)"/> has returned.</summary>
/// <remarks>The client's call for many records enters the partition of each into the transaction even while it does not know the topic yet, where it then
/// cannot be entered: not so if the partitioner decides.</remarks>
sealed unsafe class KafkaBatch
{
    /// <summary>Records that it holds at most.</summary>
    public const int Capacity = 512;

    readonly RdKafkaMessage[] _messages = GC.AllocateArray<RdKafkaMessage>(Capacity, pinned: true);

    /// <summary>Records in it.</summary>
    public int Count { get; private set; }

    /// <summary>There is no room for another.</summary>
    public bool IsFull => Count == Capacity;

    /// <summary>The records, as the client takes them.</summary>
    public RdKafkaMessage* Messages => (RdKafkaMessage*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref _messages[0]);

    /// <summary>Records that the client did not take and never will: their numbers, codes and sizes in bytes.</summary>
    public List<(long Number, int Code, long Bytes)> Refused { get; } = [];

    /// <summary>Adds a record.</summary>
    /// <param name="key">The key; null for none, an empty one has an address.</param>
    /// <param name="keyBytes">Its length.</param>
    /// <param name="value">The value; null for a tombstone, an empty one has an address.</param>
    /// <param name="valueBytes">Its length.</param>
    /// <param name="number">Names it.</param>
    public void Add(byte* key, int keyBytes, byte* value, int valueBytes, long number) => _messages[Count++] = new RdKafkaMessage
    {
        Key = key,
        KeyBytes = (nuint)keyBytes,
        Payload = value,
        PayloadBytes = (nuint)valueBytes,
        Opaque = (nint)number,
    };

    /// <summary>Leaves what found no room, in its order, and tells what was refused.</summary>
    /// <param name="taken">How many the client took.</param>
    public void Settle(int taken)
    {
        var left = 0;
        for (var i = 0; i < Count && taken < Count; i++)
        {
            ref var message = ref _messages[i];
            if (message.Error == RdKafkaCode.QueueFull)
                _messages[left++] = message with { Error = 0 };
            else if (message.Error != 0)
                Refused.Add((message.Opaque, message.Error, (long)(message.KeyBytes + message.PayloadBytes)));
        }
        Count = left;
    }

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        Count = 0;
        Refused.Clear();
    }
}
