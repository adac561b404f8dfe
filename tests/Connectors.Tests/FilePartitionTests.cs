using System.Buffers;
using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Testing;

namespace SqlStream.Connectors.Tests;

public sealed class FilePartitionTests : IDisposable
{
    readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Directories_give_the_partition_columns_typed_and_in_any_order_of_names()
    {
        Put("dt=2026-01-01/hour=07/a.json", "{\"v\":1}");
        Put("hour=8/dt=2026-01-02/deep/b.json", "{\"v\":2}");
        Put("dt=__DEFAULT_PARTITION__/hour=9/c.json", "{\"v\":3}");
        Put("dt=2026-01-01/hour=1/_SUCCESS", "");
        Put("dt=2026-01-01/_hidden/hour=1/d.json", "no row");

        Assert.Equal(
            ["+I 1 | 20454 | 7", "+I 3 | NULL | 9", "+I 2 | 20455 | 8"], SplitRun.ReadAll(Table.Source(Hours()), [1, 0, 2]));
        Assert.Equal(["+I 7", "+I 9", "+I 8"], SplitRun.ReadAll(Table.Source(Hours()), [2]));
    }

    [Fact]
    public void Partition_columns_are_known_before_a_file_is_opened()
    {
        Put("dt=2026-01-01/hour=07/a.json", "{\"v\":1}");
        var source = Table.Source(Hours());
        var split = Assert.Single(SplitRun.Splits(source));

        Assert.Equal([0, 2], source.SplitColumns);
        Assert.Equal(20454, source.SplitValue(split, 0));
        Assert.Equal(7, source.SplitValue(split, 2));
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("a/b=c:d%e", "a%2Fb%3Dc%3Ad%25e")]
    [InlineData("tab\tnul\0del\u007f", "tab%09nul%00del%7F")]
    [InlineData("\"#'*?\\{}[]^", "%22%23%27%2A%3F%5C%7B%7D%5B%5D%5E")]
    [InlineData("é ☃ .x", "é ☃ .x")]
    [InlineData("..", "..")]
    public void What_a_path_cannot_hold_is_escaped_and_comes_back(string value, string name)
    {
        var table = Names("k");
        Write(table, [1L, value]);

        Assert.Equal([$"k={name}"], Directories());
        Assert.Equal([$"+I 1 | {value}"], SplitRun.ReadAll(Table.Source(table), [0, 1]));
    }

    [Theory]
    [InlineData("_k", "_k=x")]
    [InlineData(".k", "%2Ek=x")]
    [InlineData("a=b/c", "a%3Db%2Fc=x")]
    public void A_key_with_any_name_is_seen(string key, string name)
    {
        var table = Names(key);
        Write(table, [1L, "x"]);

        Assert.Equal([name], Directories());
        Assert.Equal(["+I 1 | x"], SplitRun.ReadAll(Table.Source(table), [0, 1]));
    }

    [Fact]
    public void Escapes_of_other_writers_are_understood()
    {
        Put("k=caf%c3%a9%20x%/a.json", "{\"v\":1}");
        Put("k=%zz100%/b.json", "{\"v\":2}");

        Assert.Equal(["+I 2 | %zz100%", "+I 1 | café x%"], SplitRun.ReadAll(Table.Source(Names("k")), [0, 1]));
    }

    [Fact]
    public void Null_and_the_empty_string_are_one_partition()
    {
        var table = Names("k", ("partition.default-name", "none"));
        Write(table, [1L, null], [2L, ""], [3L, "x"]);

        Assert.Equal(["k=none", "k=x"], Directories());
        Assert.Equal(["+I 1 | NULL", "+I 2 | NULL", "+I 3 | x"], SplitRun.ReadAll(Table.Source(table), [0, 1]));
    }

    [Fact]
    public void Values_of_every_type_come_back()
    {
        (SqlType Type, object Value, string Name)[] cases =
        [
            (SqlType.Boolean, true, "true"),
            (SqlType.TinyInt, (sbyte)-1, "-1"),
            (SqlType.SmallInt, (short)7, "7"),
            (SqlType.Int, 20260101, "20260101"),
            (SqlType.BigInt, long.MinValue, "-9223372036854775808"),
            (SqlType.Float, 1.5f, "1.5"),
            (SqlType.Double, -0.25, "-0.25"),
            (SqlType.Decimal(10, 2), 12345L, "123.45"),
            (SqlType.Date, 20454, "2026-01-01"),
            (SqlType.Time(0), 3_600_000, "01%3A00%3A00"),
            (SqlType.Timestamp(3), 1_767_225_600_000_000L, "2026-01-01 00%3A00%3A00.000"),
            (SqlType.TimestampLtz(3), 1_767_225_600_000_000L, "2026-01-01 00%3A00%3A00.000Z"),
        ];
        foreach (var (type, value, name) in cases)
        {
            using var directory = new TemporaryDirectory();
            var table = Table.Of(
                Table.Columns(("v", SqlType.BigInt), ("k", type)), ("connector", "filesystem"), ("path", directory.Path), ("format", "json")) with
            { PartitionKeys = ["k"] };
            Write(table, [1L, value]);

            Assert.Equal($"k={name}", Path.GetFileName(Assert.Single(Directory.GetDirectories(directory.Path, "k=*"))));
            var source = Table.Source(table);
            Assert.Equal(value, source.SplitValue(Assert.Single(SplitRun.Splits(source)), 1));
        }
    }

