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
