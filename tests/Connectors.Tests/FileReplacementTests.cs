using System.Text;
using SqlStream.Connectors.FileSystem;
using SqlStream.Core.Types;
using SqlStream.Testing;

namespace SqlStream.Connectors.Tests;

/// <summary>Strategy: overwrite a directory that holds files, and crash or fill the disk during each operation in turn, then during each operation of
/// the recovery. Invariants: until the end only old files are visible; at any time all old files that go are there, or all new ones; at the end
/// the new rows are there once and the old files are gone; hidden files, and partitions that got no row, stay.</summary>
public sealed class FileReplacementTests
{
    static readonly bool s_isLong = Environment.GetEnvironmentVariable("SQLSTREAM_LONG") == "1";

    static readonly string[] _old = ["a.json", "deep/b.json", "p=1/c.json", "p=01/d.json", "p=2/e.json"];
    static readonly string[] _hidden = [".part-9-other.inprogress", "_SUCCESS", "p=1/_SUCCESS", ".git/x"];

    // Partition 1, in either spelling, and partition 3 are replaced.
    static readonly string[] _keptOfPartitions = ["a.json", "deep/b.json", "p=2/e.json"];

    static readonly (string Partition, string Rows)[][] _epochs =
    [
        [("p=1", "1a\n1b\n")],
        [("p=1", "2a this row is so long that a file is full with it\n"), ("p=3", "2b\n")],
        [("p=3", "3a\n"), ("p=1", "3b\n")],
    ];

    public enum Table
    {
        Plain,
        Partitioned,
        OnePartition,
    }

    [Theory]
    [InlineData(Table.Plain)]
    [InlineData(Table.Partitioned)]
    [InlineData(Table.OnePartition)]
    public void A_crash_during_any_operation_leaves_the_old_or_the_new_content(Table table)
    {
        var total = Operations(table);
        for (var crash = 1; crash <= total; crash++)
        {
            for (var seed = 0; seed < 4; seed++)
                Crash(table, crash, null, seed);
        }
    }

    [Theory]
    [InlineData(Table.Plain)]
    [InlineData(Table.Partitioned)]
    public void A_second_crash_during_the_recovery_does_no_harm_either(Table table)
    {
        var total = Operations(table);
        for (var crash = 1; crash <= total; crash++)
        {
            for (var second = s_isLong ? 1 : 1 + (crash % 3); second <= 40; second += s_isLong ? 1 : 3)
                Crash(table, crash, second, (crash * 100) + second);
        }
    }

    [Theory]
    [InlineData(Table.Plain)]
    [InlineData(Table.Partitioned)]
    public void A_full_disk_at_any_operation_only_delays(Table table)
    {
        var total = Operations(table);
        for (var full = 1; full <= total; full++)
        {
            var directory = Filled(full);
            directory.FullAt = full;
            var run = Run(directory, table);

            run.Attempt();

            Check(run, directory, table, $"full {full}");
        }
    }

    [Fact]
    public void Files_that_come_after_the_end_are_not_taken_for_old_ones()
    {
        var directory = Filled(1);
        var run = Run(directory, Table.Plain);
        run.Attempt();
        directory.Put("a.json", "new\n"u8.ToArray());

        run.Attempt();

        Assert.True(directory.Exists("a.json"));
    }

    [Fact]
    public void An_insert_without_rows_empties_what_the_statement_names()
    {
        var directory = Filled(1);
        new ShipperRun(directory, []) { IsPartitioned = true, Replacement = Replacement(Table.OnePartition) }.Attempt();
        Assert.Equal(["a.json", "deep/b.json", "p=2/e.json"], Visible(directory));

        new ShipperRun(directory, []) { IsPartitioned = true, Replacement = Replacement(Table.Partitioned) }.Attempt();
        Assert.Equal(3, Visible(directory).Count);

        new ShipperRun(Filled(1), []) { Replacement = Replacement(Table.Plain) }.Attempt();
        directory = Filled(2);
        new ShipperRun(directory, []) { Replacement = Replacement(Table.Plain) }.Attempt();
        Assert.Empty(Visible(directory));
    }

