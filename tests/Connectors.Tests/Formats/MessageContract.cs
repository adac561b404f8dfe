using System.Buffers;
using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Tests;

/// <summary>What every format of messages owes: what it wrote it reads back, whatever the type and wherever the column stands; whatever the
/// bytes are, they give rows or an error, without an exception and without more memory than they are worth; a message allocates nothing.</summary>
public abstract class MessageContract
{
    static readonly int s_step = Environment.GetEnvironmentVariable("SQLSTREAM_LONG") == "1" ? 1 : 4;

    const long BytesForDamageMax = 32 << 20;

    protected abstract string Name { get; }

    /// <summary>The types that it holds.</summary>
    protected abstract SqlType[] Types { get; }

    /// <summary>Types that it refuses.</summary>
    protected abstract SqlType[] RefusedTypes { get; }

    /// <summary>A column cannot stand beside others.</summary>
    protected virtual bool HoldsOneColumn => false;

    /// <summary>Options under which NULL and all values are told apart.</summary>
    protected virtual (string, string)[] Options => [];

    /// <summary>The format, and a table of it.</summary>
    protected virtual (IMessageFormat Format, MessageTable Messages) Open(Schema schema) =>
        (Table.MessageFormat(Name), new MessageTable(Table.Of(schema, Options)));

    /// <summary>A value that the format can hold.</summary>
    protected virtual object? Value(SqlType type, Random random) => RandomValues.Of(type, random);

    IEnumerable<Schema> Schemas() => HoldsOneColumn
        ? Types.Select(type => new Schema([new Field("c", type)]))
        : [new Schema([.. Types.Select((type, i) => new Field($"c{i}", type))])];

    [Fact]
    public void What_was_written_is_read_back()
    {
        var random = new Random(17);
        var pool = new ColumnPool(poison: true);
        foreach (var schema in Schemas())
        {
            var (format, messages) = Open(schema);
            for (var round = 0; round < 10; round++)
            {
                var batch = RandomBatch(schema, 50, random, pool);

                var contents = Messages.EncodeAll(format, messages, batch);

                Assert.Equal(string.Join("\n", Rows.Text(batch)), Messages.DecodeAll(format, messages, contents));
                batch.Release();
            }
        }
        Assert.Equal(0, pool.Outstanding);
    }

    [Fact]
    public void Columns_are_found_wherever_they_stand()
    {
        if (HoldsOneColumn)
            return;
        var random = new Random(18);
        var pool = new ColumnPool(poison: true);
        var schema = Schemas().Single();
        var (format, messages) = Open(schema);
        var batch = RandomBatch(schema, 20, random, pool);
        int[] reversed = [.. Enumerable.Range(0, schema.Count).Reverse()];
        var turned = new Batch([.. reversed.Select(column => batch[column].Retain())], batch.StoredRows, pool);

        var contents = Messages.EncodeAll(format, messages, turned, reversed);

        Assert.Equal(string.Join("\n", Rows.Text(batch)), Messages.DecodeAll(format, messages, contents));
        Assert.Equal(string.Join("\n", Rows.Text(turned)), Messages.DecodeAll(format, messages, contents, reversed));
        turned.Release();
        batch.Release();
        Assert.Equal(0, pool.Outstanding);
    }

