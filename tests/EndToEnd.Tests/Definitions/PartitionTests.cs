using SqlStream.Testing;

namespace SqlStream.EndToEnd.Tests.Definitions;

/// <summary>PARTITIONED BY of connector <c>filesystem</c>.</summary>
public sealed class PartitionTests : IDisposable
{
    readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Rows_go_to_the_directories_of_their_values_and_come_back()
    {
        await using var engine = new TestEngine();
        await engine.RunAsync(Create("""
            INSERT INTO t VALUES (1, DATE '2026-01-01', 'a', 7), (2, DATE '2026-01-01', 'b', 8), (3, NULL, 'c', 8);
            INSERT INTO t PARTITION (dt = '2026-01-02') SELECT id + 10, v, hour FROM t;
            INSERT INTO t PARTITION (dt = '2026-01-03', hour = 5) SELECT id, v FROM t WHERE dt = DATE '2026-01-01'
            """));

        Assert.Equal(
            "1,2026-01-01,a,7 | 1,2026-01-03,a,5 | 11,2026-01-02,a,7 | 12,2026-01-02,b,8 | 13,2026-01-02,c,8 | 2,2026-01-01,b,8 | 2,2026-01-03,b,5 | 3,NULL,c,8",
            await engine.RowsOf("SELECT * FROM t"));
        Assert.Equal("{\"id\":1,\"v\":\"a\"}\n", Text("dt=2026-01-01/hour=7"));
        Assert.Equal("{\"id\":3,\"v\":\"c\"}\n", Text("dt=__DEFAULT_PARTITION__/hour=8"));
        Assert.Equal("2026-01-01,2 | 2026-01-02,3 | 2026-01-03,2 | NULL,1", await engine.RowsOf("SELECT dt, COUNT(*) FROM t GROUP BY dt"));
        Assert.Equal("5 | 5 | 7 | 7 | 8 | 8 | 8 | 8", await engine.RowsOf("SELECT hour FROM t"));
    }