    static void Crash(Table table, long crash, long? second, int seed)
    {
        var what = $"{table}, crash {crash}, second {second}, seed {seed}";
        var directory = Filled(seed);
        directory.CrashAt = directory.Operations + crash;
        var run = Run(directory, table);
        Attempt(run, directory, table, what);
        if (second is not null)
        {
            directory.CrashAt = directory.Operations + second.Value;
            Attempt(run, directory, table, what);
        }
        directory.CrashAt = 0;
        run.Attempt();
        Check(run, directory, table, what);
    }

    static void Attempt(ShipperRun run, SimDirectory directory, Table table, string what)
    {
        try
        {
            run.Attempt();
        }
        catch (SimCrashException)
        {
            directory.Restart();
        }
        directory.CrashAt = 0;
        var visible = Visible(directory);
        var old = Going(table).All(visible.Contains);
        var rows = table == Table.Plain ? RowsOf(directory, "") == Expected(null) : RowsOf(directory, "p=1/") == Expected("p=1") && RowsOf(directory, "p=3/") == Expected("p=3");
        Assert.True(old || rows, $"{what}: {string.Join(", ", visible)}");
    }

    static void Check(ShipperRun run, SimDirectory directory, Table table, string what)
    {
        if (table == Table.Plain)
        {
            Assert.True(Expected(null) == run.VisibleRows(), $"{what}: {run.VisibleRows()}");
        }
        else
        {
            foreach (var partition in new[] { "p=1", "p=3" })
                Assert.True(Expected(partition) == run.VisibleRows(partition), $"{what}, {partition}: {run.VisibleRows(partition)}");
        }
        var others = Visible(directory).Where(name => !Path.GetFileName(name).StartsWith("part-", StringComparison.Ordinal));
        Assert.Equal(table == Table.Plain ? [] : _keptOfPartitions, others);
        Assert.All(_hidden, name => Assert.True(directory.Exists(name), $"{what}: {name}"));
    }

    static string[] Going(Table table) => table == Table.Plain ? _old : [.. _old.Except(_keptOfPartitions)];

    static string Expected(string? partition) => string.Concat(
        _epochs.SelectMany(epoch => epoch).Where(piece => partition is null || piece.Partition == partition).Select(piece => piece.Rows));

    static string RowsOf(SimDirectory directory, string prefix) => string.Concat(Visible(directory)
        .Where(name => name.StartsWith(prefix + "part-", StringComparison.Ordinal))
        .OrderBy(name => int.Parse(name.Split('-')[2], System.Globalization.CultureInfo.InvariantCulture))
        .Select(name => Encoding.UTF8.GetString(directory.Read(name)!)));

    static List<string> Visible(SimDirectory directory) => [.. directory.List("").Where(name => HiddenNames.IsVisible(name, isPartitioned: true))];

    static long Operations(Table table)
    {
        var directory = Filled(1);
        var before = directory.Operations;
        Run(directory, table).Attempt();
        return directory.Operations - before;
    }

    static SimDirectory Filled(int seed)
    {
        var directory = new SimDirectory(seed);
        foreach (var name in _old.Concat(_hidden))
            directory.Put(name, "old\n"u8.ToArray());
        return directory;
    }

    static ShipperRun Run(SimDirectory directory, Table table) => new(
        directory, [.. _epochs.Select((epoch, index) => new[]
        {
            table == Table.Plain
                ? new TextSegment(index + 1, 0, [.. epoch.Select(piece => piece.Rows)])
                : PartitionShipperTests.Segment(index + 1, epoch),
        })])
    {
        IsPartitioned = table != Table.Plain,
        Replacement = Replacement(table),
    };

    static FileReplacement Replacement(Table table)
    {
        if (table == Table.Plain)
            return new FileReplacement(null, null);
        var definition = Tests.Table.Of(Tests.Table.Columns(("v", SqlType.BigInt), ("p", SqlType.Int))) with { PartitionKeys = ["p"] };
        return new FileReplacement(PartitionLayout.Of(definition, "none"), table == Table.OnePartition ? "p=1" : null);
    }
}
