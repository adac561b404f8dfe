using SqlStream.Planner.Physical;
using SqlStream.Planner.Statements;

namespace SqlStream.Planner.Tests;

public sealed class OperatorIdsTests
{
    const string Tables = """
        CREATE TABLE bid (auction BIGINT, price BIGINT, channel STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH ('connector' = 'test');
        CREATE TABLE sums (k BIGINT, v BIGINT) WITH ('connector' = 'test', 'accepts' = 'I,UB,UA,D');
        """;

    [Fact]
    public void The_literals_of_a_filter_do_not_change_ids() =>
        Assert.Equal(
            Stateful("INSERT INTO sums SELECT auction, SUM(price) FROM bid WHERE channel = 'a' GROUP BY auction"),
            Stateful("INSERT INTO sums SELECT auction, SUM(price) FROM bid WHERE channel = 'b' OR price > 7 GROUP BY auction"));

    [Fact]
    public void Aliases_and_projections_above_do_not_change_ids() =>
        Assert.Equal(
            Stateful("INSERT INTO sums SELECT auction, SUM(price) FROM bid GROUP BY auction"),
            Stateful("INSERT INTO sums SELECT a + 1, s * 2 FROM (SELECT x AS a, SUM(y) AS s FROM (SELECT auction, price FROM bid) AS t (x, y) GROUP BY x)"));

    [Theory]
    [InlineData("SELECT price, SUM(price) FROM bid GROUP BY price")]
    [InlineData("SELECT auction, SUM(price) FROM TUMBLE(TABLE bid, DESCRIPTOR(ts), INTERVAL '1' SECOND) GROUP BY auction, window_start, window_end")]
    public void Another_key_or_window_changes_the_id(string query) =>
        Assert.NotEqual(
            Id<PhysicalNode>("INSERT INTO sums SELECT auction, SUM(price) FROM bid GROUP BY auction", IsAggregate),
            Id<PhysicalNode>($"INSERT INTO sums {query}", IsAggregate));

    [Theory]
    [InlineData("SELECT auction, MAX(price) FROM bid GROUP BY auction")]
    [InlineData("SELECT auction, SUM(price + 1) FROM bid GROUP BY auction")]
    [InlineData("SELECT auction, SUM(DISTINCT price) FROM bid GROUP BY auction")]
    public void Other_aggregates_do_not_change_the_id(string query) =>
        Assert.Equal(
            Id<PhysicalNode>("INSERT INTO sums SELECT auction, SUM(price) FROM bid GROUP BY auction", IsAggregate),
            Id<PhysicalNode>($"INSERT INTO sums {query}", IsAggregate));

    [Theory]
    [InlineData("SUM(price)", "SUM(x.price) FILTER (WHERE x.price > 1)", false)]
    [InlineData("SUM(price)", "SUM(price + 1)", false)]
    [InlineData("SUM(price)", "SUM(DISTINCT price)", false)]
    [InlineData("SUM(price)", "SUM(CAST(price AS INT))", false)]
    [InlineData("SUM(CAST(price AS INT))", "SUM(CAST(CAST(price AS INT) AS BIGINT))", true)]
    public void Aggregates_are_told_apart_by_where_their_arguments_come_from(string left, string right, bool same) =>
        Assert.Equal(same, Origin(left) == Origin(right));

    [Fact]
    public void Another_window_size_changes_the_id()
    {
        const string query = "INSERT INTO sums SELECT auction, SUM(price) FROM TUMBLE(TABLE bid, DESCRIPTOR(ts), INTERVAL '{0}' SECOND) GROUP BY auction, window_start, window_end";
        Assert.NotEqual(
            Id<PhysicalNode>(query.Replace("{0}", "1", StringComparison.Ordinal), IsAggregate),
            Id<PhysicalNode>(query.Replace("{0}", "2", StringComparison.Ordinal), IsAggregate));
    }

    [Fact]
    public void An_aggregation_over_another_one_depends_on_the_inner_one() =>
        Assert.NotEqual(
            Id<PhysicalGroupAggregate>("INSERT INTO sums SELECT COUNT(*), 1 FROM (SELECT auction, COUNT(*) FROM bid GROUP BY auction)", group => group.Keys.IsEmpty),
            Id<PhysicalGroupAggregate>("INSERT INTO sums SELECT COUNT(*), 1 FROM (SELECT price, COUNT(*) FROM bid GROUP BY price)", group => group.Keys.IsEmpty));

    [Fact]
    public void Equal_signatures_are_numbered_in_plan_order()
    {
        var plan = Plan("""
            EXECUTE STATEMENT SET BEGIN
            INSERT INTO sums SELECT auction, SUM(price) FROM bid WHERE price > 1 GROUP BY auction;
            INSERT INTO sums SELECT auction, SUM(price) FROM bid WHERE price > 2 GROUP BY auction;
            END
            """);
        var ids = OperatorIds.Assign(plan);
        var groups = plan.Nodes().OfType<PhysicalGroupAggregate>().Select(group => ids[group]).ToList();
        Assert.Equal(2, groups.Count);
        Assert.Equal(groups[0] + "-2", groups[1]);
        Assert.Equal(ids.Count, ids.Values.Distinct().Count());
    }

    static bool IsAggregate(PhysicalNode node) => node is PhysicalGroupAggregate or PhysicalWindowAggregate;

    static string Origin(string aggregate)
    {
        var plan = Plan($"INSERT INTO sums SELECT auction, {aggregate} FROM bid AS x GROUP BY auction");
        var group = Assert.Single(plan.Nodes().OfType<PhysicalGroupAggregate>());
        return OperatorIds.AggregateArguments(group.Input, Assert.Single(group.Aggregates));
    }

    static string Id<T>(string sql, Func<T, bool> wanted) where T : PhysicalNode
    {
        var plan = Plan(sql);
        return OperatorIds.Assign(plan)[Assert.Single(plan.Nodes().OfType<T>(), node => wanted(node))];
    }

    static List<string> Stateful(string sql)
    {
        var plan = Plan(sql);
        var ids = OperatorIds.Assign(plan);
        return [.. plan.Nodes().Where(node => node.State is not null).Select(node => $"{node.Stem} {ids[node]}")];
    }

    static PhysicalPlan Plan(string sql)
    {
        var session = new PlanSession();
        session.Run(Tables);
        return Assert.IsType<InsertPlan>(session.Run(sql)).Plan;
    }
}
