using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using SqlStream.Connectors.FileSystem;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Testing;

namespace SqlStream.Connectors.Tests;

public sealed partial class FileSourceTests : IDisposable
{
    static readonly Schema _schema = Table.Columns(("id", SqlType.BigInt), ("name", SqlType.String));

    readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Rows_of_a_file_come_in_order()
    {
        var source = Json(Write("a.json", "{\"id\":1,\"name\":\"a\"}\n{\"name\":\"b\",\"id\":2}\n\n{\"id\":3}"));

        Assert.Equal(["+I 1 | a", "+I 2 | b", "+I 3 | NULL"], SplitRun.ReadAll(source, [0, 1]));
        Assert.Equal(["+I a | 1", "+I b | 2", "+I NULL | 3"], SplitRun.ReadAll(source, [1, 0]));
    }

    [Fact]
    public void Files_of_a_directory_come_in_the_order_of_their_names_and_hidden_ones_do_not()
    {
        Write("b.json", "{\"id\":2}");
        Write("a/z.json", "{\"id\":1}");
        Write("c.json", "{\"id\":3}\n");
        Write(".hidden", "no json");
        Write("_SUCCESS", "no json");
        Write("a/.x/y.json", "no json");
        Write("empty.json", "");

        Assert.Equal(["+I 1 | NULL", "+I 2 | NULL", "+I 3 | NULL"], SplitRun.ReadAll(Json(_directory.Path), [0, 1]));
    }

    [Fact]
    public void Ranges_of_any_size_give_every_row_once()
    {
        var text = string.Concat(Enumerable.Range(0, 12).Select(i =>
            $"{{\"id\":{i}}}{(i % 3 == 0 ? "\r\n" : "\n")}{(i % 5 == 0 ? "\n" : "")}")) + "{\"id\":12}";
        var path = Write("a.json", text);
        var expected = Enumerable.Range(0, 13).Select(i => $"+I {i} | NULL").ToList();
        for (var size = 1; size <= text.Length + 1; size++)
        {
            var source = Json(path, ("source.split-size", $"{size}"));

            Assert.Equal((text.Length + size - 1) / size, SplitRun.Splits(source).Count);
            Assert.Equal(expected, SplitRun.ReadAll(source, [0, 1]));
        }
    }

    [Fact]
    public void A_bad_row_is_reported_with_its_place()
    {
        var run = new SplitRun { BatchRows = 1 };
        var source = Json(Write("a.json", "{\"id\":1}\n{\"id\":\n{\"id\":3}\n"));

        run.Read(source, [0, 1], SplitRun.Splits(source)[0]);

        Assert.Equal(["+I 1 | NULL", "+I 3 | NULL"], run.Rows);
        Assert.Equal([$"{_directory["a.json"]}:2 (byte 9): JSON ends too early: a value expected"], run.BadRows);
        Assert.Equal("{\"id\":\n", Encoding.UTF8.GetString(run.BadBytes[0]));
        Assert.Equal(3, run.Positions.Count);
    }

    [Theory]
    [InlineData(30, 1)]
    [InlineData(3_000_000, 1)]
    [InlineData(3_000_000, 2)]
    public void A_record_that_is_too_long_is_passed_over(int length, int records)
    {
        var path = Write("a.json", "{\"id\":1}\n" + string.Concat(
            Enumerable.Repeat(new string('x', length) + "\n", records)) + "{\"id\":3}\n");
        var source = Json(path, ("max-record-size", "20"));
        var run = new SplitRun();

        run.Read(source, [0, 1], SplitRun.Splits(source)[0]);

        Assert.Equal(["+I 1 | NULL", "+I 3 | NULL"], run.Rows);
        Assert.Equal(records, run.BadRows.Count);
        Assert.Equal($"{path}:2 (byte 9): the row is longer than 20 B ('max-record-size')", run.BadRows[0]);
    }

    [Fact]
    public void Records_over_many_blocks_are_read()
    {
        var random = new Random(3);
        var names = Enumerable.Range(0, 40).Select(i =>
            new string((char)('a' + (i % 26)), random.Next(i % 7 == 0 ? 3_000_000 : 90_000))).ToList();
        var source = Json(Write("a.json", string.Concat(
            names.Select((name, i) => $"{{\"id\":{i},\"name\":\"{name}\"}}\n"))), ("source.split-size", "5 MB"));

        Assert.Equal(names.Select((name, i) => $"+I {i} | {name}"), SplitRun.ReadAll(source, [0, 1]));
    }

