using SqlStream.Core.Diagnostics;
using SqlStream.Parser;
using SqlStream.Planner.Physical;
using SqlStream.Planner.Statements;

namespace SqlStream.Planner.Tests;

public sealed class SqlPlannerTests
{
    [Fact]
    public void Statements_without_a_query_become_plans_of_their_own()
    {
        var session = new PlanSession();
        Assert.Equal(new SetPlan("a.b", "c"), session.Run("SET 'a.b' = 'c'"));
        Assert.Equal(new SetPlan(null, null), session.Run("SET"));
        Assert.Equal(new ResetPlan("a.b"), session.Run("RESET 'a.b'"));
        Assert.Equal(new ResetPlan(null), session.Run("RESET"));
        Assert.Equal(new CheckpointPlan(null, null), session.Run("CHECKPOINT"));
        Assert.Equal(new CheckpointPlan("x", null), session.Run("CHECKPOINT JOB 'x'"));
        Assert.Equal(new SavepointPlan("x", "dir"), session.Run("SAVEPOINT JOB 'x' TO 'dir'"));
        Assert.Equal(new StopJobPlan("x", true, true), session.Run("STOP JOB 'x' WITH SAVEPOINT WITH DRAIN"));
        Assert.Equal(new ShowJobsPlan(), session.Run("SHOW JOBS"));
        Assert.Equal(new ShowJobPlan("x"), session.Run("SHOW JOB 'x'"));
        Assert.Equal(new DescribeJobPlan("x"), session.Run("DESCRIBE JOB 'x'"));
        Assert.Equal(new ShowCheckpointsPlan("x"), session.Run("SHOW CHECKPOINTS FOR JOB 'x'"));
        Assert.Equal(new UsePlan("default_catalog", "default_database"), session.Run("USE default_catalog.default_database"));
    }

    [Theory]
    [InlineData("SELECT * FROM a JOIN b ON a.k = b.k", "1:15")]
    [InlineData("SELECT * FROM (SELECT * FROM a LEFT JOIN b ON a.k = b.k AND a.ts > b.ts)", "1:30")]
    [InlineData("SELECT /*+ STATE_TTL('a' = '1d') */ * FROM a JOIN b ON a.k = b.k", "1:44")]
    [InlineData("SELECT /*+ STATE_TTL('a' = '1d', 'b' = '1d') */ * FROM a JOIN b ON a.k = b.k", null)]
    [InlineData("SELECT * FROM a JOIN b ON a.k = b.k AND a.ts BETWEEN b.ts - INTERVAL '1' HOUR AND b.ts", null)]
    [InlineData("SELECT * FROM a JOIN c ON a.k = c.k", null)]
    [InlineData("SELECT * FROM a WHERE k IN (SELECT k FROM b)", null)]
    public void A_join_that_keeps_all_rows_of_tables_without_end_is_warned_of(string query, string? position)
    {
        var session = new PlanSession();
        session.Run("""
            CREATE TABLE a (k INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'test');
            CREATE TABLE b (k INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'test');
            CREATE TABLE c (k INT) WITH ('connector' = 'test', 'bounded' = 'true');
            """);
        var warning = Assert.IsType<QueryPlan>(session.Run(query)).Warnings.SingleOrDefault();
        Assert.Equal(position, warning is null ? null : $"1:{warning.Span.Start + 1}");
        session.Run("SET 'table.exec.state.ttl' = '1 d'");
        Assert.Empty(Assert.IsType<QueryPlan>(session.Run(query)).Warnings);
    }

    [Fact]
    public void A_table_is_planned_again_from_its_own_text()
    {
        var session = new PlanSession();
        const string text = "CREATE TABLE t (a BIGINT, b AS a + 1, ts TIMESTAMP(3), WATERMARK FOR ts AS ts, PRIMARY KEY (a) NOT ENFORCED) COMMENT 'c' PARTITIONED BY (a) WITH ('connector' = 'test')";
        var table = Assert.IsType<CreateTablePlan>(session.Run(text)).Table;
        Assert.Equal(text, table.SqlText);
        Assert.Equal(table, Assert.IsType<CreateTablePlan>(new PlanSession().Run(table.SqlText)).Table);
    }

