using System.Runtime.InteropServices;
using SqlStream.Connectors.Kafka.Native;
using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Kafka;

/// <summary>What is known of a record beside its key and value.</summary>
static class KafkaMetadata
{
    public const string Timestamp = "timestamp";
    public const string Headers = "headers";

    const string Topic = "topic";
    const string Partition = "partition";
    const string LeaderEpoch = "leader-epoch";
    const string Offset = "offset";
    const string TimestampType = "timestamp-type";

    public static IReadOnlyList<MetadataDefinition> Definitions { get; } =
    [
        new(Topic, SqlType.String.WithNullability(false)),
        new(Partition, SqlType.Int.WithNullability(false)),
        new(Headers, SqlType.Map(SqlType.String.WithNullability(false), SqlType.Bytes.WithNullability(false)).WithNullability(false), IsWritable: true),
        new(LeaderEpoch, SqlType.Int),
        new(Offset, SqlType.BigInt.WithNullability(false)),
        new(Timestamp, SqlType.TimestampLtz(3).WithNullability(false), IsWritable: true),
        new(TimestampType, SqlType.String.WithNullability(false)),
    ];

    /// <summary>Positions of the columns of a table that are the same for all records of a partition.</summary>
    public static IReadOnlyList<int> KnownBefore(ConnectorTable table) =>
        [.. Enumerable.Range(table.StoredColumns, table.MetadataKeys.Count).Where(index => Key(table, index) is Topic or Partition)];

    /// <summary>The value of one of <see cref="KnownBefore"/>.</summary>
    public static object OfPartition(ConnectorTable table, int index, KafkaSplit split) => Key(table, index) == Topic ? split.Topic : split.Partition;

    /// <summary>The key of a metadata column.</summary>
    public static string Key(ConnectorTable table, int index) => table.MetadataKeys[index - table.StoredColumns];

    /// <summary>Appends what a message has to say <paramref name="rows"/> times.</summary>
    public static unsafe void Append(ColumnBuilder builder, string key, KafkaSplit split, byte[] topic, RdKafkaMessage* message, int rows)
    {
        for (var i = 0; i < rows; i++)
        {
            switch (key)
            {
                case Topic:
                    ((BytesColumnBuilder)builder).Append(topic);
                    break;
                case Partition:
                    ((FixedColumnBuilder<int>)builder).Append(split.Partition);
                    break;
                case Offset:
                    ((FixedColumnBuilder<long>)builder).Append(message->Offset);
                    break;
                case Headers:
                    AppendHeaders((MapColumnBuilder)builder, message);
                    break;
                case LeaderEpoch:
                    AppendLeaderEpoch((FixedColumnBuilder<int>)builder, message);
                    break;
                case Timestamp:
                    ((FixedColumnBuilder<long>)builder).Append(Math.Max(0, RdKafkaApi.MessageTimestamp(message, out _)) * 1000);
                    break;
                default:
                    RdKafkaApi.MessageTimestamp(message, out var type);
                    ((BytesColumnBuilder)builder).Append(type switch { 1 => "CreateTime"u8, 2 => "LogAppendTime"u8, _ => "NoTimestampType"u8 });
                    break;
            }
        }
    }

    static unsafe void AppendLeaderEpoch(FixedColumnBuilder<int> builder, RdKafkaMessage* message)
    {
        if (RdKafkaApi.MessageLeaderEpoch(message) is var epoch and >= 0)
            builder.Append(epoch);
        else
            builder.AppendNull();
    }

    // The keys of a MAP are different: of headers with the same name the last one counts.
    static unsafe void AppendHeaders(MapColumnBuilder builder, RdKafkaMessage* message)
    {
        if (RdKafkaApi.MessageHeaders(message, out var headers) == 0)
        {
            for (nuint i = 0; RdKafkaApi.HeaderGetAll(headers, i, out var name, out var value, out var bytes) == 0; i++)
            {
                var text = MemoryMarshal.CreateReadOnlySpanFromNullTerminated((byte*)name);
                if (value == 0 || IsRepeated(headers, i, text))
                    continue;
                ((BytesColumnBuilder)builder.Keys).Append(text);
                ((BytesColumnBuilder)builder.Values).Append(new ReadOnlySpan<byte>((void*)value, (int)bytes));
            }
        }
        builder.EndMap();
    }

    static unsafe bool IsRepeated(nint headers, nuint index, ReadOnlySpan<byte> name)
    {
        for (var i = index + 1; RdKafkaApi.HeaderGetAll(headers, i, out var other, out _, out _) == 0; i++)
        {
            if (name.SequenceEqual(MemoryMarshal.CreateReadOnlySpanFromNullTerminated((byte*)other)))
                return true;
        }
        return false;
    }
}
