using SqlStream.Core.Time;
using SqlStream.Connectors.FileSystem;
using SqlStream.Core.Connect;
using SqlStream.Testing;

namespace SqlStream.Connectors.Tests;

/// <summary>Strategy: deliver epochs of several partitions to a simulated directory and crash, or fill the disk, during each operation in turn,
/// then during each operation of the recovery. Invariants: every row becomes visible exactly once, in the directory of its
/// partition and in order there; a visible file never changes; at the end each partition that got rows has its success file.</summary>
public sealed class PartitionShipperTests
{
    const string Success = "_SUCCESS";

    static readonly (string Partition, string Rows)[][] _epochs =
    [
        [("p=1", "1a\n1b\n"), ("p=2/q=x", "1c\n")],
        [("p=2/q=x", "2a this row is so long that a file is full with it\n"), ("p=3", "2b\n"), ("p=1", "2c\n")],
        [("p=3", "3a\n")],
        [("p=1", "4a and this one fills the next file all alone\n"), ("p=1", "4b\n"), ("p=4", "4c\n"), ("p=1", "4d\n")],
        [("p=4", "5a\n5b\n")],
    ];

    static readonly string[] _partitions = ["p=1", "p=2/q=x", "p=3", "p=4"];

    public static TheoryData<string, bool, int> Shapes => new()
    {
        { "", false, -1 }, { "", true, 0 }, { "h1,h2\n", false, 30 }, { "h1,h2\n", true, 120 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Without_a_crash_every_row_is_visible_once(string header, bool takes, int commitSeconds)
    {
        var directory = new SimDirectory(1);
        var run = Run(directory, header, takes, commitSeconds);

        run.Attempt();

        Check(run, directory, commitSeconds, "");
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_crash_during_any_operation_neither_loses_nor_repeats_a_row(string header, bool takes, int commitSeconds)
    {
        var total = Operations(header, takes, commitSeconds);
        for (var crash = 1; crash <= total; crash++)
        {
            for (var seed = 0; seed < 4; seed++)
                Crash(header, takes, commitSeconds, crash, null, seed);
        }
    }

    [Fact]
    public void A_second_crash_during_the_recovery_does_no_harm_either()
    {
        var total = Operations("", takes: false, commitSeconds: 30);
        for (var crash = 1; crash <= total; crash++)
        {
            for (var second = 1; second <= 25; second++)
                Crash("", (crash + second) % 2 == 0, 30, crash, second, (crash * 100) + second);
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_full_disk_at_any_operation_only_delays(string header, bool takes, int commitSeconds)
    {
        var total = Operations(header, takes, commitSeconds);
        for (var full = 1; full <= total; full++)
        {
            var directory = new SimDirectory(full) { FullAt = full };
            var run = Run(directory, header, takes, commitSeconds);

            run.Attempt();

            Check(run, directory, commitSeconds, $"full {full}");
        }
    }

    [Fact]
    public void Each_partition_has_a_file_of_its_own_that_stays_hidden_until_it_rolls()
    {
        using var directory = new TemporaryDirectory();
        var run = Run(new LocalDirectory(directory.Path), "", takes: false, commitSeconds: -1);
        using var shipper = run.CreateShipper();
        shipper.Fence(1, default);
        Ship(shipper, 1, _epochs[0]);

        Assert.Equal([".part-0-01234567-t.inprogress", ".part-1-01234567-t.inprogress"], Files(directory));
        Ship(shipper, 2, _epochs[1]);

        Assert.Equal(
            [".part-0-01234567-t.inprogress", ".part-2-01234567-t.inprogress", "p=2/q=x/part-2-1-01234567-t.json"], Files(directory));
        shipper.Finish(default);

        Assert.Equal("1a\n1b\n2c\n", File.ReadAllText(directory["p=1/part-2-0-01234567-t.json"]));
    }

    [Fact]
    public void A_partition_is_declared_complete_when_its_time_has_come_and_again_when_more_comes()
    {
        using var directory = new TemporaryDirectory();
        var run = Run(new LocalDirectory(directory.Path), "", takes: false, commitSeconds: 30);
        using var shipper = run.CreateShipper();
        shipper.Fence(1, default);
        Ship(shipper, 1, [("p=1", "1\n")]);
        run.Clock.Advance(TimeSpan.FromSeconds(29));
        shipper.Tick(default);
        Assert.False(File.Exists(directory["p=1/_SUCCESS"]));
        run.Clock.Advance(TimeSpan.FromSeconds(1));
        shipper.Tick(default);
        Assert.Equal(["p=1/_SUCCESS", "p=1/part-1-0-01234567-t.json"], Files(directory));

        File.Delete(directory["p=1/_SUCCESS"]);
        shipper.Tick(default);
        Assert.False(File.Exists(directory["p=1/_SUCCESS"]));
        Ship(shipper, 2, [("p=1", "2\n")]);
        run.Clock.Advance(TimeSpan.FromSeconds(30));
        shipper.Tick(default);
        Assert.Equal(["p=1/_SUCCESS", "p=1/part-1-0-01234567-t.json", "p=1/part-2-1-01234567-t.json"], Files(directory));
    }

    [Fact]
    public void A_partition_is_declared_complete_when_the_watermark_has_passed_its_time()
    {
        using var directory = new TemporaryDirectory();
        var run = Run(new LocalDirectory(directory.Path), "", takes: false, commitSeconds: 60);
        run.Commit = run.Commit! with { Time = new PartitionTime("$dt $hm:00", null, TimeZoneInfo.FindSystemTimeZoneById("Europe/Zurich")) };
        using var shipper = run.CreateShipper();
        shipper.Fence(1, default);
        Ship(shipper, 1, [("dt=2026-01-01/hm=10%3A00", "1\n"), ("dt=2026-01-01/hm=10%3A01", "2\n"), ("dt=never/hm=x", "3\n")]);
        run.Clock.Advance(TimeSpan.FromSeconds(30));
        shipper.Tick(default);
        Assert.DoesNotContain(Files(directory), name => name.EndsWith(Success, StringComparison.Ordinal));

        // 10:00 in Zurich is 9:00, and the delay is a minute.
        shipper.Advance(Time("2026-01-01T09:00:59.999Z"));
        shipper.Tick(default);
        Assert.DoesNotContain(Files(directory), name => name.EndsWith(Success, StringComparison.Ordinal));
        shipper.Advance(Time("2026-01-01T09:01:00Z"));
        shipper.Tick(default);
        Assert.Equal(
            ["dt=2026-01-01/hm=10%3A00/_SUCCESS", "dt=2026-01-01/hm=10%3A00/part-1-0-01234567-t.json"],
            Files(directory).Where(name => name.StartsWith("dt", StringComparison.Ordinal)));

        // What comes behind makes it complete once more; what tells no time is complete at the end.
        File.Delete(directory["dt=2026-01-01/hm=10%3A00/_SUCCESS"]);
        Ship(shipper, 2, [("dt=2026-01-01/hm=10%3A00", "4\n")]);
        Assert.True(File.Exists(directory["dt=2026-01-01/hm=10%3A00/_SUCCESS"]));
        shipper.Finish(default);
        Assert.Equal(3, Files(directory).Count(name => name.EndsWith(Success, StringComparison.Ordinal)));
    }

    [Fact]
    public void More_partitions_than_may_be_open_are_written_one_after_the_other()
    {
        using var directory = new TemporaryDirectory();
        var run = Run(new LocalDirectory(directory.Path), "h\n", takes: false, commitSeconds: -1, rollBytes: 1000);
        using var shipper = run.CreateShipper();
        shipper.Fence(1, default);
        var partitions = Enumerable.Range(0, 300).Select(i => $"p={i}").ToList();
        Ship(shipper, 1, [.. partitions.Select(name => (name, "1\n")), .. partitions.Select(name => (name, "2\n"))]);

        // 256 stay hidden, the first ones are published.
        Assert.Equal(256, Files(directory).Count(name => name.StartsWith('.')));
        Ship(shipper, 2, [.. partitions.Select(name => (name, "3\n"))]);
        shipper.Finish(default);

        Assert.All(partitions, name => Assert.Equal("1\n2\n3\n", run.VisibleRows(name)));
    }

    [Fact]
    public void A_marker_of_the_first_version_is_read()
    {
        using var directory = new TemporaryDirectory();
        Directory.CreateDirectory(directory[".sqlstream"]);
        const string body = """{"version":1,"incarnation":3,"next":8,"delivered":{"epoch":5,"segment":1,"frame":0,"whole":true,"incarnation":3,"digest":"digest 5"},"open":{"name":".part-7-01234567-t.inprogress","number":7,"bytes":2,"opened":0},"publish":[]""";
        File.WriteAllText(
            directory[$".sqlstream/{ShipperRun.JobId}-t.json"],
            FormattableString.Invariant($"{body},\"crc\":{FilePosition.Crc(System.Text.Encoding.UTF8.GetBytes(body))}}}\n"));
        File.WriteAllText(directory[".part-7-01234567-t.inprogress"], "5\nnot committed");
        var run = new ShipperRun(new LocalDirectory(directory.Path), []);
        using var shipper = run.CreateShipper();

        shipper.Fence(4, default);
        shipper.Finish(default);

        Assert.Equal("5\n", File.ReadAllText(directory["part-5-7-01234567-t.json"]));
    }

    static void Crash(string header, bool takes, int commitSeconds, long crash, long? second, int seed)
    {
        var directory = new SimDirectory(seed) { CrashAt = crash };
        var run = Run(directory, header, takes, commitSeconds);
        Attempt(run, directory);
        if (second is not null)
        {
            directory.CrashAt = directory.Operations + second.Value;
            Attempt(run, directory);
        }
        directory.CrashAt = 0;
        run.Attempt();
        Check(run, directory, commitSeconds, $"crash {crash}, second {second}, seed {seed}, takes {takes}");
    }

    static void Attempt(ShipperRun run, SimDirectory directory)
    {
        try
        {
            run.Attempt();
        }
        catch (SimCrashException)
        {
            directory.Restart();
        }
    }

    static void Check(ShipperRun run, SimDirectory directory, int commitSeconds, string what)
    {
        foreach (var partition in _partitions)
        {
            var expected = string.Concat(_epochs.SelectMany(epoch => epoch).Where(piece => piece.Partition == partition).Select(piece => piece.Rows));
            Assert.True(expected == run.VisibleRows(partition), $"{what}, {partition}: {run.VisibleRows(partition)}");
            Assert.True(directory.Exists($"{partition}/{Success}") == commitSeconds >= 0, $"{what}, {partition}: {Success}");
        }
    }

    static long Operations(string header, bool takes, int commitSeconds)
    {
        var directory = new SimDirectory(1);
        Run(directory, header, takes, commitSeconds).Attempt();
        return directory.Operations;
    }

    static EventTime Time(string text) =>
        new((DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture) - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);

    static ShipperRun Run(Core.Files.IDurableDirectory directory, string header, bool takes, int commitSeconds, int rollBytes = 40) => new(
        directory, [.. _epochs.Select((epoch, index) => new[] { Segment(index + 1, epoch) })], header, rollBytes)
    {
        Takes = () => takes,
        IsPartitioned = true,
        Commit = commitSeconds < 0 ? null : new PartitionCommit(Success, TimeSpan.FromSeconds(commitSeconds), null),
    };

    /// <summary>A segment whose frame holds the rows of partitions.</summary>
    internal static TextSegment Segment(long epoch, IEnumerable<(string Partition, string Rows)> pieces)
    {
        var frame = new System.Buffers.ArrayBufferWriter<byte>();
        foreach (var (partition, rows) in pieces)
            PartitionFrames.Write(frame, System.Text.Encoding.UTF8.GetBytes(partition), System.Text.Encoding.UTF8.GetBytes(rows));
        return new TextSegment(epoch, 0, System.Text.Encoding.UTF8.GetString(frame.WrittenSpan));
    }

    static void Ship(ISinkShipper shipper, long epoch, IEnumerable<(string Partition, string Rows)> pieces) =>
        shipper.Ship([Segment(epoch, pieces)], SinkPosition.Start, ShipperRun.Marker(epoch, 1, 1), default);

    static List<string> Files(TemporaryDirectory directory) =>
        [.. new LocalDirectory(directory.Path).List("").Where(name => !name.StartsWith(".sqlstream", StringComparison.Ordinal))];
}
