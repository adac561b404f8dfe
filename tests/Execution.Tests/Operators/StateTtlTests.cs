using SqlStream.Planner.Physical;
using SqlStream.Testing;

namespace SqlStream.Execution.Tests.Operators;

/// <summary>State of joins and groups that is forgotten some time after it was written.</summary>
public sealed class StateTtlTests
{
    const string Tables = """
        CREATE TABLE l (k BIGINT, s STRING) WITH ('connector' = 'manual', 'bounded' = 'false', 'changelog' = 'I,UB,UA,D');
        CREATE TABLE r (k BIGINT, v BIGINT) WITH ('connector' = 'manual', 'bounded' = 'false', 'changelog' = 'I,UB,UA,D');
        CREATE TABLE pairs (a BIGINT, b STRING, c BIGINT, d BIGINT) WITH ('connector' = 'manual');
        CREATE TABLE sums (k BIGINT, n BIGINT, total BIGINT) WITH ('connector' = 'manual');
        CREATE TABLE bid (k BIGINT, v BIGINT) WITH ('connector' = 'manual', 'bounded' = 'false');
        """;

    readonly ManualClock _clock = new();

    [Fact]
    public void A_row_of_a_join_is_not_met_when_it_is_as_old_as_it_is_kept()
    {
        using var rig = Join("JOIN", "l = 10 min, r = 1 h");
        rig.Feed("+ 1 a").Feed("+ 2 20", input: 1).ShouldEmit("");
        Advance(9);
        rig.Feed("+ 1 b").Feed("+ 1 10", input: 1).ShouldEmit("""
            + 1 a 1 10
            + 1 b 1 10
            """);
        Advance(1);
        rig.Feed("+ 1 11", input: 1).ShouldEmit("+ 1 b 1 11");
        Advance(49);
        rig.Feed("+ 2 c").ShouldEmit("+ 2 c 2 20");
        Advance(1);
        rig.Feed("+ 2 d\n+ 1 e").ShouldEmit("""
            + 1 e 1 10
            + 1 e 1 11
            """);
    }

    [Fact]
    public void What_is_forgotten_cannot_go_again()
    {
        using var rig = Join("JOIN", "l = 10 min, r = 10 min");
        rig.Feed("+ 1 a\n+ 1 a").Feed("+ 1 10", input: 1);
        _ = rig.Emitted;
        Advance(5);
        rig.Feed("+ 1 a");
        _ = rig.Emitted;
        Advance(5);
        rig.Feed("+ 1 11", input: 1).ShouldEmit("+ 1 a 1 11");
        rig.Feed("- 1 a").ShouldEmit("- 1 a 1 11");
        rig.Feed("- 1 a").ShouldEmit("");
    }

    [Fact]
    public void The_space_of_what_is_forgotten_is_freed()
    {
        using var rig = Join("LEFT JOIN", "l = 10 min, r = 10 min");
        rig.Feed(string.Join('\n', Enumerable.Range(0, 5_000).Select(i => $"+ {i} a"))).Checkpoint();
        Assert.Equal(5_000, rig.StoredEntries);
        Advance(6);
        rig.Feed("+ 1 b\n+ 9999 c").Checkpoint();
        Assert.Equal(5_001, rig.StoredEntries);
        Advance(6);
        rig.Feed("+ 1 10", input: 1).Checkpoint();
        // The rows of six minutes ago, and the one that came now.
        Assert.Equal(3, rig.StoredEntries);
    }

    [Fact]
    public void Times_are_those_of_before_after_a_restart()
    {
        using var rig = Join("JOIN", "l = 10 min, r = 10 min");
        rig.Feed("+ 1 a").Checkpoint();
        Advance(6);
        rig.Restart().Feed("+ 1 b").Checkpoint().Restart();
        Advance(6);
        rig.Feed("+ 1 10", input: 1).ShouldEmit("+ 1 b 1 10");
    }

    [Fact]
    public void The_option_of_the_session_holds_for_both_sides()
    {
        using var rig = Join("JOIN", null);
        rig.Feed("+ 1 a").Feed("+ 2 20", input: 1);
        Advance(60);
        rig.Feed("+ 1 10", input: 1).Feed("+ 2 b").ShouldEmit("");
    }

    [Fact]
    public void A_group_that_was_not_written_for_that_time_begins_anew()
    {
        using var rig = Group();
        rig.Feed("+ 1 10\n+ 2 20");
        _ = rig.Emitted;
        Advance(40);
        rig.Feed("+ 1 1").ShouldEmit("U- 1 1 10\nU+ 1 2 11");
        Advance(40);
        rig.Feed("+ 1 1\n+ 2 2").ShouldEmit("""
            U- 1 2 11
            U+ 1 3 12
            + 2 1 2
            """);
        rig.Checkpoint().Restart();
        Advance(60);
        rig.Feed("+ 1 5").ShouldEmit("+ 1 1 5");
    }

    [Fact]
    public void The_space_of_groups_is_freed()
    {
        using var rig = Group();
        rig.Feed(string.Join('\n', Enumerable.Range(0, 5_000).Select(i => $"+ {i} 1"))).Checkpoint();
        // The group, and its time.
        Assert.Equal(10_000, rig.StoredEntries);
        Advance(61);
        rig.Feed("+ 1 1").Checkpoint();
        Assert.Equal(2, rig.StoredEntries);
    }

    void Advance(int minutes) => _clock.Advance(TimeSpan.FromMinutes(minutes));

    // Without a hint what the session says: an hour.
    OperatorRig Join(string join, string? ttls)
    {
        var hint = ttls is null ? "" : $"/*+ STATE_TTL({string.Join(", ", ttls.Split(", ").Select(ttl => $"'{ttl.Split(" = ")[0]}' = '{ttl.Split(" = ")[1]}'"))}) */";
        return new OperatorRig(
            $"SET 'table.exec.state.ttl' = '1 h'; {Tables} INSERT INTO pairs SELECT {hint} * FROM l {join} r ON l.k = r.k",
            node => node is PhysicalJoin, clock: _clock);
    }

    OperatorRig Group() => new(
        $"SET 'table.exec.state.ttl' = '1 h'; {Tables} INSERT INTO sums SELECT k, COUNT(*), SUM(v) FROM bid GROUP BY k",
        node => node is PhysicalGroupAggregate, clock: _clock);
}
