using SqlStream.Planner.Physical;

namespace SqlStream.Execution.Tests.Operators;

public sealed class IntervalJoinTests
{
    [Fact]
    public void A_pair_comes_with_its_later_row_and_the_watermark_is_held_back_by_the_interval()
    {
        using var rig = Rig("JOIN");
        rig.Feed("+ 1 a 00:00:00").ShouldEmit("");
        rig.Watermark("00:00:05").ShouldEmit("wm 1969-12-31T23:59:55");
        rig.Feed("+ 1 10 00:00:10\n+ 1 11 00:00:10.001\n+ 2 12 00:00:06", input: 1).ShouldEmit("+ 1 a 00:00:00 1 10 00:00:10");
        rig.Feed("+ 2 b 00:00:06\n+ 1 c 00:00:06").ShouldEmit("""
            + 2 b 00:00:06 2 12 00:00:06
            + 1 c 00:00:06 1 10 00:00:10
            + 1 c 00:00:06 1 11 00:00:10.001
            """);
        rig.Watermark("00:00:20").ShouldEmit("wm 00:00:10");
    }

    [Fact]
    public void State_goes_when_nothing_makes_a_pair_with_it_any_more()
    {
        using var rig = Rig("JOIN");
        rig.Feed("+ 1 a 00:00:00\n+ 2 b 00:00:08").Feed("+ 3 30 00:00:09", input: 1).Checkpoint();
        Assert.Equal(3, rig.StoredEntries);
        // The right row meets only left rows before it, the left ones what comes in ten seconds.
        rig.Watermark("00:00:10.500").Checkpoint();
        Assert.Equal(2, rig.StoredEntries);
        rig.Watermark("00:00:12").Checkpoint();
        Assert.Equal(1, rig.StoredEntries);
        rig.Watermark("00:01:00").Checkpoint();
        Assert.Equal(0, rig.StoredEntries);
    }

    [Fact]
    public void A_left_row_without_a_pair_comes_out_when_it_can_have_none_any_more()
    {
        using var rig = Rig("LEFT JOIN");
        rig.Feed("+ 1 a 00:00:00\n+ 2 b 00:00:00.500\n+ NULL n 00:00:01").ShouldEmit("+ NULL n 00:00:01 NULL NULL NULL");
        rig.Feed("+ 2 20 00:00:10", input: 1).ShouldEmit("+ 2 b 00:00:00.5 2 20 00:00:10");
        rig.Watermark("00:00:10").ShouldEmit("wm 1969-12-31T23:59:58.75");
        rig.Watermark("00:00:12").ShouldEmit("""
            + 1 a 00:00:00 NULL NULL NULL
            wm 00:00:00.75
            """);
    }

    [Fact]
    public void Rows_of_several_slices_come_out_in_the_order_of_time_also_after_a_restart()
    {
        using var rig = Rig("FULL JOIN", batchRows: 2);
        rig.Feed("+ 1 a 00:00:05\n+ 2 b 00:00:01\n+ 3 c 00:00:09").Feed("+ 3 30 00:00:10\n+ 4 40 00:00:03", input: 1);
        rig.ShouldEmit("+ 3 c 00:00:09 3 30 00:00:10");
        rig.Checkpoint().Restart();
        rig.Watermark("00:00:30").ShouldEmit("""
            + 2 b 00:00:01 NULL NULL NULL
            + NULL NULL NULL 4 40 00:00:03
            --
            + 1 a 00:00:05 NULL NULL NULL
            wm 00:00:18.75
            """);
        rig.Checkpoint();
        Assert.Equal(0, rig.StoredEntries);
    }

    [Fact]
    public void A_late_row_meets_what_is_kept_and_counts_as_late_when_it_comes_to_nothing()
    {
        using var rig = Rig("JOIN");
        rig.Feed("+ 1 10 00:00:20", input: 1).Watermark("00:00:18");
        _ = rig.Emitted;
        rig.Feed("+ 1 late 00:00:10").ShouldEmit("+ 1 late 00:00:10 1 10 00:00:20");
        rig.Feed("+ 1 gone 00:00:08").ShouldEmit("");
        Assert.Equal(1, rig.LateRows);
        // What is late after the restart is what was late before it.
        rig.Checkpoint().Restart().Feed("+ 1 gone 00:00:08").ShouldEmit("");
        Assert.Equal(1, rig.LateRows);
        rig.Feed("+ 1 11 00:00:19", input: 1).ShouldEmit("+ 1 late 00:00:10 1 11 00:00:19");
    }

