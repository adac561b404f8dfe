using System.Buffers;
using SqlStream.Connectors.Kafka;
using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Rows;

namespace SqlStream.Connectors.Tests.Kafka;

/// <summary>The records of a frame come out as they went in, and rows become the records that the options ask for.</summary>
public sealed class KafkaRecordTests
{
    [Fact]
    public void Random_records_come_out_as_they_went_in()
    {
        var random = new Random(7);
        for (var round = 0; round < 300; round++)
        {
            var records = Enumerable.Range(0, random.Next(6)).Select(_ => (Key: Bytes(random), Value: Bytes(random), Time: random.Next(3) == 0 ? -1 : random.NextInt64(long.MaxValue),
                Headers: Enumerable.Range(0, random.Next(4)).Select(_ => (Name: Bytes(random) ?? [], Value: Bytes(random))).ToArray())).ToList();
            var frame = new ArrayBufferWriter<byte>();
            foreach (var (key, value, time, headers) in records)
            {
                var written = new ArrayBufferWriter<byte>();
                foreach (var header in headers)
                    KafkaRecordWriter.WriteHeader(written, header.Name, header.Value, header.Value is not null);
                KafkaRecordWriter.Write(frame, key is not null, key, value is not null, value, time, headers.Length, written.WrittenSpan);
            }
            var reader = new KafkaRecordReader(frame.WrittenSpan);
            foreach (var (key, value, time, headers) in records)
            {
                Assert.True(reader.MoveNext());
                Assert.Equal((key is not null, value is not null, time, headers.Length), (reader.HasKey, reader.HasValue, reader.Timestamp, reader.HeaderCount));
                Assert.Equal(key ?? [], reader.Key.ToArray());
                Assert.Equal(value ?? [], reader.Value.ToArray());
                // Some headers are left unread: the next record is found all the same.
                foreach (var header in headers.Take(random.Next(5)))
                {
                    Assert.True(reader.NextHeader(out var name, out var content, out var hasValue));
                    Assert.Equal(header.Name, name.ToArray());
                    Assert.Equal(header.Value is not null, hasValue);
                    Assert.Equal(header.Value ?? [], content.ToArray());
                }
            }
            Assert.False(reader.MoveNext());
        }
    }

    static byte[]? Bytes(Random random)
    {
        if (random.Next(4) == 0)
            return null;
        var bytes = new byte[random.Next(20)];
        random.NextBytes(bytes);
        return bytes;
    }

    [Fact]
    public void An_upsert_sink_writes_tombstones_and_no_updates_before()
    {
        var table = Table.Of(KafkaRun.IdAndName, ("connector", "upsert-kafka"), ("topic", "t"), ("key.format", "json"), ("value.format", "json")) with
        { PrimaryKey = [0] };

        Assert.Equal(ChangelogMode.Upsert, Table.Sink(table).Accepts);
        Assert.Equal(
        [
            "{\"id\":1} {\"id\":1,\"name\":\"a\"}", "{\"id\":1} {\"id\":1,\"name\":\"b\"}", "{\"id\":1} NULL",
        ], Encode(table, (RowKind.Insert, "a"), (RowKind.UpdateBefore, "a"), (RowKind.UpdateAfter, "b"), (RowKind.Delete, "b")));
    }

    [Fact]
    public void A_sink_without_a_key_writes_values_alone() => Assert.Equal(["NULL {\"id\":1,\"name\":\"a\"}"],
        Encode(Table.Of(KafkaRun.IdAndName, ("connector", "kafka"), ("topic", "t"), ("format", "json")), (RowKind.Insert, "a")));

    [Fact]
    public void The_keys_columns_may_be_in_the_key_alone() => Assert.Equal(["{\"id\":1} {\"name\":\"a\"}"],
        Encode(Table.Of(KafkaRun.IdAndName, ("connector", "kafka"), ("topic", "t"), ("format", "json"), ("key.format", "json"), ("key.fields", "id"),
            ("value.fields-include", "EXCEPT_KEY")), (RowKind.Insert, "a")));

    static List<string> Encode(ConnectorTable table, params (RowKind Kind, string Name)[] rows)
    {
        var pool = new ColumnPool(poison: true);
        var frame = new ArrayBufferWriter<byte>();
        using (var builder = new BatchBuilder(table.Schema, pool))
        {
            foreach (var (kind, name) in rows)
            {
                PlanValue.Append(builder[0], 1L);
                PlanValue.Append(builder[1], name);
                builder.EndRow(kind);
            }
            var batch = builder.Build();
            using var encoder = Table.Sink(table).CreateEncoder(pool);
            encoder.Encode(batch, frame);
            batch.Release();
        }
        Assert.Equal(0, pool.Outstanding);
        var records = new List<string>();
        var reader = new KafkaRecordReader(frame.WrittenSpan);
        while (reader.MoveNext())
        {
            records.Add((reader.HasKey ? System.Text.Encoding.UTF8.GetString(reader.Key) : "NULL") + " "
                + (reader.HasValue ? System.Text.Encoding.UTF8.GetString(reader.Value) : "NULL"));
        }
        return records;
    }
}
