using SqlStream.Planner.Physical;

namespace SqlStream.Execution.Tests.Operators;

public sealed class CalcTests
{
    [Fact]
    public void Rows_that_match_are_kept_with_their_kinds() =>
        ShouldEmit("""
            + 1 20
            + 2 5
            - 3 30
            """, """
            + 1 20
            - 3 30
            """);

    [Fact]
    public void An_update_that_matches_before_and_after_stays_an_update() =>
        ShouldEmit("""
            + 9 1
            U- 1 20
            U+ 1 30
            """, """
            U- 1 20
            U+ 1 30
            """);

    [Fact]
    public void An_update_that_no_longer_matches_becomes_a_delete() =>
        ShouldEmit("""
            U- 1 20
            U+ 1 5
            + 2 50
            """, """
            - 1 20
            + 2 50
            """);

    [Fact]
    public void An_update_that_matches_only_now_becomes_an_insert() =>
        ShouldEmit("""
            U- 1 5
            U+ 1 20
            """, "+ 1 20");

    [Fact]
    public void Updates_side_by_side_are_mended_each_by_itself() =>
        ShouldEmit("""
            U- 1 5
            U+ 1 20
            U- 2 20
            U+ 2 5
            U- 3 20
            U+ 3 30
            U- 4 5
            U+ 4 6
            """, """
            + 1 20
            - 2 20
            U- 3 20
            U+ 3 30
            """);

    [Fact]
    public void A_predicate_that_is_null_drops_the_row() => ShouldEmit("+ 1 NULL", "");

    [Fact]
    public void A_batch_without_matches_emits_nothing() => ShouldEmit("+ 1 1", "");

    [Fact]
    public void The_current_watermark_is_the_one_that_came_before_the_batch()
    {
        using var rig = Timed("SELECT k, CURRENT_WATERMARK(ts) FROM t");
        Assert.Equal("+ 1 NULL", rig.Feed("+ 1 00:00:05").Emitted);
        Assert.Equal("wm 00:00:05", rig.Watermark("00:00:05").Emitted);
        Assert.Equal("+ 2 00:00:05\n+ 3 00:00:05", rig.Feed("+ 2 00:00:04\n+ 3 NULL").Emitted);
    }

    [Fact]
    public void A_filter_by_the_current_watermark_drops_late_rows()
    {
        using var rig = Timed("SELECT k, ts FROM t WHERE CURRENT_WATERMARK(ts) IS NULL OR ts > CURRENT_WATERMARK(ts)");
        Assert.Equal("+ 1 00:00:05", rig.Feed("+ 1 00:00:05").Emitted);
        Assert.Equal("wm 00:00:05", rig.Watermark("00:00:05").Emitted);
        Assert.Equal("+ 3 00:00:06", rig.Feed("+ 2 00:00:04\n+ 3 00:00:06\n+ 4 00:00:05").Emitted);
    }

    static OperatorRig Timed(string query) => new(
        $"""
        CREATE TABLE t (k BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'manual');
        CREATE TABLE r (k BIGINT, w TIMESTAMP(3)) WITH ('connector' = 'manual');
        INSERT INTO r {query};
        """, node => node is PhysicalCalc);

    static void ShouldEmit(string rows, string expected)
    {
        using var rig = new OperatorRig(
            """
            CREATE TABLE t (k BIGINT, v BIGINT) WITH ('connector' = 'manual', 'bounded' = 'false', 'changelog' = 'I,UB,UA,D');
            CREATE TABLE r (k BIGINT, v BIGINT) WITH ('connector' = 'manual');
            INSERT INTO r SELECT k, v FROM t WHERE v > 10;
            """, node => node is PhysicalCalc);
        Assert.Equal(expected.ReplaceLineEndings("\n"), rig.Feed(rows).Emitted);
    }
}