    [Fact]
    public void A_late_row_that_is_kept_without_a_pair_comes_out_at_once()
    {
        using var rig = Rig("LEFT JOIN");
        rig.Watermark("00:00:30");
        _ = rig.Emitted;
        rig.Feed("+ 1 late 00:00:08").ShouldEmit("+ 1 late 00:00:08 NULL NULL NULL");
    }

    [Fact]
    public void A_row_that_meets_many_gives_them_batch_by_batch()
    {
        using var rig = Rig("JOIN", batchRows: 3);
        rig.Feed(string.Join('\n', Enumerable.Range(0, 7).Select(i => $"+ 1 {i} 00:00:0{i}")), input: 1);
        rig.Feed("+ 1 a 00:00:00");
        Assert.Equal(
            "0,1,2,--,3,4,5,--,6",
            string.Join(',', rig.Emitted.Split('\n').Select(line => line == "--" ? line : line.Split(' ')[5])));
    }

    [Fact]
    public void Rows_that_windows_meet_go_by_the_watermark_of_the_windows_alone_which_stay()
    {
        using var rig = WindowRig();
        // Ten seconds from the end of the window on.
        rig.Feed("+ 1 1 00:00:05\n+ 1 2 00:00:12\n+ 2 3 00:00:15\n+ 2 4 00:00:31").Checkpoint();
        Assert.Equal(4, rig.StoredEntries);
        // The windows may be idle: their next ones come when it is over.
        rig.Watermark("00:10:00").Checkpoint();
        Assert.Equal(4, rig.StoredEntries);
        rig.Feed("+ 1 7 00:00:10", input: 1).ShouldEmit("+ 1 2 00:00:12 1 7 00:00:10");
        rig.InputWatermark("00:00:15").Watermark("00:10:01").Checkpoint();
        Assert.Equal(3, rig.StoredEntries);
        rig.InputWatermark("00:00:40").Watermark("00:10:02").Checkpoint();
        Assert.Equal(1, rig.StoredEntries);
        // What comes late is not kept, meets them all the same, and is nothing to count.
        rig.Feed("+ 1 8 00:00:20\n+ 1 9 00:00:21").ShouldEmit("+ 1 8 00:00:20 1 7 00:00:10");
        Assert.Equal(0, rig.LateRows);
        rig.Checkpoint().Restart().Feed("+ 1 6 00:00:11").ShouldEmit("+ 1 6 00:00:11 1 7 00:00:10");
        rig.Checkpoint();
        Assert.Equal(1, rig.StoredEntries);
    }

    // Ten seconds of payments behind each window of orders.
    static OperatorRig WindowRig() => new(
        """
        CREATE TABLE orders (id BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'manual', 'bounded' = 'false');
        CREATE TABLE payments (id BIGINT, amount BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'manual', 'bounded' = 'false');
        CREATE TABLE result (a TIMESTAMP(3), b BIGINT, c BIGINT, d BIGINT, e TIMESTAMP(3)) WITH ('connector' = 'manual');
        INSERT INTO result SELECT window_end, w.id, n, amount, ts FROM payments AS p
        JOIN (SELECT id, COUNT(*) AS n, window_end FROM TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY id, window_start, window_end) AS w
        ON w.id = p.id AND p.ts BETWEEN window_end AND window_end + INTERVAL '10' SECOND;
        """,
        node => node is PhysicalIntervalJoin { WindowInput: 1 });

    // Ten seconds of payments behind each order.
    static OperatorRig Rig(string join, int batchRows = 100) => new(
        $"""
        CREATE TABLE orders (id BIGINT, item STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'manual', 'bounded' = 'false');
        CREATE TABLE payments (id BIGINT, amount BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'manual', 'bounded' = 'false');
        CREATE TABLE result (a BIGINT, b STRING, c TIMESTAMP(3), d BIGINT, e BIGINT, f TIMESTAMP(3)) WITH ('connector' = 'manual');
        INSERT INTO result SELECT * FROM orders AS o {join} payments AS p ON o.id = p.id AND p.ts BETWEEN o.ts AND o.ts + INTERVAL '10' SECOND;
        """,
        node => node is PhysicalIntervalJoin, batchRows);
}
