using System.Buffers;
using System.Text;
using SqlStream.Connectors.FileSystem;
using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Testing;

namespace SqlStream.Connectors.Tests;

public sealed class FileSinkTests : IDisposable
{
    const string Part = "-01234567-t";

    readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Rows_stay_hidden_until_the_file_rolls()
    {
        var run = Run([[Segment(1, "1\n")], [Segment(2, "2\n")]]);
        using var shipper = run.CreateShipper();
        shipper.Fence(1, default);
        Assert.Null(shipper.ReadMarker(default));
        Ship(shipper, 1, "1\n");
        Ship(shipper, 2, "2\n");

        Assert.Equal([$".part-0{Part}.inprogress"], Files());
        Assert.Equal(2, shipper.ReadMarker(default)!.Epoch.Value);
        shipper.Finish(default);
        shipper.Finish(default);

        Assert.Equal([$"part-2-0{Part}.json"], Files());
        Assert.Equal("1\n2\n", File.ReadAllText(_directory[Files()[0]]));
    }

    [Fact]
    public void A_full_file_is_visible_after_its_epoch()
    {
        var run = Run([]);
        using var shipper = run.CreateShipper();
        shipper.Fence(1, default);
        Ship(shipper, 1, new string('x', 40) + "\n", "rest\n");

        Assert.Equal([$".part-1{Part}.inprogress", $"part-1-0{Part}.json"], Files());
    }

    [Fact]
    public void An_old_file_is_published_by_the_clock()
    {
        var run = Run([]);
        using var shipper = run.CreateShipper();
        shipper.Fence(1, default);
        Ship(shipper, 1, "1\n");
        run.Clock.Advance(TimeSpan.FromSeconds(59));
        shipper.Tick(default);
        Assert.StartsWith(".", Files()[0], StringComparison.Ordinal);
        run.Clock.Advance(TimeSpan.FromSeconds(1));
        shipper.Tick(default);

        Assert.Equal([$"part-1-0{Part}.json"], Files());
    }

    [Fact]
    public void Delivering_an_epoch_twice_does_nothing()
    {
        var run = Run([]);
        using var shipper = run.CreateShipper();
        shipper.Fence(1, default);
        Ship(shipper, 1, "1\n");
        Ship(shipper, 1, "1\n");
        using var second = run.CreateShipper();
        second.Fence(2, default);
        Ship(second, 1, "1\n");
        second.Finish(default);

        Assert.Equal("1\n", File.ReadAllText(_directory[Files()[0]]));
    }

    [Fact]
    public void An_older_incarnation_is_shut_out()
    {
        var run = Run([]);
        using var old = run.CreateShipper();
        using var young = run.CreateShipper();
        old.Fence(1, default);
        young.Fence(2, default);

        Assert.Equal(SqlState.SinkStateMismatch, Assert.Throws<SqlException>(() => Ship(old, 1, "1\n")).SqlState);
        Assert.Equal(SqlState.SinkStateMismatch, Assert.Throws<SqlException>(() => old.Finish(default)).SqlState);
        Assert.Equal(SqlState.SinkStateMismatch,
            Assert.Throws<SqlException>(() => run.CreateShipper().Fence(1, default)).SqlState);
        Ship(young, 1, "1\n");
    }

    [Fact]
    public void A_file_that_its_consumer_took_is_not_written_again()
    {
        var run = Run([]);
        using (var shipper = run.CreateShipper())
        {
            shipper.Fence(1, default);
            Ship(shipper, 1, "1\n");
            shipper.Finish(default);
        }
        File.Delete(_directory[Files()[0]]);
        using var next = run.CreateShipper();
        next.Fence(2, default);
        next.Finish(default);

        Assert.Empty(Files());
        Assert.Equal(1, next.ReadMarker(default)!.Epoch.Value);
    }

    [Fact]
    public void A_name_that_is_taken_is_not_overwritten()
    {
        var run = Run([]);
        using var shipper = run.CreateShipper();
        shipper.Fence(1, default);
        Ship(shipper, 1, "1\n");
        var name = $"part-1-0{Part}.json";
        File.WriteAllText(_directory[name], "mine");

        var error = Assert.Throws<SqlException>(() => shipper.Finish(default));

        Assert.Equal($"file \"{_directory[name]}\" exists and was not written by this sink", error.Message);
        Assert.Equal("mine", File.ReadAllText(_directory[name]));
        File.Delete(_directory[name]);
        shipper.Finish(default);
        Assert.Equal("1\n", File.ReadAllText(_directory[name]));
    }

    [Fact]
    public void Damage_to_marker_or_hidden_file_stops_the_sink()
    {
        var run = Run([]);
        using var shipper = run.CreateShipper();
        shipper.Fence(1, default);
        Ship(shipper, 1, "1\n");
        var marker = Directory.GetFiles(_directory[".sqlstream"], "*.json")[0];
        var content = File.ReadAllBytes(marker);
        for (var i = 0; i < content.Length - 1; i++)
        {
            var damaged = (byte[])content.Clone();
            damaged[i] ^= 1;
            File.WriteAllBytes(marker, damaged);
            Assert.Equal(
                SqlState.DataCorrupted, Assert.Throws<SqlException>(() => shipper.ReadMarker(default)).SqlState);
        }
        File.WriteAllBytes(marker, content);
        File.WriteAllText(_directory[$".part-0{Part}.inprogress"], "");

        Assert.Equal(SqlState.SinkStateMismatch, Assert.Throws<SqlException>(() => Ship(shipper, 2, "2\n")).SqlState);
    }