    [Fact]
    public void Messages_cut_off_or_damaged_anywhere_give_rows_or_an_error()
    {
        var random = new Random(19);
        var pool = new ColumnPool(bytesKeptMax: 0);
        foreach (var schema in Schemas())
        {
            var (format, messages) = Open(schema);
            var batch = RandomBatch(schema, 6, random, pool);
            var contents = Messages.EncodeAll(format, messages, batch);
            batch.Release();
            using var rows = new BatchBuilder(schema, pool);
            var decoder = format.CreateMessageDecoder(messages, [.. Enumerable.Range(0, schema.Count)]);
            foreach (var content in contents.OfType<byte[]>())
            {
                for (var length = 0; length <= content.Length; length++)
                    Try(decoder, content.AsSpan(0, length), rows, pool);
                for (var i = random.Next(s_step); i < content.Length; i += s_step)
                {
                    var original = content[i];
                    foreach (var damaged in (byte[])[0, 1, 0x7F, 0x80, 0xFF, (byte)(original ^ 1), (byte)(original + 16), (byte)random.Next(256)])
                    {
                        content[i] = damaged;
                        Try(decoder, content, rows, pool);
                    }
                    content[i] = original;
                }
            }
            // What is read next does not suffer from what was damaged.
            foreach (var content in contents.OfType<byte[]>())
                Assert.Null(decoder.Decode(content, rows));
            rows.Build().Release();
        }
        Assert.Equal(0, pool.Outstanding);
    }

    [Fact]
    public void Any_bytes_and_pieces_of_several_messages_give_rows_or_an_error()
    {
        var random = new Random(21);
        var pool = new ColumnPool(bytesKeptMax: 0);
        foreach (var schema in Schemas())
        {
            var (format, messages) = Open(schema);
            var batch = RandomBatch(schema, 10, random, pool);
            byte[][] contents = [.. Messages.EncodeAll(format, messages, batch).OfType<byte[]>()];
            batch.Release();
            using var rows = new BatchBuilder(schema, pool);
            var decoder = format.CreateMessageDecoder(messages, [.. Enumerable.Range(0, schema.Count)]);
            for (var i = 0; i < 500; i++)
            {
                var bytes = new byte[random.Next(200)];
                random.NextBytes(bytes);
                Try(decoder, bytes, rows, pool);
                if (contents.Length == 0)
                    continue;
                var (head, tail) = (contents[random.Next(contents.Length)], contents[random.Next(contents.Length)]);
                byte[] joined = [.. head[..random.Next(head.Length + 1)], .. bytes.AsSpan(0, random.Next(Math.Min(4, bytes.Length + 1))), .. tail[random.Next(tail.Length + 1)..]];
                Try(decoder, joined, rows, pool);
            }
            foreach (var content in contents)
                Assert.Null(decoder.Decode(content, rows));
            rows.Build().Release();
        }
        Assert.Equal(0, pool.Outstanding);
    }

    [Fact]
    public void A_message_allocates_nothing()
    {
        const int messagesPerRound = 200;
        var random = new Random(20);
        var pool = new ColumnPool();
        foreach (var schema in Schemas())
        {
            var (format, messages) = Open(schema);
            var batch = RandomBatch(schema, messagesPerRound, random, pool);
            int[] columns = [.. Enumerable.Range(0, schema.Count)];
            var contents = Messages.EncodeAll(format, messages, batch);
            var decoder = format.CreateMessageDecoder(messages, columns);
            var encoder = format.CreateMessageEncoder(messages, columns);
            using var rows = new BatchBuilder(schema, pool);
            var output = new ArrayBufferWriter<byte>();
            var allocated = long.MaxValue;
            for (var round = 0; round < 8; round++)
            {
                var before = GC.GetAllocatedBytesForCurrentThread();
                for (var i = 0; i < contents.Length; i++)
                {
                    output.ResetWrittenCount();
                    encoder.Encode(batch, i, output);
                    if (contents[i] is { } content)
                        decoder.Decode(content, rows);
                }
                allocated = Math.Min(allocated, GC.GetAllocatedBytesForCurrentThread() - before);
                rows.Build().Release();
            }
            batch.Release();
            Assert.True(allocated < messagesPerRound, $"{allocated} bytes for {messagesPerRound} messages of {schema}");
        }
    }

    [Fact]
    public void A_message_without_a_payload_is_no_row_or_a_row_of_null()
    {
        foreach (var schema in Schemas())
        {
            var (format, messages) = Open(schema);
            Assert.Equal(HoldsOneColumn ? "+I NULL" : "", Messages.DecodeAll(format, messages, [null]));
        }
    }

