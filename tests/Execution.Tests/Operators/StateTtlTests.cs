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
        CREATE TABLE counts (k BIGINT, n BIGINT, before BIGINT) WITH ('connector' = 'manual');
        CREATE TABLE upserts (k BIGINT, v BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'manual', 'changelog' = 'I,UA,D');
        CREATE TABLE keyed (k BIGINT, v BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'manual', 'bounded' = 'false', 'changelog' = 'I,UA,D');
        CREATE TABLE timed (k BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'manual', 'bounded' = 'false');
        CREATE TABLE top (k BIGINT, v BIGINT) WITH ('connector' = 'manual');
        CREATE TABLE lists (k BIGINT, n BIGINT, list STRING, least STRING) WITH ('connector' = 'manual');
        CREATE TABLE said (k BIGINT, s STRING) WITH ('connector' = 'manual', 'bounded' = 'false');
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

    [Fact]
    public void What_a_group_keeps_one_by_one_begins_anew_with_it()
    {
        using var rig = Lists("l");
        rig.Feed("+ 1 10\n+ 1 20\n+ 2 5").ShouldEmit("""
            + 1 2 '10,20' 10
            + 2 1 5 5
            """);
        Advance(59);
        rig.Feed("+ 1 10\n- 1 10").ShouldEmit("U- 1 2 '10,20' 10\nU+ 1 2 '20,10' 10");
        Advance(1);
        // The values of before are not known to the group any more, and cannot go from it.
        rig.Feed("U- 2 5\nU+ 2 6\n+ 2 5").ShouldEmit("+ 2 2 '6,5' 5");
        Advance(59);
        rig.Checkpoint().Restart().Feed("+ 1 30\n+ 2 7\n- 2 6").ShouldEmit("""
            + 1 1 30 30
            U- 2 2 '6,5' 5
            U+ 2 2 '5,7' 5
            """);
        Advance(120);
        rig.Feed("- 1 30\n- 2 5").ShouldEmit("");
        rig.Feed("+ 1 10").ShouldEmit("+ 1 1 10 10");
    }

    [Theory]
    [InlineData("said")]
    [InlineData("l")]
    public void The_space_of_what_a_group_keeps_one_by_one_is_freed(string table)
    {
        using var rig = Lists(table);
        rig.Feed("+ 7 7").Checkpoint();
        var one = rig.StoredEntries;
        rig.Feed(string.Join('\n', Enumerable.Range(0, 3_000).Select(i => $"+ {i} {i}"))).Checkpoint();
        Advance(40);
        // A group that lives, of many values; those that have expired when it comes to them again; and those that never come again.
        rig.Feed(string.Join('\n', Enumerable.Range(0, 500).Select(i => $"+ 5000 {i}"))).Checkpoint();
        var many = rig.StoredEntries;
        Assert.True(many > (3_000 * one) + 500);
        Advance(31);
        rig.Feed("+ 7 2").Checkpoint();
        Assert.Equal(many - (2_999 * one), rig.StoredEntries);
        rig.Feed("+ 5000 1000");
        rig.Checkpoint().Restart();
        Advance(61);
        rig.Feed("+ 7 3").Checkpoint();
        Assert.Equal(one, rig.StoredEntries);
    }

    [Fact]
    public void A_partition_of_a_top_n_begins_anew()
    {
        using var rig = TopN();
        rig.Feed("+ 1 10\n+ 1 20\n+ 2 5").ShouldEmit("""
            + 1 10
            + 1 20
            + 2 5
            """);
        Advance(59);
        rig.Feed("+ 1 15").ShouldEmit("""
            - 1 20
            + 1 15
            """);
        Advance(1);
        rig.Feed("+ 1 30\n+ 2 6").ShouldEmit("+ 2 6");
        Advance(59);
        rig.Checkpoint().Restart();
        rig.Feed("+ 1 12").ShouldEmit("""
            - 1 15
            + 1 12
            """);
        Advance(60);
        rig.Feed("+ 1 99").ShouldEmit("+ 1 99");
    }

    [Fact]
    public void The_space_of_partitions_is_freed()
    {
        using var rig = TopN();
        rig.Feed(string.Join('\n', Enumerable.Range(0, 5_000).Select(i => $"+ {i} 1"))).Checkpoint();
        Assert.Equal(10_000, rig.StoredEntries);
        Advance(61);
        rig.Feed("+ 1 1").Checkpoint();
        Assert.Equal(2, rig.StoredEntries);
    }

    [Fact]
    public void Values_over_a_partition_that_changes_begin_anew()
    {
        using var rig = new OperatorRig(
            $"SET 'table.exec.state.ttl' = '1 h'; {Tables} INSERT INTO sums SELECT k, v, SUM(v) OVER (PARTITION BY k ORDER BY v) FROM r",
            node => node is PhysicalOver, clock: _clock);
        rig.Feed("+ 1 10").ShouldEmit("+ 1 10 10");
        Advance(59);
        rig.Feed("+ 1 20").ShouldEmit("+ 1 20 30");
        Advance(60);
        rig.Feed("+ 1 30").ShouldEmit("+ 1 30 30");
        rig.Feed("- 1 10").ShouldEmit("");
    }

    [Fact]
    public void Values_over_a_partition_in_time_begin_anew_when_no_row_of_it_waits()
    {
        using var rig = new OperatorRig(
            $"SET 'table.exec.state.ttl' = '1 h'; {Tables} INSERT INTO counts SELECT k, COUNT(*) OVER (PARTITION BY k ORDER BY ts), LAG(k) OVER (PARTITION BY k ORDER BY ts) FROM timed",
            node => node is PhysicalOver, clock: _clock);
        rig.Feed("+ 1 00:00:01").Watermark("00:00:01").ShouldEmit("+ 1 00:00:01 1 NULL\nwm 00:00:01");
        Advance(59);
        rig.Feed("+ 1 00:00:02").Watermark("00:00:02").ShouldEmit("+ 1 00:00:02 2 1\nwm 00:00:02");
        rig.Feed("+ 1 00:00:03");
        Advance(60);
        rig.Feed("+ 1 00:00:04").Watermark("00:00:04").ShouldEmit("""
            + 1 00:00:03 3 1
            + 1 00:00:04 4 1
            wm 00:00:04
            """);
        rig.Checkpoint();
        Assert.Equal(3, rig.StoredEntries);
        Advance(60);
        rig.Feed("+ 2 00:00:05").Watermark("00:00:05").ShouldEmit("+ 2 00:00:05 1 NULL\nwm 00:00:05");
        rig.Checkpoint();
        Assert.Equal(3, rig.StoredEntries);
        rig.Feed("+ 1 00:00:06").Watermark("00:00:06").ShouldEmit("+ 1 00:00:06 1 NULL\nwm 00:00:06");
    }

    [Fact]
    public void A_key_of_an_upsert_source_begins_anew()
    {
        using var rig = new OperatorRig(
            $"SET 'table.exec.state.ttl' = '1 h'; {Tables} INSERT INTO sums SELECT k, COUNT(*), SUM(v) FROM keyed GROUP BY k",
            node => node is PhysicalChangelogNormalize, clock: _clock);
        rig.Feed("+ 1 10").ShouldEmit("+ 1 10");
        Advance(59);
        rig.Feed("U+ 1 20").ShouldEmit("U- 1 10\nU+ 1 20");
        Advance(60);
        rig.Feed("U+ 1 30\nU+ 1 40").ShouldEmit("+ 1 30\nU- 1 30\nU+ 1 40");
        Advance(60);
        rig.Feed("- 1 40").ShouldEmit("");
    }

    [Fact]
    public void A_key_of_a_table_that_is_written_begins_anew()
    {
        using var rig = new OperatorRig(
            $"SET 'table.exec.state.ttl' = '1 h'; {Tables} INSERT INTO upserts SELECT v, k FROM r ON CONFLICT DO DEDUPLICATE",
            node => node is PhysicalUpsertMaterialize, clock: _clock);
        rig.Feed("+ 1 10").ShouldEmit("+ 1 10");
        rig.Feed("+ 1 20\n- 1 20").ShouldEmit("");
        Advance(60);
        rig.Feed("+ 1 30").ShouldEmit("+ 1 30");
        rig.Feed("- 1 30").ShouldEmit("- 1 30");
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

    OperatorRig TopN() => new(
        $"SET 'table.exec.state.ttl' = '1 h'; {Tables} INSERT INTO top SELECT k, v FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY v) AS n FROM bid) WHERE n <= 2",
        node => node is PhysicalTopN, clock: _clock);

    OperatorRig Lists(string table) => new(
        $"SET 'table.exec.state.ttl' = '1 h'; {Tables} INSERT INTO lists SELECT k, COUNT(DISTINCT s), LISTAGG(s), MIN(s) FROM {table} GROUP BY k",
        node => node is PhysicalGroupAggregate, clock: _clock);

    OperatorRig Group() => new(
        $"SET 'table.exec.state.ttl' = '1 h'; {Tables} INSERT INTO sums SELECT k, COUNT(*), SUM(v) FROM bid GROUP BY k",
        node => node is PhysicalGroupAggregate, clock: _clock);
}
