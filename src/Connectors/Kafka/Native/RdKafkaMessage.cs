using System.Runtime.InteropServices;

namespace SqlStream.Connectors.Kafka.Native;

/// <summary>A message of librdkafka: what was consumed, or what a delivery report is about.</summary>
[StructLayout(LayoutKind.Sequential)]
unsafe struct RdKafkaMessage
{
    /// <summary>0, or why this is no message.</summary>
    public int Error;

    /// <summary>The topic.</summary>
    public nint Topic;

    /// <summary>The partition.</summary>
    public int Partition;

    /// <summary>The value, or null.</summary>
    public byte* Payload;

    /// <summary>Length of the value.</summary>
    public nuint PayloadBytes;

    /// <summary>The key, or null.</summary>
    public byte* Key;

    /// <summary>Length of the key.</summary>
    public nuint KeyBytes;

    /// <summary>The offset.</summary>
    public long Offset;

    /// <summary>The number that was given when the message was produced.</summary>
    public nint Opaque;
}

/// <summary>One argument of a produced message.</summary>
[StructLayout(LayoutKind.Explicit, Size = 72)]
unsafe struct RdKafkaArgument
{
    /// <summary>What it is.</summary>
    [FieldOffset(0)]
    public RdKafkaArgumentKind Kind;

    /// <summary>A pointer: topic, headers, beginning of a key or value, opaque number.</summary>
    [FieldOffset(8)]
    public nint Pointer;

    /// <summary>A number: partition, flags.</summary>
    [FieldOffset(8)]
    public int Number;

    /// <summary>A time stamp.</summary>
    [FieldOffset(8)]
    public long Long;

    /// <summary>Length of a key or value.</summary>
    [FieldOffset(16)]
    public nuint Bytes;
}

/// <summary>What an argument of a produced message is.</summary>
enum RdKafkaArgumentKind
{
    /// <summary>The topic's handle.</summary>
    Topic = 2,

    /// <summary>The partition.</summary>
    Partition = 3,

    /// <summary>The value.</summary>
    Value = 4,

    /// <summary>The key.</summary>
    Key = 5,

    /// <summary>A number that comes back with the report.</summary>
    Opaque = 6,

    /// <summary>Flags.</summary>
    Flags = 7,

    /// <summary>Milliseconds since 1970.</summary>
    Timestamp = 8,

    /// <summary>Headers, which the message takes over.</summary>
    Headers = 10,
}
