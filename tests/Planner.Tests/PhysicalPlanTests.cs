using System.Reflection;
using SqlStream.Core.Types;
using SqlStream.Planner.Expressions;
using SqlStream.Planner.Physical;
using SqlStream.Planner.Statements;

namespace SqlStream.Planner.Tests;

public sealed class PhysicalPlanTests
{
    static readonly Schema s_columns = new([new Field("a", SqlType.BigInt), new Field("b", SqlType.String)]);

    [Fact]
    public void Equal_sub_plans_are_one_instance()
    {
        var session = new PlanSession();
        session.Run("CREATE TABLE t (a BIGINT, b STRING) WITH ('connector' = 'test')");
        session.Run("CREATE TABLE s (a BIGINT) WITH ('connector' = 'test', 'accepts' = 'I,UB,UA,D')");
        var plan = Assert.IsType<InsertPlan>(session.Run("""
            EXECUTE STATEMENT SET BEGIN
            INSERT INTO s SELECT COUNT(*) FROM t GROUP BY b;
            INSERT INTO s SELECT COUNT(*) + 1 FROM t GROUP BY b;
            INSERT INTO s SELECT a FROM t;
            END
            """)).Plan;
        var nodes = plan.Nodes();
        Assert.Single(nodes.OfType<PhysicalScan>());
        Assert.Single(nodes.OfType<PhysicalGroupAggregate>());
        Assert.Equal(nodes.Count, nodes.Distinct().Count());
        Assert.Equal(3, plan.Roots.Count);
    }

    [Fact]
    public void Traits_follow_the_parts_of_a_copy()
    {
        var values = new PhysicalValues(s_columns, []);
        var calc = new PhysicalCalc(values, null, [new BoundColumn(0, SqlType.BigInt, "a")], ["a"]);
        Assert.Equal(1, calc.Schema.Count);
        var wider = calc with
        {
            Projections = [new BoundColumn(0, SqlType.BigInt, "a"), new BoundColumn(1, SqlType.String, "b")],
            Names = ["x", "y"],
        };
        Assert.Equal(["x", "y"], wider.Schema.Fields.Select(field => field.Name));
    }

    [Fact]
    public void Nodes_are_equal_by_value_whether_or_not_their_traits_are_known()
    {
        var first = new PhysicalValues(s_columns, [[1L, "x"]]);
        var second = new PhysicalValues(s_columns, [[1L, "x"]]);
        Assert.True(first.IsBounded);
        Assert.Equal(first, second);
        Assert.Equal(first.GetHashCode(), second.GetHashCode());
        Assert.NotEqual(first, new PhysicalValues(s_columns, [[2L, "x"]]));
    }

    [Fact]
    public void Names_and_positions_do_not_tell_expressions_apart()
    {
        var here = new BoundColumn(1, SqlType.Int, "here") { Span = new(3, 4) };
        Assert.Equal(here, new BoundColumn(1, SqlType.Int, "there"));
        Assert.NotEqual<BoundExpression>(here, new BoundColumn(1, SqlType.BigInt, "here"));
        Assert.NotEqual<BoundExpression>(here, new BoundColumn(2, SqlType.Int, "here"));
    }

    [Fact]
    public void Every_node_and_expression_is_a_sealed_record()
    {
        var family = typeof(PhysicalNode).Assembly.GetTypes()
            .Where(type => !type.IsAbstract && (type.IsSubclassOf(typeof(PhysicalNode)) || type.IsSubclassOf(typeof(BoundExpression))));
        foreach (var type in family)
        {
            Assert.True(type.IsSealed, type.Name);
            Assert.NotNull(type.GetMethod("<Clone>$", BindingFlags.Public | BindingFlags.Instance));
        }
    }
}
