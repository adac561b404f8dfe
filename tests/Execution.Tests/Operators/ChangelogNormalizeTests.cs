using SqlStream.Planner.Physical;

namespace SqlStream.Execution.Tests.Operators;

public sealed class ChangelogNormalizeTests
{
    [Fact]
    public void The_first_row_of_a_key_is_an_insert_whatever_it_says()
    {
        using var rig = Rig();
        rig.Feed("""
            + 1 a
            U+ 2 b
            """).ShouldEmit("""
            + 1 a
            + 2 b
            """);
    }

    [Fact]
    public void A_later_row_of_a_key_is_an_update_of_the_one_before()
    {
        using var rig = Rig();
        rig.Feed("""
            + 1 a
            U+ 1 b
            + 1 c
            """).ShouldEmit("""
            + 1 a
            U- 1 a
            U+ 1 b
            U- 1 b
            U+ 1 c
            """);
    }

    [Fact]
    public void A_row_that_changes_nothing_is_dropped()
    {
        using var rig = Rig();
        rig.Feed("+ 1 a").Feed("U+ 1 a").ShouldEmit("+ 1 a");
    }

    [Fact]
    public void A_delete_gives_the_whole_row_and_is_dropped_if_there_is_none()
    {
        using var rig = Rig();
        rig.Feed("""
            + 1 a
            - 1 NULL
            - 1 NULL
            - 2 NULL
            """).ShouldEmit("""
            + 1 a
            - 1 a
            """);
    }

    [Fact]
    public void Rows_are_known_after_a_restart()
    {
        using var rig = Rig();
        rig.Feed("""
            + 1 a
            + 2 b
            """).Checkpoint().Feed("- 2 NULL").Checkpoint().Feed("U+ 1 lost").Restart();
        _ = rig.Emitted;
        rig.Feed("""
            U+ 1 c
            U+ 2 d
            """).ShouldEmit("""
            U- 1 a
            U+ 1 c
            + 2 d
            """);
    }

    static OperatorRig Rig() => new(
        """
        CREATE TABLE t (k BIGINT, v STRING, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'manual', 'bounded' = 'false', 'changelog' = 'I,UA,D');
        CREATE TABLE r (k BIGINT, v STRING) WITH ('connector' = 'manual');
        INSERT INTO r SELECT k, v FROM t WHERE v <> 'x';
        """, node => node is PhysicalChangelogNormalize);
}