    // A file that would fail the job shows which files are read.
    [Fact]
    public async Task Partitions_that_a_filter_leaves_out_are_not_read()
    {
        Write("dt=2026-01-01/hour=1/a.json", "{\"id\":1}\n");
        Write("dt=2026-01-01/hour=2/a.json", "{\"id\":2}\n");
        Write("dt=2026-01-02/hour=1/broken.json", "{\"id\":\n");
        await using var engine = new TestEngine();
        await engine.RunAsync(Create(""));

        Assert.Equal("1 | 2", await engine.RowsOf("SELECT id FROM t WHERE dt = DATE '2026-01-01'"));
        Assert.Equal("2", await engine.RowsOf("SELECT id FROM t WHERE dt < DATE '2026-01-02' AND hour > 1 AND id > 0"));
        Assert.Equal("1 | 2", await engine.RowsOf("SELECT id FROM t WHERE DAYOFMONTH(dt) + hour <= 3 AND NOT (dt = DATE '2026-01-02' AND hour = 1)"));
        Assert.Equal("", await engine.RowsOf("SELECT id FROM t WHERE dt IS NULL"));
        Assert.Contains("broken.json:1", await engine.ErrorOf("SELECT id FROM t WHERE hour = 1"), StringComparison.Ordinal);
        Assert.Contains("splits: dt = 2026-01-01", string.Concat(await engine.RunAsync("EXPLAIN SELECT id FROM t WHERE dt = DATE '2026-01-01' AND id = 1")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Partitions_are_listed_made_and_taken_away()
    {
        Write("dt=2026-01-01/hour=07/a.json", "{\"id\":1}\n");
        Write("dt=2026-01-01/hour=7/b.json", "{\"id\":2}\n");
        Write("dt=2026-01-01/hour=8/_SUCCESS", "");
        Write("dt=2026-01-01/elsewhere/a.txt", "no row");
        await using var engine = new TestEngine();
        await engine.RunAsync(Create("ALTER TABLE t ADD PARTITION (dt = '2026-01-02', hour = 1) PARTITION (hour = '2', dt = DATE '2026-01-02')"));

        string[] all = ["dt=2026-01-01/hour=7", "dt=2026-01-01/hour=8", "dt=2026-01-02/hour=1", "dt=2026-01-02/hour=2"];
        Assert.Equal(all, await engine.RunAsync("SHOW PARTITIONS t"));
        Assert.Equal(all[2..], await engine.RunAsync("SHOW PARTITIONS t PARTITION (dt = '2026-01-02')"));
        Assert.Equal([all[1]], await engine.RunAsync("SHOW PARTITIONS t PARTITION (hour = 8)"));

        Assert.Equal(
            "42710 at 1:19: this partition of table \"t\" exists. Hint: Write IF NOT EXISTS.",
            await engine.ErrorOf("ALTER TABLE t ADD PARTITION (dt = '2026-01-01', hour = 7)"));
        await engine.RunAsync("ALTER TABLE t ADD IF NOT EXISTS PARTITION (dt = '2026-01-01', hour = 7)");
        await engine.RunAsync("ALTER TABLE t DROP PARTITION (dt = '2026-01-01', hour = 7), PARTITION (dt = '2026-01-02', hour = 2)");
        Assert.Equal([all[1], all[2]], await engine.RunAsync("SHOW PARTITIONS t"));
        Assert.False(Directory.Exists(_directory["t/dt=2026-01-01/hour=07"]));
        Assert.StartsWith(
            "42704 at 1:20: this partition of table \"t\" does not exist.",
            await engine.ErrorOf("ALTER TABLE t DROP PARTITION (dt = '2026-01-01', hour = 7)"), StringComparison.Ordinal);
        await engine.RunAsync("ALTER TABLE t DROP IF EXISTS PARTITION (dt = '2026-01-01', hour = 7)");
    }

    [Theory]
    [InlineData("SHOW PARTITIONS t PARTITION (id = 1)", "42P10 at 1:30: column \"id\" is no partition key of table \"t\". Hint: The keys are dt, hour.")]
    [InlineData("SHOW PARTITIONS t PARTITION (dt = 'today')", "22018 at 1:35: value of partition column \"dt\" is no DATE")]
    [InlineData("SHOW PARTITIONS t PARTITION (dt)", "42601 at 1:30: partition column \"dt\" has no value. Hint: Write dt = value.")]
    [InlineData("SHOW PARTITIONS t PARTITION (hour = RAND_INTEGER(3))", "42P10 at 1:37: value of partition column \"hour\" is not constant. Hint: Write a literal.")]
    [InlineData("ALTER TABLE t ADD PARTITION (dt = '2026-01-01')", "22023 at 1:19: a partition of table \"t\" has values of all partition columns; missing: hour. Hint: Write PARTITION (dt = ..., hour = ...).")]
    [InlineData("ALTER TABLE t ADD PARTITION (dt = '2026-01-01', hour = 1) WITH ('a' = 'b')", "0A000 at 1:65: WITH of a partition is not supported yet")]
    [InlineData("INSERT INTO t PARTITION (dt = '2026-13-01') SELECT 1, 'a', 1", "22018 at 1:31: value of partition column \"dt\" is no DATE")]
    [InlineData("INSERT INTO t PARTITION (hour = DATE '2026-01-01') SELECT 1, DATE '2026-01-01', 'a'", "42804 at 1:33: column \"hour\" is of type INT, but the query gives DATE. Hint: Use CAST(... AS INT).")]
    [InlineData("INSERT INTO t PARTITION (dt = '2026-01-01') SELECT 1, DATE '2026-01-01', 'a', 1", "42804 at 1:45: INSERT into \"t\" needs 3 columns, but the query has 4. Detail: The columns are id, v, hour")]
    [InlineData("SHOW PARTITIONS m", "0A000 at 1:17: SHOW PARTITIONS of table \"m\" is not supported: connector 'memory' keeps no partitions. Hint: SELECT DISTINCT over the partition columns lists their values.")]
    [InlineData("ALTER TABLE m DROP PARTITION (a = 1)", "0A000 at 1:13: DROP PARTITION of table \"m\" is not supported: connector 'memory' keeps no partitions. Hint: SELECT DISTINCT over the partition columns lists their values.")]
    [InlineData("SHOW PARTITIONS n", "42809 at 1:17: table \"n\" is not partitioned")]
    [InlineData("CREATE TABLE x (a INT, b INT) PARTITIONED BY (b) WITH ('connector' = 'print')", "0A000 at 1:47: PARTITIONED BY is not supported by connector 'print'. Hint: Leave PARTITIONED BY out; the columns are then kept in the rows.")]
    public async Task What_cannot_be_says_why(string statement, string message)
    {
        await using var engine = new TestEngine();
        await engine.RunAsync(Create(
            "CREATE TABLE m (a INT, b INT) PARTITIONED BY (a) WITH ('connector' = 'memory'); CREATE TABLE n (a INT) WITH ('connector' = 'memory')"));

        Assert.Equal(message, await engine.ErrorOf(statement));
    }

    [Fact]
    public async Task Directories_that_others_fill_are_watched()
    {
        Write("dt=2026-01-01/hour=1/a.json", "{\"id\":1}\n");
        await using var engine = new TestEngine();
        await engine.RunAsync(Create(""));

        Assert.Equal("1,1", await engine.RowsOf("SELECT id, hour FROM t /*+ OPTIONS('source.monitor-interval' = '1 s') */ LIMIT 1"));
    }

    string Create(string then) => $"""
        CREATE TABLE t (id BIGINT, dt DATE, v STRING, hour INT) PARTITIONED BY (dt, hour)
        WITH ('connector' = 'filesystem', 'path' = '{_directory["t"]}', 'format' = 'json');
        {then}
        """;

    void Write(string name, string content)
    {
        var path = _directory[$"t/{name}"];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
    }

    string Text(string partition) => File.ReadAllText(Assert.Single(Directory.GetFiles(_directory[$"t/{partition}"])));
}
