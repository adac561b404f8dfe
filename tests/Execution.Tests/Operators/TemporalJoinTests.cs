using SqlStream.Planner.Physical;

namespace SqlStream.Execution.Tests.Operators;

public sealed class TemporalJoinTests
{
    [Fact]
    public void Rows_wait_for_the_watermark_and_meet_the_versions_of_their_times()
    {
        using var rig = Rig("JOIN");
        rig.Feed("+ 1 a 00:00:05\n+ 2 a 00:00:10\n+ 3 b 00:00:05").ShouldEmit("");
        rig.Feed("+ a 100 00:00:01\n+ b 7 00:00:06", input: 1).Feed("U- a 100 00:00:01\nU+ a 110 00:00:10", input: 1).ShouldEmit("");
        rig.Watermark("00:00:06").ShouldEmit("""
            + 1 a 00:00:05 a 100 00:00:01
            wm 00:00:05
            """);
        rig.Watermark("00:00:20").ShouldEmit("""
            + 2 a 00:00:10 a 110 00:00:10
            wm 00:00:19
            """);
    }

    [Fact]
    public void A_deletion_ends_the_version_at_its_time()
    {
        using var rig = Rig("LEFT JOIN");
        rig.Feed("+ a 100 00:00:01", input: 1).Feed("- a 100 00:00:08", input: 1).Feed("+ a 300 00:00:12", input: 1);
        rig.Feed("+ 1 a 00:00:07\n+ 2 a 00:00:08\n+ 3 a 00:00:12\n+ 4 c 00:00:07");
        _ = rig.Emitted;
        rig.Watermark("00:00:30");
        Assert.Equal(
            "+ 1 a 00:00:07 a 100 00:00:01 | + 2 a 00:00:08 NULL NULL NULL | + 3 a 00:00:12 a 300 00:00:12 | + 4 c 00:00:07 NULL NULL NULL | wm 00:00:29",
            string.Join(" | ", rig.Emitted.Split('\n').Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void Late_rows_are_dropped_and_counted()
    {
        using var rig = Rig("LEFT JOIN");
        rig.Watermark("00:00:10").Feed("+ 1 a 00:00:10\n+ 2 a 00:00:10.001\n+ 3 a 00:00:09");
        _ = rig.Emitted;
        Assert.Equal(2, rig.LateRows);
        rig.Watermark("00:00:20").ShouldEmit("+ 2 a 00:00:10.001 NULL NULL NULL\nwm 00:00:19");
    }

    [Fact]
    public void Versions_and_rows_that_nobody_can_ask_for_any_more_go()
    {
        using var rig = Rig("JOIN");
        rig.Feed(string.Join('\n', Enumerable.Range(0, 50).Select(i => $"U+ a {i} 00:00:{i:00}")), input: 1).Feed("+ 1 a 00:00:10").Checkpoint();
        rig.Restart().Watermark("00:00:40").ShouldEmit("+ 1 a 00:00:10 a 10 00:00:10\nwm 00:00:39");
        rig.Feed("U+ a 60 00:01:00", input: 1).Checkpoint();
        // The chunk of the versions from the fortieth second on; no rows.
        Assert.Equal(1, rig.StoredEntries);
        rig.Restart().Feed("+ 2 a 00:00:45.500\n+ 3 a 00:01:01\n+ 4 a 00:00:40.001").Watermark("00:02:00");
        Assert.Equal(
            "+ 2 a 00:00:45.5 a 45 00:00:45 | + 3 a 00:01:01 a 60 00:01:00 | + 4 a 00:00:40.001 a 40 00:00:40",
            string.Join(" | ", rig.Emitted.Split('\n').Where(line => line[0] == '+').Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void A_version_takes_the_place_of_another_one_of_the_same_time()
    {
        using var rig = Rig("JOIN", batchRows: 1);
        rig.Feed("+ a 1 00:00:01\nU- a 1 00:00:01\nU+ a 2 00:00:01", input: 1).Feed("+ 1 a 00:00:02\n+ 2 a 00:00:03");
        rig.Watermark("00:00:10").ShouldEmit("""
            + 1 a 00:00:02 a 2 00:00:01
            --
            + 2 a 00:00:03 a 2 00:00:01
            wm 00:00:09
            """);
    }

    static OperatorRig Rig(string join, int batchRows = 100) => new(
        $"""
        CREATE TABLE orders (id BIGINT, c STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'manual', 'bounded' = 'false');
        CREATE TABLE rates (c STRING, rate BIGINT, since TIMESTAMP(3), PRIMARY KEY (c) NOT ENFORCED, WATERMARK FOR since AS since) WITH ('connector' = 'manual', 'bounded' = 'false', 'changelog' = 'I,UB,UA,D');
        CREATE TABLE result (a BIGINT, b STRING, d TIMESTAMP(3), e STRING, f BIGINT, g TIMESTAMP(3)) WITH ('connector' = 'manual');
        INSERT INTO result SELECT * FROM orders {join} rates FOR SYSTEM_TIME AS OF orders.ts ON orders.c = rates.c;
        """,
        node => node is PhysicalTemporalJoin, batchRows);
}
