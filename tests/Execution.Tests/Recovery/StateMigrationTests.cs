using SqlStream.Core.Types;

namespace SqlStream.Execution.Tests.Recovery;

/// <summary>Jobs that go on with other aggregates. The row before an update (U-) shows what was migrated, the row after it (U+) that it is used.</summary>
public sealed class StateMigrationTests
{
    const string Events = "CREATE TABLE events (k INT, v INT) WITH ('connector' = 'sim');";

    public static TheoryData<string, int> Backends => new() { { "memory", 1 }, { "memory", 3 }, { "rocksdb", 1 }, { "rocksdb", 3 } };

    [Theory]
    [MemberData(nameof(Backends))]
    public void Aggregates_in_another_order_go_on(string backend, int parallelism)
    {
        using var rig = new MigrationRig(backend);
        rig.Run(Grouped("c BIGINT, s INT, m INT", "COUNT(*), SUM(v), MIN(v)"), [[1, 10], [1, 20], [2, 7]]);
        Assert.Equal(
            ["U- 1 10 2 30", "U+ 1 5 3 35"],
            rig.Run(Grouped("m INT, c BIGINT, s INT", "MIN(v), COUNT(*), SUM(v)"), [[1, 5]], parallelism: parallelism));
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void An_aggregate_that_is_removed_takes_nothing_with_it(string backend, int parallelism)
    {
        using var rig = new MigrationRig(backend);
        rig.Run(Grouped("c BIGINT, s INT, m INT", "COUNT(*), SUM(v), MIN(v)"), [[1, 10], [1, 20]]);
        Assert.Empty(rig.Look(Grouped("s INT", "SUM(v)")).Losses);
        Assert.Equal(["U- 1 30", "U+ 1 35"], rig.Run(Grouped("s INT", "SUM(v)"), [[1, 5]], parallelism: parallelism));
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void An_aggregate_that_is_added_begins_with_what_comes_and_that_is_a_loss(string backend, int parallelism)
    {
        using var rig = new MigrationRig(backend);
        rig.Run(Grouped("s INT", "SUM(v)"), [[1, 10], [1, 20]]);
        var script = Grouped("m INT, s INT", "MAX(v), SUM(v)");
        var line = Assert.Single(rig.Look(script).Losses);
        Assert.StartsWith("migrated: GroupAggregate (acc acc v1 (k INT) -> (rows BIGINT, count BIGINT, sum DECIMAL(38, 0))): ", line, StringComparison.Ordinal);
        Assert.EndsWith("MAX(v) added (MAX(v) counts from now on only for groups that exist)", line, StringComparison.Ordinal);
        Assert.Equal(["U- 1 NULL 30", "U+ 1 5 35", "+ 2 6 6"], rig.Run(script, [[1, 5], [2, 6]], parallelism: parallelism).Order(StringComparer.Ordinal).Reverse());
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void Distinct_values_that_aggregates_share_go_on_for_those_that_stay(string backend, int parallelism)
    {
        using var rig = new MigrationRig(backend);
        rig.Run(Grouped("f BIGINT, c BIGINT, s INT", "COUNT(DISTINCT v) FILTER (WHERE v > 10), COUNT(DISTINCT v), SUM(DISTINCT v)"), [[1, 10], [1, 20], [1, 20]]);
        var script = Grouped("s INT, c BIGINT", "SUM(DISTINCT v), COUNT(DISTINCT v)");
        Assert.Empty(rig.Look(script).Losses);
        Assert.Equal(["U- 1 30 2", "U+ 1 35 3"], rig.Run(script, [[1, 20], [1, 10], [1, 5]], parallelism: parallelism));
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void So_do_those_of_groups_with_a_time_to_live(string backend, int parallelism)
    {
        using var rig = new MigrationRig(backend);
        rig.Run(Living("f BIGINT, c BIGINT, s INT", "COUNT(DISTINCT v) FILTER (WHERE v > 10), COUNT(DISTINCT v), SUM(DISTINCT v)"), [[1, 10], [1, 20], [1, 20]]);
        var script = Living("s INT, c BIGINT", "SUM(DISTINCT v), COUNT(DISTINCT v)");
        Assert.Empty(rig.Look(script).Losses);
        Assert.Equal(["U- 1 30 2", "U+ 1 35 3"], rig.Run(script, [[1, 20], [1, 10], [1, 5]], parallelism: parallelism));

        static string Living(string columns, string aggregates) =>
            Grouped(columns, aggregates).Replace("SELECT k", "SELECT /*+ STATE_TTL('events' = '1 h') */ k", StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void A_distinct_aggregate_that_is_added_to_others_begins_with_what_comes(string backend, int parallelism)
    {
        using var rig = new MigrationRig(backend);
        rig.Run(Grouped("c BIGINT", "COUNT(DISTINCT v)"), [[1, 10], [1, 20]]);
        var script = Grouped("f BIGINT, c BIGINT", "COUNT(DISTINCT v) FILTER (WHERE v > 10), COUNT(DISTINCT v)");
        Assert.Single(rig.Look(script).Losses);
        Assert.Equal(["U- 1 0 2", "U+ 1 1 2"], rig.Run(script, [[1, 20]], parallelism: parallelism));
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void What_follows_from_other_aggregates_is_no_loss(string backend, int parallelism)
    {
        using var rig = new MigrationRig(backend);
        rig.Run(Grouped("s INT", "SUM(v)"), [[1, 10], [1, 20], [1, null]]);
        var script = Grouped("a INT, n BIGINT, c BIGINT", "AVG(v), COUNT(v), COUNT(*)");
        Assert.Empty(rig.Look(script).Losses);
        Assert.Equal(["U- 1 15 2 3", "U+ 1 20 3 4"], rig.Run(script, [[1, 30]], parallelism: parallelism));
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void Integers_become_longer(string backend, int parallelism)
    {
        using var rig = new MigrationRig(backend);
        rig.Run(Grouped("s INT, m INT, a INT", "SUM(v), MIN(v), AVG(v)"), [[1, -10], [1, -20]]);
        var script = Grouped("s BIGINT, m BIGINT, a BIGINT", "SUM(v), MIN(v), AVG(v)", "BIGINT");
        Assert.Empty(rig.Look(script).Losses);
        // (5000000000 - 30) / 3, cut.
        Assert.Equal(["U- 1 -30 -20 -15", "U+ 1 4999999970 -20 1666666656"], rig.Run(script, [[1, 5_000_000_000L]], parallelism: parallelism));
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void A_cast_to_a_longer_integer_is_the_same_argument(string backend, int parallelism)
    {
        using var rig = new MigrationRig(backend);
        rig.Run(Grouped("s INT, m INT", "SUM(v), MAX(v)"), [[1, -10], [1, -20]]);
        Assert.Equal(
            ["U- 1 -30 -10", "U+ 1 -25 5"],
            rig.Run(Grouped("s BIGINT, m BIGINT", "SUM(CAST(v AS BIGINT)), MAX(CAST(v AS BIGINT))"), [[1, 5]], parallelism: parallelism));
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void Decimals_get_more_digits(string backend, int parallelism)
    {
        using var rig = new MigrationRig(backend);
        rig.Run(Grouped("s DECIMAL(38, 2), m DECIMAL(10, 2)", "SUM(v), MAX(v)", "DECIMAL(10, 2)"), [[1, -150L], [1, -225L]]);
        var script = Grouped("m DECIMAL(25, 2), s DECIMAL(38, 2)", "MAX(v), SUM(v)", "DECIMAL(25, 2)");
        Assert.Empty(rig.Look(script).Losses);
        Assert.Equal(["U- 1 -1.50 -3.75", "U+ 1 1.00 -2.75"], rig.Run(script, [[1, (Int128)100]], parallelism: parallelism));
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void A_float_becomes_a_double(string backend, int parallelism)
    {
        using var rig = new MigrationRig(backend);
        rig.Run(Grouped("s FLOAT, m FLOAT", "SUM(v), MAX(v)", "FLOAT"), [[1, 1.5f], [1, 2.25f]]);
        var script = Grouped("s DOUBLE, m DOUBLE", "SUM(v), MAX(v)", "DOUBLE");
        Assert.Empty(rig.Look(script).Losses);
        Assert.Equal(["U- 1 3.75 2.25", "U+ 1 8.25 4.5"], rig.Run(script, [[1, 4.5]], parallelism: parallelism));
    }

    [Theory]
    [InlineData("DECIMAL(10, 3)")]
    [InlineData("DOUBLE")]
    [InlineData("SMALLINT")]
    public void A_type_that_does_not_hold_the_old_values_begins_anew(string type)
    {
        using var rig = new MigrationRig("memory");
        rig.Run(Grouped("m INT", "MAX(v)"), [[1, 10]]);
        Assert.Contains("MAX(v) added", Assert.Single(rig.Look(Grouped($"m {type}", "MAX(v)", type)).Losses), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void Values_of_DISTINCT_move_with_their_aggregate(string backend, int parallelism)
    {
        using var rig = new MigrationRig(backend);
        rig.Run(Grouped("c BIGINT, d BIGINT", "COUNT(*), COUNT(DISTINCT v)"), [[1, 7], [1, 7], [1, 8]]);
        Assert.Equal(
            ["U- 1 2 3", "U+ 1 2 4"],
            rig.Run(Grouped("d BIGINT, c BIGINT", "COUNT(DISTINCT v), COUNT(*)"), [[1, 8]], parallelism: parallelism));
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void Nested_values_move_with_their_aggregates(string backend, int parallelism)
    {
        const string type = "ROW<a INT, b ARRAY<STRING>>";
        using var rig = new MigrationRig(backend);
        rig.Run(
            Grouped($"l ARRAY<{type}>, f {type}, d BIGINT, s MULTISET<{type}>", "ARRAY_AGG(v), FIRST_VALUE(v), COUNT(DISTINCT v), COLLECT(v)", type),
            [[1, Nested(1, "x")], [1, Nested(2)], [1, Nested(1, "x")], [2, Nested(3, "y")]]);
        var script = Grouped($"f {type}, l ARRAY<{type}>, d BIGINT", "FIRST_VALUE(v), ARRAY_AGG(v), COUNT(DISTINCT v)", type);
        Assert.Empty(rig.Look(script).Losses);
        Assert.Equal(
            ["U- 1 (1,[x]) [(1,[x]),(2,[]),(1,[x])] 2", "U+ 1 (1,[x]) [(1,[x]),(2,[]),(1,[x]),(4,[])] 3"],
            rig.Run(script, [[1, Nested(4)]], parallelism: parallelism));
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void Nested_keys_are_found_again(string backend, int parallelism)
    {
        const string type = "ROW<a INT, b ARRAY<STRING>>";
        string Keyed(string columns, string aggregates) => $"""
            CREATE TABLE events (k INT, v {type}) WITH ('connector' = 'sim');
            CREATE TABLE out (v {type}, {columns}) WITH ('connector' = 'sim');
            INSERT INTO out SELECT v, {aggregates} FROM events GROUP BY v;
            """;
        using var rig = new MigrationRig(backend);
        rig.Run(Keyed("c BIGINT, s INT", "COUNT(*), SUM(k)"), [[10, Nested(1, "x")], [20, Nested(1, "x")], [5, Nested(1)], [7, null]]);
        Assert.Equal(
            ["U+ (1,[x]) 31 3", "U+ NULL 8 2", "U- (1,[x]) 30 2", "U- NULL 7 1"],
            rig.Run(Keyed("s INT, c BIGINT", "SUM(k), COUNT(*)"), [[1, Nested(1, "x")], [1, null]], parallelism: parallelism)
                .Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("ROW<a BIGINT, b ARRAY<STRING>>")]
    [InlineData("ROW<a INT>")]
    [InlineData("ARRAY<STRING>")]
    public void A_nested_type_with_other_parts_begins_anew(string type)
    {
        using var rig = new MigrationRig("memory");
        rig.Run(Grouped("l ARRAY<ROW<a INT, b ARRAY<STRING>>>", "ARRAY_AGG(v)", "ROW<a INT, b ARRAY<STRING>>"), [[1, Nested(1)]]);
        Assert.Contains("ARRAY_AGG(v) added", Assert.Single(rig.Look(Grouped($"l ARRAY<{type}>", "ARRAY_AGG(v)", type)).Losses), StringComparison.Ordinal);
    }

    static ValueList<object?> Nested(int a, params string[] b) => ValueList.Create<object?>([a, ValueList.Create<object?>([.. b])]);

    [Theory]
    [MemberData(nameof(Backends))]
    public void Open_windows_go_on_with_other_aggregates(string backend, int parallelism)
    {
        using var rig = new MigrationRig(backend);
        rig.Run(Windowed("c BIGINT, s INT", "COUNT(*), SUM(v)"), [[1, 10, Second(1)], [1, 20, Second(2)], [2, 3, Second(3)]]);
        var script = Windowed("s INT, m INT, c BIGINT", "SUM(v), MIN(v), COUNT(*)");
        Assert.EndsWith("MIN(v) counts from now on only for windows that are open)", Assert.Single(rig.Look(script).Losses), StringComparison.Ordinal);
        Assert.Equal(
            ["+ 1 35 5 3", "+ 2 3 NULL 1"],
            rig.Run(script, [[1, 5, Second(4)]], StopKind.Drain, parallelism: parallelism).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void An_aggregate_is_added_without_loss_where_no_window_is_open()
    {
        using var rig = new MigrationRig("memory");
        Assert.Equal(["+ 1 1"], rig.Run(Windowed("c BIGINT", "COUNT(*)"), [[1, 10, Second(1)], [2, 10, Second(3600)]], StopKind.Drain).Take(1));
        Assert.Empty(rig.Look(Windowed("s INT, c BIGINT", "SUM(v), COUNT(*)")).Losses);
    }

    [Fact]
    public void Over_rows_that_are_taken_away_nothing_can_be_added()
    {
        using var rig = new MigrationRig("memory");
        const string inner = "(SELECT k, SUM(v) AS v FROM events GROUP BY k)";
        rig.Run(Script("v BIGINT, c BIGINT", $"SELECT COUNT(*), COUNT(v) FROM {inner}"), [[1, 10], [2, 20]]);
        var plan = rig.Look(Script("v BIGINT, s INT", $"SELECT COUNT(*), SUM(v) FROM {inner}"));
        Assert.Contains("SUM(v) impossible: rows may be taken away that it never saw", Assert.Single(plan.Impossible), StringComparison.Ordinal);
    }

    [Fact]
    public void A_job_that_is_started_in_spite_of_that_fails_before_anything_runs()
    {
        using var rig = new MigrationRig("memory");
        const string inner = "(SELECT k, SUM(v) AS v FROM events GROUP BY k)";
        rig.Run(Script("v BIGINT, c BIGINT", $"SELECT COUNT(*), COUNT(v) FROM {inner}"), [[1, 10], [2, 20]]);
        var error = Assert.ThrowsAny<Exception>(() => rig.Run(Script("v BIGINT, s INT", $"SELECT COUNT(*), SUM(v) FROM {inner}"), [[1, 1]]));
        Assert.Contains("the state of the checkpoint gives wrong results under this plan", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Statements_in_another_order_keep_their_state()
    {
        using var rig = new MigrationRig("memory");
        const string sums = "INSERT INTO out SELECT k, SUM(v) FROM events GROUP BY k;";
        const string extremes = "INSERT INTO other SELECT k, MAX(v) FROM events GROUP BY k;";
        string Set(string first, string second) => $"""
            {Events}
            CREATE TABLE out (k INT, v INT) WITH ('connector' = 'sim');
            CREATE TABLE other (k INT, v INT) WITH ('connector' = 'sim');
            EXECUTE STATEMENT SET BEGIN {first} {second} END;
            """;
        rig.Run(Set(sums, extremes), [[1, 10], [1, 20]]);
        var plan = rig.Look(Set(extremes, sums));
        Assert.Empty(plan.Losses);
        Assert.DoesNotContain(plan.Report, line => line.StartsWith("migrated", StringComparison.Ordinal));
        Assert.Equal(["U- 1 30", "U+ 1 35"], rig.Run(Set(extremes, sums), [[1, 5]]));
        Assert.Equal(["U- 1 20", "U+ 1 40"], rig.Run(Set(sums, extremes), [[1, 40]], sink: "other"));
    }

    [Theory]
    [InlineData("memory")]
    [InlineData("rocksdb")]
    public void State_that_was_given_up_does_not_come_back(string backend)
    {
        using var rig = new MigrationRig(backend);
        var grouped = Grouped("c BIGINT", "COUNT(*)");
        rig.Run(grouped, [[1, 10], [1, 20]]);
        rig.Run(Script("k INT, v INT", "SELECT k, v FROM events"), [[1, 10]]);
        Assert.Equal(["+ 2 1"], rig.Run(grouped, [[2, 10]]));
        Assert.Equal(["+ 1 1"], rig.Run(grouped, [[1, 10]]));
    }

    [Fact]
    public void A_sink_that_is_gone_does_not_stop_the_job()
    {
        using var rig = new MigrationRig("memory");
        rig.Run(Script("k INT, v INT", "SELECT k, v FROM events"), [[1, 10]]);
        Assert.Equal(["+ 1 20"], rig.Run(Script("k INT, v INT", "SELECT k, v FROM events", "other"), [[1, 20]], sink: "other"));
    }

    [Fact]
    public void The_manifest_holds_the_plan_of_the_new_layout()
    {
        using var rig = new MigrationRig("memory");
        rig.Run(Grouped("c BIGINT, s INT", "COUNT(*), SUM(v)"), [[1, 10]]);
        rig.Run(Grouped("s INT", "SUM(v)"), []);
        var op = Assert.Single(rig.Manifest.PlanGraph!.Operators, op => op.Kind == "GroupAggregate");
        Assert.Equal(["SUM(v)"], op.Aggregates!.Select(aggregate => aggregate.Text));
        Assert.Equal([24], op.Aggregates!.Select(aggregate => aggregate.Bytes));
        Assert.Equal(["acc"], op.StateTables);
        var table = Assert.Single(Assert.Single(rig.Manifest.Operators, stored => stored.Id == op.Id).Tables);
        Assert.Equal("acc v1 (k INT) -> (rows BIGINT, count BIGINT, sum DECIMAL(38, 0))", table.ValueType);
    }

    static long Second(long seconds) => seconds * 1_000_000;

    static string Grouped(string columns, string aggregates, string type = "INT") => $"""
        CREATE TABLE events (k INT, v {type}) WITH ('connector' = 'sim');
        CREATE TABLE out (k INT, {columns}) WITH ('connector' = 'sim');
        INSERT INTO out SELECT k, {aggregates} FROM events GROUP BY k;
        """;

    static string Windowed(string columns, string aggregates) => $"""
        CREATE TABLE events (k INT, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH ('connector' = 'sim');
        CREATE TABLE out (k INT, {columns}) WITH ('connector' = 'sim');
        INSERT INTO out SELECT k, {aggregates} FROM TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY k, window_start, window_end;
        """;

    static string Script(string columns, string query, string sink = "out") => $"""
        {Events}
        CREATE TABLE {sink} ({columns}) WITH ('connector' = 'sim');
        INSERT INTO {sink} {query};
        """;
}