    [Fact]
    public void Types_that_it_cannot_hold_are_refused_by_name()
    {
        foreach (var type in RefusedTypes.Append(SqlType.Null))
        {
            var columns = HoldsOneColumn ? Table.Columns(("c", type)) : Table.Columns(("ok", SqlType.Int), ("c", type));
            var messages = new MessageTable(Table.Of(columns, Options));
            var format = Table.MessageFormat(Name);
            foreach (var action in new Action[]
            {
                () => format.CreateMessageDecoder(messages, [0]), () => format.CreateMessageEncoder(messages, [0, 1]),
            })
            {
                var error = Assert.Throws<SqlException>(action);
                Assert.Equal(SqlState.FeatureNotSupported, error.SqlState);
                Assert.Equal($"format '{Name}' cannot hold column \"c\" of type {type.Name}", error.Message);
            }
        }
    }

    Batch RandomBatch(Schema schema, int rows, Random random, ColumnPool pool) => Decoding.Batch(Table.Of(schema), pool,
        [.. Enumerable.Range(0, rows).Select(_ => schema.Fields.Select(field => Value(field.Type, random)).ToArray())]);

    static void Try(IMessageDecoder decoder, ReadOnlySpan<byte> message, BatchBuilder rows, ColumnPool pool)
    {
        if (decoder.Decode(message, rows) is not null)
            Assert.Equal(0, rows.Rows);
        Assert.InRange(pool.BytesOutstanding, 0, BytesForDamageMax);
        rows.Build().Release();
    }
}

public sealed class JsonMessageContract : MessageContract
{
    protected override string Name => "json";

    protected override SqlType[] Types =>
    [
        .. RandomValues.Scalars, SqlType.Array(SqlType.Array(SqlType.Decimal(10, 2))), SqlType.Map(SqlType.String, SqlType.Timestamp(9)),
        SqlType.Row(new Field("a", SqlType.Int), new Field("b \"", SqlType.Row(new Field("a", SqlType.Bytes)))),
    ];

    protected override SqlType[] RefusedTypes => [SqlType.Map(SqlType.Int, SqlType.Int)];
}

public sealed class ChangelogJsonMessageContract : MessageContract
{
    protected override string Name => "changelog-json";

    protected override SqlType[] Types => [.. RandomValues.Scalars, SqlType.Array(SqlType.Int)];

    protected override SqlType[] RefusedTypes => [SqlType.Map(SqlType.Int, SqlType.Int)];
}

public sealed class CsvMessageContract : MessageContract
{
    protected override string Name => "csv";

    protected override SqlType[] Types => [.. RandomValues.Scalars, SqlType.Array(SqlType.Int)];

    protected override SqlType[] RefusedTypes => [SqlType.Map(SqlType.Int, SqlType.Int)];

    protected override (string, string)[] Options => [("csv.null-literal", "null")];
}

public abstract class RawMessageContract : MessageContract
{
    protected override string Name => "raw";

    protected override bool HoldsOneColumn => true;

    protected override SqlType[] Types =>
    [
        SqlType.Boolean, SqlType.TinyInt, SqlType.SmallInt, SqlType.Int, SqlType.BigInt, SqlType.Float, SqlType.Double,
        SqlType.String, SqlType.Char(3), SqlType.Varchar(9), SqlType.Bytes, new StringType(SqlTypeKind.Binary, 4),
    ];

    protected override SqlType[] RefusedTypes =>
        [SqlType.Date, SqlType.Decimal(5, 2), SqlType.Timestamp(3), SqlType.Array(SqlType.Int), SqlType.Row(new Field("a", SqlType.Int))];
}

public sealed class RawBigEndianContract : RawMessageContract;

public sealed class RawLittleEndianContract : RawMessageContract
{
    protected override (string, string)[] Options => [("raw.endianness", "little-endian"), ("raw.charset", "UTF-16LE")];
}

public sealed class RawMarkedContract : RawMessageContract
{
    protected override (string, string)[] Options => [("raw.charset", "UTF-16")];
}