    [Fact]
    public void Other_files_are_left_alone()
    {
        string[] others = ["part-1-0-other-t.json", ".part-7-01234567-u.inprogress", ".part-x-01234567-t.inprogress",
            "sub/.part-9-01234567-t.inprogress", "readme"];
        foreach (var name in others)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_directory[name])!);
            File.WriteAllText(_directory[name], "mine\n");
        }
        File.WriteAllText(
            _directory[$".part-5{Part}.inprogress"], "left over by a delivery that never got to its marker");

        Run([[Segment(1, "1\n")]]).Attempt();

        Assert.All(others, name => Assert.Equal("mine\n", File.ReadAllText(_directory[name])));
        Assert.False(File.Exists(_directory[$".part-5{Part}.inprogress"]));
    }

    [Fact]
    public void While_another_process_writes_the_sink_waits()
    {
        var run = Run([]);
        using var shipper = run.CreateShipper();
        shipper.Fence(1, default);
        using (new FileStream(
            Directory.GetFiles(_directory[".sqlstream"], "*.lock")[0], FileMode.Open, FileAccess.Write, FileShare.None))
        {
            var error = Assert.Throws<ExternalException>(() => Ship(shipper, 1, "1\n"));
            Assert.Equal((Retry.Backoff, SqlState.ObjectInUse), (error.Retry, error.SqlState));
        }
        Ship(shipper, 1, "1\n");
    }

    [Theory]
    [InlineData("file.locked")]
    [InlineData("file.fenced")]
    [InlineData("file.recovered")]
    [InlineData("file.appended")]
    [InlineData("file.synced")]
    [InlineData("file.marker-written")]
    [InlineData("file.renamed")]
    [InlineData("file.roll-written")]
    [InlineData("file.cut")]
    public void A_failure_at_a_crash_point_is_made_good_by_trying_again(string point)
    {
        var run = Run([[Segment(1, "1\n")], [Segment(2, new string('x', 50) + "\n")], [Segment(3, "3\n")]]);
        // Something to cut off: an epoch that failed after its rows were written.
        CrashPoint.ArmHere("file.appended:2:throw" + (point == "file.cut" ? ",file.cut:1:throw" : $",{point}:3:throw"));
        try
        {
            run.Attempt(retries: 5);
        }
        finally
        {
            CrashPoint.ArmHere(null);
        }

        Assert.Equal("1\n" + new string('x', 50) + "\n3\n", run.VisibleRows());
    }

    [Fact]
    public void A_sink_writes_what_a_source_reads()
    {
        var schema = Table.Columns(("a", SqlType.Int), ("b", SqlType.String));
        var table = Table.Of(schema, ("connector", "filesystem"), ("path", _directory["out/deep"]), ("format", "csv"),
            ("csv.header", "true"));
        var sink = Table.Sink(table);
        var pool = new ColumnPool();
        var batch = Decoding.Batch(table, pool, [1, "x,y"], [2, "z"]);
        var output = new ArrayBufferWriter<byte>();
        using (var encoder = sink.CreateEncoder(pool))
            encoder.Encode(batch, output);
        batch.Release();
        using (var shipper = sink.CreateShipper(new ShipperContext(ShipperRun.JobId, "db.t#0/é", new ManualClock())))
        {
            shipper.Fence(1, default);
            Ship(shipper, 1, Encoding.UTF8.GetString(output.WrittenSpan));
            shipper.Finish(default);
        }

        Assert.Equal(["+I 1 | x,y", "+I 2 | z"], SplitRun.ReadAll(Table.Source(table), [0, 1]));
        Assert.Equal((DeliveryGuarantee.ExactlyOnce, ChangelogMode.AppendOnly), (sink.Delivery, sink.Accepts));
    }

    [Fact]
    public void A_rename_that_got_half_way_is_completed()
    {
        var directory = new LocalDirectory(_directory.Path);
        File.WriteAllText(_directory["from"], "x");
        Assert.Equal(0, Posix.Link(_directory["from"], _directory["to"]));

        Assert.True(directory.Rename("from", "to"));

        Assert.Equal(["to"], Files());
        File.WriteAllText(_directory["from"], "x");
        Assert.False(directory.Rename("from", "to"));
        Assert.Equal(["from", "to"], Files());
    }

    static TextSegment Segment(long epoch, params string[] frames) => new(epoch, 0, frames);

    static void Ship(ISinkShipper shipper, long epoch, params string[] frames) =>
        shipper.Ship([Segment(epoch, frames)], SinkPosition.Start, ShipperRun.Marker(epoch, 1, 1), default);

    ShipperRun Run(TextSegment[][] epochs) => new(new LocalDirectory(_directory.Path), epochs);

    List<string> Files() =>
        [.. Directory.GetFiles(_directory.Path).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
}
