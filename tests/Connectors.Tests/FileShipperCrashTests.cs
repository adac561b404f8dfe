using SqlStream.Testing;

namespace SqlStream.Connectors.Tests;

/// <summary>Strategy: deliver five epochs to a simulated directory and crash, or fill the disk, during each operation
/// in turn, then during each operation of the recovery. Invariants: every row of every epoch becomes visible exactly
/// once and in order; a
/// visible file never changes.</summary>
public sealed class FileShipperCrashTests
{
    static readonly TextSegment[][] _epochs =
    [
        [new TextSegment(1, 0, "1a\n1b\n", "1c\n"), new TextSegment(1, 1, "1d\n")],
        [new TextSegment(2, 0, "2a this row is so long that a file is full with it\n", "2b\n")],
        [new TextSegment(3, 1, "3a\n")],
        [new TextSegment(4, 0, "4a and this one fills the next file all alone\n",
            "4b the same is true of the next of them\n"), new TextSegment(4, 1, "4c\n")],
        [new TextSegment(5, 0, "5a\n5b\n5c\n")],
    ];

    static readonly string _rows = string.Concat(_epochs.SelectMany(epoch => epoch)
        .SelectMany(segment => segment.Frames()).Select(frame => System.Text.Encoding.UTF8.GetString(frame.Span)));

    public static TheoryData<string, bool> Shapes =>
        new() { { "", false }, { "", true }, { "h1,h2\n", false }, { "h1,h2\n", true } };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Without_a_crash_every_row_is_visible_once(string header, bool takes)
    {
        var run = new ShipperRun(new SimDirectory(1), _epochs, header) { Takes = () => takes };

        run.Attempt();

        Assert.Equal(_rows, run.VisibleRows());
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_crash_during_any_operation_neither_loses_nor_repeats_a_row(string header, bool takes)
    {
        var total = Operations(header, takes);
        for (var crash = 1; crash <= total; crash++)
        {
            for (var seed = 0; seed < 6; seed++)
                Crash(header, takes, crash, null, seed);
        }
    }

    [Fact]
    public void A_second_crash_during_the_recovery_does_no_harm_either()
    {
        var total = Operations("", takes: false);
        for (var crash = 1; crash <= total; crash++)
        {
            for (var second = 1; second <= 25; second++)
                Crash("", (crash + second) % 2 == 0, crash, second, crash * 100 + second);
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_full_disk_at_any_operation_only_delays(string header, bool takes)
    {
        var total = Operations(header, takes);
        for (var full = 1; full <= total; full++)
        {
            var directory = new SimDirectory(full) { FullAt = full };
            var run = new ShipperRun(directory, _epochs, header) { Takes = () => takes };

            run.Attempt();

            Assert.Equal(_rows, run.VisibleRows());
        }
    }

    static long Operations(string header, bool takes)
    {
        var directory = new SimDirectory(1);
        new ShipperRun(directory, _epochs, header) { Takes = () => takes }.Attempt();
        return directory.Operations;
    }

    static void Crash(string header, bool takes, long crash, long? second, int seed)
    {
        var directory = new SimDirectory(seed) { CrashAt = crash };
        var run = new ShipperRun(directory, _epochs, header) { Takes = () => takes };
        try
        {
            run.Attempt();
        }
        catch (SimCrashException)
        {
            directory.Restart();
        }
        if (second is not null)
        {
            directory.CrashAt = directory.Operations + second.Value;
            try
            {
                run.Attempt();
            }
            catch (SimCrashException)
            {
                directory.Restart();
            }
        }
        directory.CrashAt = 0;
        run.Attempt();
        Assert.True(_rows == run.VisibleRows(),
            $"crash {crash}, second {second}, seed {seed}, takes {takes}: {run.VisibleRows()}");
    }
}