    [Theory]
    [InlineData("CREATE TABLE t (a INT, `b c` DECIMAL(10, 2) NOT NULL COMMENT 'it''s') WITH ('connector' = 'test', 'path' = 'a''b')")]
    [InlineData("CREATE TEMPORARY TABLE t (`select` TIMESTAMP(3), d AS `select` + INTERVAL '1' DAY COMMENT 'x', WATERMARK FOR `select` AS `select` - INTERVAL '5' SECOND) COMMENT '' WITH ('connector' = 'test')")]
    [InlineData("CREATE TABLE t (k INT, o BIGINT METADATA FROM 'offset' VIRTUAL, topic STRING METADATA COMMENT 'm', CONSTRAINT `p k` PRIMARY KEY (k) NOT ENFORCED) PARTITIONED BY (k) WITH ('connector' = 'test')")]
    [InlineData("CREATE TABLE t (a CHAR(3), b VARBINARY(4), c TIMESTAMP_LTZ(6), d TIME(3), e INTERVAL DAY TO SECOND, f DOUBLE, g AS CASE WHEN a LIKE 'x\\_%' ESCAPE '\\' THEN 1 ELSE 2 END) WITH ('connector' = 'test')")]
    public void What_show_create_table_writes_makes_the_same_table(string sql)
    {
        var session = new PlanSession();
        session.Run(sql);
        var shown = ShowCreate(session, "SHOW CREATE TABLE t");
        var again = new PlanSession();
        again.Run(shown);
        Assert.Equal(shown, ShowCreate(again, "SHOW CREATE TABLE t"));
        Assert.Equal(
            Assert.IsType<DescribePlan>(session.Run("DESCRIBE EXTENDED t")), Assert.IsType<DescribePlan>(again.Run("DESCRIBE EXTENDED t")));
    }

    [Fact]
    public void What_show_create_view_and_catalog_write_make_the_same()
    {
        var session = new PlanSession();
        session.Run("CREATE CATALOG `c d` COMMENT 'it''s' WITH ('type' = 'filesystem', 'path' = '/x', 'default-database' = 'y')");
        session.Run("CREATE VIEW v (a COMMENT 'x', `b c`) COMMENT 'v' AS SELECT 1, 'y' -- end");
        var again = new PlanSession();
        again.Run(ShowCreate(session, "SHOW CREATE CATALOG `c d`"));
        again.Run(ShowCreate(session, "SHOW CREATE VIEW v"));
        Assert.Equal(ShowCreate(session, "SHOW CREATE CATALOG `c d`"), ShowCreate(again, "SHOW CREATE CATALOG `c d`"));
        Assert.Equal(ShowCreate(session, "SHOW CREATE VIEW v"), ShowCreate(again, "SHOW CREATE VIEW v"));
        Assert.Equal(session.Run("DESCRIBE v"), again.Run("DESCRIBE v"));
    }

    [Fact]
    public void A_temporary_table_hides_a_permanent_one_until_it_is_dropped()
    {
        var session = new PlanSession();
        session.Run("CREATE TABLE t (a BIGINT) WITH ('connector' = 'test')");
        session.Run("CREATE TEMPORARY TABLE t (b STRING) WITH ('connector' = 'test')");
        Assert.Equal("b STRING", Columns(session, "SELECT * FROM t"));
        session.Run("DROP TEMPORARY TABLE t");
        Assert.Equal("a BIGINT", Columns(session, "SELECT * FROM t"));
        session.Run("CREATE TABLE IF NOT EXISTS t (c INT) WITH ('connector' = 'test')");
        Assert.Equal("a BIGINT", Columns(session, "SELECT * FROM t"));
        session.Run("DROP TABLE IF EXISTS nothing");
    }

    [Fact]
    public void A_view_that_has_come_to_read_from_itself_is_refused()
    {
        var session = new PlanSession();
        session.Run("CREATE TABLE base (a BIGINT) WITH ('connector' = 'test')");
        session.Run("CREATE VIEW v AS SELECT a FROM base");
        session.Run("CREATE VIEW w AS SELECT a FROM v");
        session.Run("CREATE OR REPLACE VIEW v AS SELECT a FROM w");
        var exception = Assert.Throws<SqlException>(() => session.Run("SELECT * FROM w"));
        Assert.Equal(SqlState.InvalidObjectDefinition, exception.SqlState);
    }

    [Theory]
    [InlineData("1", "INT NOT NULL")]
    [InlineData("2147483648", "BIGINT NOT NULL")]
    [InlineData("9223372036854775808", "DECIMAL(19, 0) NOT NULL")]
    [InlineData("0.908", "DECIMAL(4, 3) NOT NULL")]
    [InlineData("1.50", "DECIMAL(3, 2) NOT NULL")]
    [InlineData("1e0", "DOUBLE NOT NULL")]
    [InlineData("'abc'", "CHAR(3) NOT NULL")]
    [InlineData("NULL", "NULL")]
    [InlineData("TIMESTAMP '2026-01-01 00:00:00.123'", "TIMESTAMP(3) NOT NULL")]
    [InlineData("INTERVAL '3' MONTH", "INTERVAL YEAR TO MONTH NOT NULL")]
    [InlineData("a", "BIGINT")]
    [InlineData("CASE WHEN a = 1 THEN 1 END", "INT")]
    [InlineData("COALESCE(a, 1)", "BIGINT NOT NULL")]
    [InlineData("NULLIF(1, a)", "INT")]
    [InlineData("CAST(a AS INT)", "INT")]
    [InlineData("a IS NULL", "BOOLEAN NOT NULL")]
    [InlineData("a = 1 OR a = 2", "BOOLEAN")]
    [InlineData("COUNT(*)", "BIGINT NOT NULL")]
    [InlineData("0.908 * SUM(a)", "DECIMAL(23, 3)")]
    public void An_expression_has_the_type_that_Flink_gives_it(string expression, string type)
    {
        var session = new PlanSession();
        session.Run("CREATE TABLE t (a BIGINT) WITH ('connector' = 'test')");
        Assert.Equal("x " + type, Columns(session, $"SELECT {expression} AS x FROM t"));
    }