    [Fact]
    public void Reading_waits_for_the_edge_and_never_runs_more_than_two_blocks_ahead()
    {
        var edge = new ManualEdge();
        var run = new SplitRun { Edge = edge };
        var source = Json(Write("a.json",
            string.Concat(Enumerable.Range(0, 200_000).Select(i => $"{{\"id\":{i},\"name\":\"abcdef\"}}\n"))));
        using (var reader = source.CreateReader(run.Context([0]), SplitRun.Splits(source)[0], null))
        {
            Assert.Equal(ReadStatus.Waiting, run.Read(reader));
            Assert.Equal(ReadStatus.Waiting, run.Read(reader));
            Assert.Equal(1, edge.Waiting);
            Assert.True(edge.RunOne());
            Assert.True(edge.RunOne());
            Assert.False(edge.RunOne());
            Assert.Equal(2, run.Wakes);
            while (run.Read(reader) == ReadStatus.Waiting)
                Assert.True(edge.RunOne());
        }
        Assert.Equal(200_000, run.Rows.Count);
        Assert.Equal(0, run.Pool.Outstanding);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Dispose_while_a_block_is_on_its_way_returns_every_buffer(int blocksBefore)
    {
        var edge = new ManualEdge();
        var run = new SplitRun { Edge = edge };
        var source = Json(Write("a.json", new string('\n', 5_000_000)));
        var reader = source.CreateReader(run.Context([0]), SplitRun.Splits(source)[0], null);
        run.Read(reader);
        for (var i = 0; i < blocksBefore; i++)
            edge.RunOne();
        run.Read(reader);
        reader.Dispose();
        while (edge.RunOne())
        {
            // What was asked for before still runs.
        }

        Assert.Equal(0, run.Pool.Outstanding);
    }

    [Fact]
    public void A_canceled_read_ends_without_a_result()
    {
        var edge = new ManualEdge();
        var run = new SplitRun { Edge = edge };
        var source = Json(Write("a.json", "{\"id\":1}\n"));
        using var reader = source.CreateReader(run.Context([0]), SplitRun.Splits(source)[0], null);
        run.Read(reader);

        edge.RunOne(new CancellationToken(canceled: true));

        Assert.Throws<OperationCanceledException>(() => run.Read(reader));
    }

    [Theory]
    [InlineData("{\"id\":9}\n{\"id\":2}\n{\"id\":3}\n", "was replaced: its content before byte 9 is not what was read")]
    [InlineData("{\"id\":1}", "was truncated: it has 8 bytes where there were at least 9")]
    public void A_file_that_was_replaced_or_truncated_is_an_error(string content, string message)
    {
        var path = Write("a.json", "{\"id\":1}\n{\"id\":2}\n");
        var source = Json(path);
        var (split, position) = FirstPosition(source);
        File.Delete(path);
        Write("a.json", content);

        var error = Assert.Throws<SqlException>(() => new SplitRun().Read(source, [0], split, position));

        Assert.Equal(SqlState.DataException, error.SqlState);
        Assert.Equal($"file \"{path}\" {message}", error.Message);
    }

    [Fact]
    public void A_large_file_that_changed_just_before_the_position_is_an_error()
    {
        var path = Write("a.json", string.Concat(Enumerable.Range(0, 2000).Select(i => $"{{\"id\":{i + 10000}}}\n")));
        var source = Json(path);
        var run = new SplitRun { BatchRows = 1000 };
        run.Read(source, [0], SplitRun.Splits(source)[0]);
        using (var file = File.OpenWrite(path))
        {
            file.Position = 12_990;
            file.WriteByte((byte)'7');
        }

        Assert.Contains("was replaced", Assert.Throws<SqlException>(() => new SplitRun().Read(
            source, [0], SplitRun.Splits(source)[0], run.Positions[0].Position)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_was_listed_longer_than_it_is_now_is_an_error()
    {
        var path = Write("a.json", "{\"id\":1}\n{\"id\":2}\n");
        var source = Json(path);
        var split = SplitRun.Splits(source)[0];
        Write("a.json", "{\"id\":1}\n");

        Assert.Contains("was truncated", Assert.Throws<SqlException>(() =>
            new SplitRun().Read(source, [0], split)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_appended_after_the_listing_do_not_belong_to_a_bounded_scan()
    {
        var path = Write("a.json", "{\"id\":1}\n{\"id\":2}\n");
        var source = Json(path);
        var (split, position) = FirstPosition(source);
        File.AppendAllText(path, "{\"id\":3}\n");
        var run = new SplitRun();

        Assert.Equal(ReadStatus.End, run.Read(source, [0], split, position));
        Assert.Equal(["+I 2"], run.Rows);
    }

    [Fact]
    public void A_watched_directory_gives_new_files_once()
    {
        Write("a.json", "{\"id\":1}\n");
        var source = Json(_directory.Path, ("source.monitor-interval", "5 s"));
        var enumerator = source.CreateEnumerator(new SourceContext(new ManualClock(), 1), null);

        Assert.False(source.IsBounded);
        Assert.Equal(TimeSpan.FromSeconds(5), enumerator.Interval);
        Assert.Single(enumerator.Discover(default).Splits);
        Write("b.json", "");
        Assert.Empty(enumerator.Discover(default).Splits);
        Write("b.json", "{\"id\":2}\n");
        var restored = source.CreateEnumerator(new SourceContext(new ManualClock(), 1), enumerator.SaveState());
        var (splits, done) = restored.Discover(default);

        Assert.False(done);
        Assert.Equal(_directory["b.json"] + "#000000000000000-", Assert.Single(splits).Id);
    }

    [Fact]
    public void What_a_bounded_scan_has_listed_is_not_found_again_when_the_directory_is_watched()
    {
        Write("a.json", "{\"id\":1}\n");
        var once = Json(_directory.Path).CreateEnumerator(new SourceContext(new ManualClock(), 1), null);
        Assert.Single(once.Discover(default).Splits);
        Write("b.json", "{\"id\":2}\n");
        var watching = Json(_directory.Path, ("source.monitor-interval", "5 s")).CreateEnumerator(new SourceContext(new ManualClock(), 1), once.SaveState());

        Assert.Equal(_directory["b.json"] + "#000000000000000-", Assert.Single(watching.Discover(default).Splits).Id);
    }

    [Fact]
    public void A_damaged_compressed_file_is_an_error()
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(
                Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 1000).Select(i => $"{{\"id\":{i}}}\n"))));
        var bytes = compressed.ToArray();
        bytes[bytes.Length / 2] ^= 0xFF;
        var path = _directory["a.json.gz"];
        File.WriteAllBytes(path, bytes);
        var source = Json(path);
        var run = new SplitRun();

        var error = Record.Exception(() => run.Read(source, [0], SplitRun.Splits(source)[0]));

        Assert.True(
            run.BadRows.Count > 0 || error is SqlException { SqlState: SqlState.DataCorrupted }, error?.ToString());
    }

    [Fact]
    public void Compressions_that_are_not_supported_are_not_taken_for_rows()
    {
        var source = Json(Write("a.json.zst", "x"));

        Assert.Equal(SqlState.FeatureNotSupported, Assert.Throws<SqlException>(() => SplitRun.Splits(source)).SqlState);
    }

    [Fact]
    public void A_path_that_does_not_exist_is_an_error()
    {
        var error = Assert.Throws<SqlException>(() => SplitRun.Splits(Json("/no/such/path")));

        Assert.Equal(SqlState.UndefinedFile, error.SqlState);
        Assert.Equal("file or directory \"/no/such/path\" does not exist", error.Message);
    }

    [Theory]
    [InlineData("/dev/null")]
    [InlineData("pipe")]
    public void Pipes_and_devices_are_refused_without_being_opened(string name)
    {
        var path = name[0] == '/' ? name : _directory[name];
        if (name[0] != '/')
            Assert.Equal(0, MakePipe(path, 0x1B6));

        Assert.Equal(SqlState.WrongObjectType, Assert.Throws<SqlException>(() => SplitRun.Splits(Json(path))).SqlState);
    }

    [Theory]
    [InlineData(2, SqlState.UndefinedFile, "file or directory \"/x\" does not exist")]
    [InlineData(13, SqlState.InsufficientPrivilege, "permission denied for \"/x\"")]
    [InlineData(28, SqlState.DiskFull, "no space left to write \"/x\"")]
    [InlineData(11, SqlState.ObjectInUse, "file \"/x\" is in use by another process")]
    [InlineData(5, SqlState.IoError, "input or output error 5 on \"/x\"")]
    public void Error_numbers_become_messages(int errno, string state, string message)
    {
        var error = FileErrors.Failed("/x", errno);

        Assert.Equal(message, error.Message);
        Assert.Equal(
            state, error is SqlException sql ? sql.SqlState : ((Core.Diagnostics.ExternalException)error).SqlState);
    }

    static (SourceSplit Split, string Position) FirstPosition(ISource source)
    {
        var split = SplitRun.Splits(source)[0];
        var run = new SplitRun { BatchRows = 1 };
        run.Read(source, [0], split);
        return (split, run.Positions[0].Position);
    }

    ISource Json(string path, params (string, string)[] options) =>
        Table.Source(Table.Of(_schema, [("connector", "filesystem"), ("path", path), ("format", "json"), .. options]));

    string Write(string name, string text)
    {
        var path = _directory[name];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text, new UTF8Encoding(false));
        return path;
    }

    [LibraryImport("libc", EntryPoint = "mkfifo", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakePipe(string path, uint mode);
}
