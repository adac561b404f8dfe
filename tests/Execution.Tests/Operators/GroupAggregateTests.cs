using SqlStream.Planner.Physical;

namespace SqlStream.Execution.Tests.Operators;

public sealed class GroupAggregateTests
{
    [Fact]
    public void A_group_appears_changes_and_goes()
    {
        using var rig = Sums();
        rig.Feed("+ a 1").ShouldEmit("+ a 1 1");
        rig.Feed("+ a 2").ShouldEmit("""
            U- a 1 1
            U+ a 3 2
            """);
        rig.Feed("""
            - a 1
            - a 2
            """).ShouldEmit("- a 3 2");
    }

    [Fact]
    public void The_changes_of_a_batch_are_folded_per_group()
    {
        using var rig = Sums();
        rig.Feed("""
            + a 1
            + b 5
            + a 2
            U- b 5
            U+ b 6
            """).ShouldEmit("""
            + a 3 2
            + b 6 1
            """);
    }

    [Fact]
    public void What_changes_nothing_emits_nothing()
    {
        using var rig = Sums();
        rig.Feed("+ a 1").ShouldEmit("+ a 1 1");
        rig.Feed("""
            U- a 1
            U+ a 1
            """).ShouldEmit("");
        rig.Feed("""
            + b 1
            - b 1
            """).ShouldEmit("");
    }

    [Fact]
    public void A_group_that_comes_back_begins_anew()
    {
        using var rig = Sums();
        rig.Feed("+ a 7").Feed("- a 7").Feed("+ a 2").ShouldEmit("""
            + a 7 1
            --
            - a 7 1
            --
            + a 2 1
            """);
    }

    [Fact]
    public void NULL_is_a_group_of_its_own_and_no_value()
    {
        using var rig = Sums();
        rig.Feed("""
            + NULL 1
            + a NULL
            """).ShouldEmit("""
            + NULL 1 1
            + a NULL 1
            """);
    }

    [Fact]
    public void Groups_are_found_again_after_a_restart()
    {
        using var rig = Sums();
        rig.Feed("""
            + a 1
            + b 2
            """).Checkpoint().Feed("+ a 100").Restart();
        _ = rig.Emitted;
        rig.Feed("+ a 5").ShouldEmit("""
            U- a 1 1
            U+ a 6 2
            """);
    }

    [Fact]
    public void A_group_that_was_deleted_stays_deleted_after_a_restart()
    {
        using var rig = Sums();
        rig.Feed("+ a 1").Checkpoint().Feed("- a 1").Checkpoint().Restart();
        _ = rig.Emitted;
        rig.Feed("+ a 5").ShouldEmit("+ a 5 1");
    }

    [Fact]
    public void An_extreme_that_is_taken_away_gives_way_to_the_next()
    {
        using var rig = Rig("SELECT k, MAX(v), COUNT(DISTINCT v) FROM t GROUP BY k");
        rig.Feed("""
            + a 5
            + a 7
            + a 7
            """).ShouldEmit("+ a 7 2");
        rig.Feed("- a 7").ShouldEmit("");
        rig.Checkpoint().Restart().Feed("- a 7").ShouldEmit("""
            U- a 7 2
            U+ a 5 1
            """);
    }

    [Fact]
    public void Bounded_input_gives_its_rows_at_the_end_and_once()
    {
        using var rig = Final(batchRows: 2);
        rig.Feed("""
            + a 1
            + b 2
            + c 3
            """).ShouldEmit("");
        var rows = rig.End().Emitted.Split('\n');
        Assert.Equal(["+ a 1 1", "+ b 2 1", "+ c 3 1"], rows.Where(row => row != "--").Order());
        Assert.Equal(1, rows.Count(row => row == "--"));
        rig.Checkpoint().Restart().End().ShouldEmit("");
    }

    static OperatorRig Sums() => Rig("SELECT k, SUM(v), COUNT(*) FROM t GROUP BY k");

    static OperatorRig Rig(string query) => new(
        $"""
        CREATE TABLE t (k STRING, v BIGINT) WITH ('connector' = 'manual', 'bounded' = 'false', 'changelog' = 'I,UB,UA,D');
        CREATE TABLE r (a STRING, b BIGINT, c BIGINT) WITH ('connector' = 'manual');
        INSERT INTO r {query};
        """, node => node is PhysicalGroupAggregate);

    static OperatorRig Final(int batchRows) => new(
        """
        CREATE TABLE t (k STRING, v BIGINT) WITH ('connector' = 'manual');
        CREATE TABLE r (a STRING, b BIGINT, c BIGINT) WITH ('connector' = 'manual');
        INSERT INTO r SELECT k, SUM(v), COUNT(*) FROM t GROUP BY k;
        """, node => node is PhysicalGroupAggregate, batchRows);
}