    [Fact]
    public void Long_chains_are_planned_and_longer_ones_refused()
    {
        var session = new PlanSession();
        session.Run("CREATE TABLE t (a BIGINT, b STRING) WITH ('connector' = 'test')");
        Assert.IsType<QueryPlan>(session.Run($"SELECT {Chain("a", " + ", 900)} FROM t"));
        Assert.IsType<QueryPlan>(session.Run($"SELECT {Chain("1", " + ", 900)} FROM t"));
        Assert.IsType<QueryPlan>(session.Run($"SELECT a FROM t WHERE {Chain("a = 1", " OR ", 5000)}"));
        Assert.IsType<QueryPlan>(session.Run(Chain("SELECT a FROM t", " UNION ALL ", 2000)));
        Assert.Equal(SqlState.StatementTooComplex, Assert.Throws<SqlException>(() => session.Run($"SELECT {Chain("a", " + ", 5000)} FROM t")).SqlState);
    }

    [Fact]
    public void Views_that_double_a_column_at_every_level_do_not_blow_up()
    {
        var session = new PlanSession();
        session.Run("CREATE TABLE v0 (a BIGINT) WITH ('connector' = 'test')");
        for (var i = 1; i <= 40; i++)
            session.Run($"CREATE VIEW v{i} AS SELECT a + a AS a FROM v{i - 1}");
        var plan = Assert.IsType<QueryPlan>(session.Run("SELECT a FROM v40 WHERE a > 1")).Plan;
        Assert.Single(plan.Nodes().OfType<PhysicalScan>());
    }

    [Fact]
    public void Whatever_parses_is_planned_or_refused()
    {
        var session = new PlanSession();
        session.Run("CREATE TABLE t (a INT, b INT, c STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'test')");
        var inputs = new[] { "syntax", "logical", "optimized", "physical", "errors" }
            .SelectMany(folder => Directory.GetFiles(GoldenFile.Folder(folder), "*.test"))
            .SelectMany(path => GoldenFile.Read(path).Sections)
            .Select(section => section.Input);
        var planned = 0;
        foreach (var sql in inputs)
        {
            var source = new SourceText(sql);
            foreach (var statement in SqlParser.Parse(source).Statements)
            {
                planned++;
                session.PlanOrRefuse(statement.Syntax, source);
            }
        }
        Assert.True(planned > 300);
    }

    [Fact]
    public void Statements_with_a_token_left_out_are_planned_or_refused()
    {
        var session = new PlanSession();
        session.Run("CREATE TABLE bid (auction BIGINT, price BIGINT, channel STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'test')");
        session.Run("CREATE TABLE sums (k BIGINT, v BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'test', 'accepts' = 'I,UA,D')");
        string[] statements =
        [
            "INSERT INTO sums ( k , v ) SELECT auction , SUM ( DISTINCT price ) FILTER ( WHERE price > 1 ) FROM bid WHERE channel LIKE 'a' AND price BETWEEN 1 AND 2 GROUP BY auction HAVING COUNT ( * ) > 1",
            "SELECT window_start , COUNT ( * ) AS n FROM TUMBLE ( TABLE bid , DESCRIPTOR ( ts ) , INTERVAL '10' SECOND ) GROUP BY window_start , window_end",
            "WITH x ( a ) AS ( SELECT DISTINCT price FROM bid ) SELECT CASE WHEN a IS NULL THEN 'x' ELSE CAST ( a AS STRING ) END FROM x UNION ALL VALUES ( 'y' ) , ( NULL )",
            "CREATE TABLE n ( a BIGINT NOT NULL , b AS a + 1 , ts TIMESTAMP ( 3 ) , WATERMARK FOR ts AS ts - INTERVAL '1' SECOND , PRIMARY KEY ( a ) NOT ENFORCED ) PARTITIONED BY ( a ) WITH ( 'connector' = 'test' )",
        ];
        foreach (var text in statements)
        {
            var words = text.Split(' ');
            for (var i = 0; i < words.Length; i++)
            {
                var source = new SourceText(string.Join(' ', words.Where((_, at) => at != i)));
                foreach (var statement in SqlParser.Parse(source).Statements)
                    session.PlanOrRefuse(statement.Syntax, source);
            }
        }
    }

    static string Chain(string item, string separator, int count) => string.Join(separator, Enumerable.Repeat(item, count));

    static string ShowCreate(PlanSession session, string sql) => (string)Assert.IsType<ShowPlan>(session.Run(sql)).Rows[0][0]!;

    static string Columns(PlanSession session, string sql) => Assert.IsType<QueryPlan>(session.Run(sql)).Columns.ToString();
}
