using SqlStream.Core.Diagnostics;
using SqlStream.Planner.Physical;

namespace SqlStream.Execution.Tests.Operators;

public sealed class WindowAggregateTests
{
    [Fact]
    public void A_window_fires_when_the_watermark_passes_its_end()
    {
        using var rig = Rig();
        rig.Feed("""
            + a 1 00:00:01
            + a 2 00:00:09.999
            + a 4 00:00:10
            """).ShouldEmit("");
        rig.Watermark("00:00:09.998").ShouldEmit("wm 00:00:09.998");
        rig.Watermark("00:00:09.999").ShouldEmit("""
            + a 3 00:00:00 00:00:10
            wm 00:00:09.999
            """);
        rig.Watermark("00:00:20").ShouldEmit("""
            + a 4 00:00:10 00:00:20
            wm 00:00:20
            """);
    }

    [Fact]
    public void Rows_of_a_closed_window_are_late_and_counted()
    {
        using var rig = Rig();
        rig.Feed("+ a 1 00:00:01").Watermark("00:00:10").Feed("""
            + a 5 00:00:02
            + a 6 00:00:12
            """);
        _ = rig.Emitted;
        Assert.Equal(1, rig.LateRows);
        rig.Watermark("00:00:30").ShouldEmit("""
            + a 6 00:00:10 00:00:20
            wm 00:00:30
            """);
    }

    [Fact]
    public void Windows_fire_in_the_order_of_their_ends()
    {
        using var rig = Rig();
        rig.Feed("""
            + a 1 00:00:31
            + a 2 00:00:01
            + a 3 00:00:11
            """).Watermark("00:01:00").ShouldEmit("""
            + a 2 00:00:00 00:00:10
            --
            + a 3 00:00:10 00:00:20
            --
            + a 1 00:00:30 00:00:40
            wm 00:01:00
            """);
    }

    [Fact]
    public void A_window_of_many_groups_fires_in_several_batches()
    {
        using var rig = Rig(batchRows: 2);
        rig.Feed("""
            + a 1 00:00:01
            + b 2 00:00:01
            + c 3 00:00:01
            """).Watermark("00:00:10");
        var rows = rig.Emitted.Split('\n');
        Assert.Equal(["+ a 1 00:00:00 00:00:10", "+ b 2 00:00:00 00:00:10", "+ c 3 00:00:00 00:00:10"], rows.Where(row => row.StartsWith('+')).Order());
        Assert.Single(rows, "--");
        Assert.Equal("wm 00:00:10", rows[^1]);
    }

    [Fact]
    public void The_end_of_the_input_fires_what_is_open()
    {
        using var rig = Rig();
        rig.Feed("+ a 1 00:00:01").End().ShouldEmit("+ a 1 00:00:00 00:00:10");
    }

    [Fact]
    public void Times_before_1970_have_windows_too()
    {
        using var rig = Rig();
        rig.Feed("+ a 1 1969-12-31T23:59:59").End().ShouldEmit("+ a 1 1969-12-31T23:59:50 00:00:00");
    }

    [Fact]
    public void Open_windows_and_the_watermark_survive_a_restart()
    {
        using var rig = Rig();
        rig.Feed("""
            + a 1 00:00:01
            + a 2 00:00:11
            """).Watermark("00:00:10").Checkpoint().Feed("+ a 100 00:00:12").Restart();
        _ = rig.Emitted;
        rig.Feed("""
            + a 5 00:00:05
            + a 3 00:00:12
            """).ShouldEmit("");
        Assert.Equal(1, rig.LateRows);
        rig.End().ShouldEmit("+ a 5 00:00:10 00:00:20");
    }

    [Fact]
    public void A_window_that_has_fired_does_not_fire_again_after_a_restart()
    {
        using var rig = Rig();
        rig.Feed("+ a 1 00:00:01").Checkpoint().Watermark("00:00:10").Checkpoint().Restart();
        _ = rig.Emitted;
        rig.End().ShouldEmit("");
    }

    [Fact]
    public void NULL_in_the_time_column_is_an_error_with_a_hint()
    {
        using var rig = Rig();
        var error = Assert.Throws<SqlException>(() => rig.Feed("+ a 1 NULL"));
        Assert.Equal(SqlState.NullValueNotAllowed, error.Diagnostics[0].SqlState);
    }

    static OperatorRig Rig(int batchRows = 100) => new(
        """
        CREATE TABLE t (k STRING, v BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'manual', 'bounded' = 'false');
        CREATE TABLE r (k STRING, s BIGINT, b TIMESTAMP(3), e TIMESTAMP(3)) WITH ('connector' = 'manual');
        INSERT INTO r SELECT k, SUM(v), window_start, window_end FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '10' SECOND))
        GROUP BY k, window_start, window_end;
        """, node => node is PhysicalWindowAggregate, batchRows);
}