    [Theory]
    [InlineData("a.json", "file \"a.json\" of partitioned table \"default_catalog.default_database.t\" lies in no directory \"dt=...\"")]
    [InlineData("dt=2026-01-01/a.json", "file \"dt=2026-01-01/a.json\" of partitioned table \"default_catalog.default_database.t\" lies in no directory \"hour=...\"")]
    [InlineData("dt=today/hour=1/a.json", "file \"dt=today/hour=1/a.json\" of partitioned table \"default_catalog.default_database.t\" lies in no partition: column \"dt\" of type DATE cannot hold \"today\"")]
    [InlineData("dt=2026-01-01/hour=99999999999/a.json", "file \"dt=2026-01-01/hour=99999999999/a.json\" of partitioned table \"default_catalog.default_database.t\" lies in no partition: column \"hour\" of type INT cannot hold \"99999999999\"")]
    public void A_file_outside_of_all_partitions_is_named(string name, string message)
    {
        Put(name, "{\"v\":1}");
        var source = Table.Source(Hours());

        var error = Assert.Throws<SqlException>(() => SplitRun.ReadAll(source, [0, 1, 2]));

        Assert.Equal((SqlState.DataException, message), (error.SqlState, error.Message));
    }

    [Fact]
    public void Values_without_a_directory_are_refused()
    {
        Assert.Equal(SqlState.NameTooLong, Assert.Throws<SqlException>(() => Write(Names("k"), [1L, new string('x', 254)])).SqlState);
        Write(Names("k"), [1L, new string('x', 253)]);
        var strict = Table.Of(
            Table.Columns(("v", SqlType.BigInt), ("k", SqlType.String.WithNullability(false))),
            ("connector", "filesystem"), ("path", _directory["strict"]), ("format", "json")) with
        { PartitionKeys = ["k"] };
        Assert.Equal(SqlState.NotNullViolation, Assert.Throws<SqlException>(() => Write(strict, [1L, ""])).SqlState);
        Put("strict/k=__DEFAULT_PARTITION__/a.json", "{\"v\":1}");
        Assert.Equal(SqlState.NotNullViolation, Assert.Throws<SqlException>(() => SplitRun.ReadAll(Table.Source(strict), [0, 1])).SqlState);
    }

    [Fact]
    public void Files_hold_the_other_columns_in_order()
    {
        var table = Table.Of(
            Table.Columns(("day", SqlType.Date), ("a", SqlType.Int), ("k", SqlType.String), ("b", SqlType.String)),
            ("connector", "filesystem"), ("path", _directory.Path), ("format", "csv"), ("csv.header", "true")) with
        { PartitionKeys = ["k", "day"] };
        Write(table, [20454, 1, "x", "one"], [20455, 2, "x", "two"], [20454, 3, "x", "three"], [20454, 4, "y", "four"]);

        Assert.Equal("a,b\n1,one\n3,three\n", Text("k=x/day=2026-01-01"));
        Assert.Equal("a,b\n2,two\n", Text("k=x/day=2026-01-02"));
        Assert.Equal("a,b\n4,four\n", Text("k=y/day=2026-01-01"));
        Assert.Equal(
            ["+I 20454 | 1 | x | one", "+I 20454 | 3 | x | three", "+I 20455 | 2 | x | two", "+I 20454 | 4 | y | four"],
            SplitRun.ReadAll(Table.Source(table), [0, 1, 2, 3]));
    }

    static void Write(ConnectorTable table, params object?[][] rows)
    {
        var sink = Table.Sink(table);
        var pool = new ColumnPool(poison: true);
        var batch = Decoding.Batch(table, pool, rows);
        var output = new ArrayBufferWriter<byte>();
        using (var encoder = sink.CreateEncoder(pool))
            encoder.Encode(batch, output);
        batch.Release();
        Assert.Equal(0, pool.Outstanding);
        using var shipper = sink.CreateShipper(new ShipperContext(ShipperRun.JobId, "t", new ManualClock()));
        shipper.Fence(1, default);
        shipper.Ship([new BytesSegment(output.WrittenMemory)], SinkPosition.Start, ShipperRun.Marker(1, 1, 1), default);
        shipper.Finish(default);
    }

    void Put(string name, string line)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_directory[name])!);
        File.WriteAllText(_directory[name], line + "\n");
    }

    string Text(string directory) => File.ReadAllText(Assert.Single(Directory.GetFiles(_directory[directory])));

    List<string> Directories() =>
        [.. Directory.GetDirectories(_directory.Path).Select(path => Path.GetFileName(path)).Where(name => name != ".sqlstream").Order(StringComparer.Ordinal)];

    ConnectorTable Hours() => Table.Of(
        Table.Columns(("dt", SqlType.Date), ("v", SqlType.BigInt), ("hour", SqlType.Int)),
        ("connector", "filesystem"), ("path", _directory.Path), ("format", "json")) with
    { PartitionKeys = ["dt", "hour"] };

    ConnectorTable Names(string key, params (string, string)[] options) => Table.Of(
        Table.Columns(("v", SqlType.BigInt), (key, SqlType.String)),
        [("connector", "filesystem"), ("path", _directory.Path), ("format", "json"), .. options]) with
    { PartitionKeys = [key] };

    sealed class BytesSegment(ReadOnlyMemory<byte> frame) : IOutputSegment
    {
        public Core.Time.Epoch Epoch { get; } = new(1);

        public int Subtask => 0;

        public long Rows => 1;

        public long Bytes => frame.Length;

        public IEnumerable<ReadOnlyMemory<byte>> Frames() => [frame];
    }
}
