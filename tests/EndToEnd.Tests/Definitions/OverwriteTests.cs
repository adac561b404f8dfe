using SqlStream.Testing;

namespace SqlStream.EndToEnd.Tests.Definitions;

/// <summary>INSERT OVERWRITE and ON CONFLICT.</summary>
public sealed class OverwriteTests : IDisposable
{
    readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task The_rows_of_a_table_of_files_are_replaced()
    {
        await using var engine = new TestEngine();
        await engine.RunAsync($"{Files("t", "")}; INSERT INTO t VALUES (1, 'a'), (2, 'b'); INSERT INTO t VALUES (3, 'c')");
        File.WriteAllText(_directory["t/theirs.json"], "{\"id\":9}\n");
        File.WriteAllText(_directory["t/_notes"], "stays");

        await engine.RunAsync("INSERT OVERWRITE t SELECT id + 10, v FROM t WHERE id <> 2");
        Assert.Equal("11,a | 13,c | 19,NULL", await engine.RowsOf("SELECT * FROM t"));
        Assert.True(File.Exists(_directory["t/_notes"]));

        await engine.RunAsync("INSERT OVERWRITE t SELECT id, v FROM t WHERE FALSE");
        Assert.Equal("", await engine.RowsOf("SELECT * FROM t"));
        await engine.RunAsync("INSERT INTO t VALUES (4, 'd')");
        Assert.Equal("4,d", await engine.RowsOf("SELECT * FROM t"));
    }

    [Fact]
    public async Task Only_partitions_that_get_rows_are_replaced()
    {
        await using var engine = new TestEngine();
        await engine.RunAsync($"{Files("t", "PARTITIONED BY (v)")}; INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, NULL)");

        await engine.RunAsync("INSERT OVERWRITE t VALUES (4, 'a'), (5, 'c'), (6, NULL)");
        Assert.Equal("2,b | 4,a | 5,c | 6,NULL", await engine.RowsOf("SELECT * FROM t"));
        await engine.RunAsync("INSERT OVERWRITE t PARTITION (v = 'b') SELECT id FROM t WHERE id > 4");
        Assert.Equal("4,a | 5,b | 5,c | 6,NULL | 6,b", await engine.RowsOf("SELECT * FROM t"));
        // The statement names the partition, so that it goes even without a new row.
        await engine.RunAsync("INSERT OVERWRITE t PARTITION (v = 'a') SELECT id FROM t WHERE FALSE");
        await engine.RunAsync("INSERT OVERWRITE t PARTITION (v) SELECT id, v FROM t WHERE FALSE");
        Assert.Equal("5,b | 5,c | 6,NULL | 6,b", await engine.RowsOf("SELECT * FROM t"));
    }

    [Theory]
    [InlineData("")]
    [InlineData(", PRIMARY KEY (id) NOT ENFORCED")]
    public async Task The_rows_of_a_memory_table_are_replaced(string key)
    {
        await using var engine = new TestEngine();
        await engine.RunAsync($"""
            CREATE TABLE m (id INT, v STRING{key}) WITH ('connector' = 'memory');
            INSERT INTO m VALUES (1, 'a'), (2, 'b');
            INSERT OVERWRITE m SELECT id + 1, v FROM m
            """);
        Assert.Equal("2,a | 3,b", await engine.RowsOf("SELECT * FROM m"));
        await engine.RunAsync("INSERT INTO m VALUES (4, 'd'); INSERT OVERWRITE m SELECT id, v FROM m WHERE id > 2; INSERT INTO m VALUES (5, 'e')");
        Assert.Equal("3,b | 4,d | 5,e", await engine.RowsOf("SELECT * FROM m"));
        await engine.RunAsync("INSERT OVERWRITE m SELECT id, v FROM m WHERE FALSE");
        Assert.Equal("", await engine.RowsOf("SELECT * FROM m"));
    }

    [Theory]
    [InlineData("")]
    [InlineData(", PRIMARY KEY (id) NOT ENFORCED")]
    public async Task A_run_that_goes_on_finds_the_replaced_rows_of_a_memory_table(string key)
    {
        var script = $"""
            CREATE TABLE m (id INT, v STRING{key}) WITH ('connector' = 'memory');
            INSERT INTO m VALUES (1, 'a'), (2, 'b');
            INSERT OVERWRITE m SELECT id + 1, v FROM m;
            INSERT INTO m VALUES (7, 'g');
            """;
        await using (var engine = new TestEngine(_directory["data"], script))
            Assert.Equal("2,a | 3,b | 7,g", await engine.RowsOf(script + "SELECT * FROM m"));
        await using var again = new TestEngine(_directory["data"], script);
        Assert.Equal("2,a | 3,b | 7,g", await again.RowsOf(script + "SELECT * FROM m"));
    }

    [Fact]
    public async Task Updates_of_a_stream_are_folded_before_they_replace_anything()
    {
        await using var engine = new TestEngine();
        await engine.RunAsync("""
            SET 'execution.runtime-mode' = 'streaming';
            CREATE TABLE words (w STRING) WITH ('connector' = 'memory');
            CREATE TABLE counts (w STRING, n BIGINT, PRIMARY KEY (w) NOT ENFORCED) WITH ('connector' = 'memory');
            INSERT INTO words VALUES ('a'), ('b'), ('a');
            INSERT INTO counts VALUES ('z', 9);
            INSERT OVERWRITE counts SELECT w, COUNT(*) FROM words GROUP BY w
            """);
        Assert.Equal("a,2 | b,1", await engine.RowsOf("SELECT * FROM counts"));
    }

    [Fact]
    public async Task A_row_whose_key_is_there_is_left_out_replaces_or_fails()
    {
        await using var engine = new TestEngine();
        await engine.RunAsync("""
            CREATE TABLE m (day DATE, id INT, v STRING, PRIMARY KEY (id, day) NOT ENFORCED) WITH ('connector' = 'memory');
            INSERT INTO m VALUES (DATE '2026-01-01', 1, 'a');
            INSERT INTO m VALUES (DATE '2026-01-01', 1, 'b'), (DATE '2026-01-01', 2, 'c'), (DATE '2026-01-01', 2, 'd') ON CONFLICT DO NOTHING
            """);
        Assert.Equal("2026-01-01,1,a | 2026-01-01,2,c", await engine.RowsOf("SELECT * FROM m"));

        const string conflict = "INSERT INTO m VALUES (DATE '2026-01-01', 3, 'e'), (DATE '2026-01-01', 2, 'f') ON CONFLICT DO ERROR";
        Assert.Contains(
            "23505: table \"m\" has a row with key (id, day) = (2, 2026-01-01)", await engine.ErrorOf(conflict), StringComparison.Ordinal);
        Assert.Equal("2026-01-01,1,a | 2026-01-01,2,c", await engine.RowsOf("SELECT * FROM m"));
        Assert.Contains("23505", await engine.ErrorOf("INSERT INTO m VALUES (DATE '2026-01-02', 3, 'e'), (DATE '2026-01-02', 3, 'f') ON CONFLICT DO ERROR"), StringComparison.Ordinal);

        await engine.RunAsync("INSERT INTO m VALUES (DATE '2026-01-01', 2, 'g'), (DATE '2026-01-02', 2, 'h') ON CONFLICT DO DEDUPLICATE");
        Assert.Equal("2026-01-01,1,a | 2026-01-01,2,g | 2026-01-02,2,h", await engine.RowsOf("SELECT * FROM m"));
    }

    [Fact]
    public async Task What_was_left_out_stays_out_when_the_run_goes_on()
    {
        const string script = """
            CREATE TABLE m (id INT, v STRING, PRIMARY KEY (id) NOT ENFORCED) WITH ('connector' = 'memory');
            INSERT INTO m VALUES (1, 'a');
            INSERT INTO m VALUES (1, 'b'), (2, 'c') ON CONFLICT DO NOTHING;
            """;
        await using (var engine = new TestEngine(_directory["data"], script))
            await engine.RunAsync(script);
        await using var again = new TestEngine(_directory["data"], script);
        Assert.Equal("1,a | 2,c", await again.RowsOf(script + "SELECT * FROM m"));
    }

    [Theory]
    [InlineData("INSERT OVERWRITE t SELECT id, v FROM stream", "SS001 at 1:18: INSERT OVERWRITE of table \"t\" needs a query that ends: the old rows go when the last new one has come. Hint: Bound the tables of the query by their options, or use INSERT INTO.")]
    [InlineData("INSERT OVERWRITE p SELECT 1, 'a'", "0A000 at 1:1: INSERT OVERWRITE of a table of connector 'print' is not supported. Hint: Tables of connectors 'filesystem' and 'memory' can be overwritten.")]
    [InlineData("INSERT OVERWRITE mp PARTITION (v = 'a') SELECT 1", "0A000 at 1:1: INSERT OVERWRITE of partitioned table \"mp\" is not supported: connector 'memory' keeps no partitions. Hint: Leave PARTITIONED BY out of CREATE TABLE to overwrite the whole table, or use connector 'filesystem'.")]
    [InlineData("EXECUTE STATEMENT SET BEGIN INSERT OVERWRITE t SELECT 1, 'a'; INSERT INTO t SELECT 2, 'b'; END", "0A000 at 1:46: table \"t\" is overwritten and written by another INSERT of the same statement set. Hint: Use one INSERT OVERWRITE with UNION ALL, or two statements.")]
    [InlineData("INSERT INTO t SELECT 1, 'a' ON CONFLICT DO NOTHING", "42P10 at 1:1: ON CONFLICT needs a primary key, and table \"t\" has none. Hint: Declare PRIMARY KEY (...) NOT ENFORCED in CREATE TABLE.")]
    [InlineData("INSERT INTO k SELECT 1, 'a' ON CONFLICT DO DEDUPLICATE", "0A000 at 1:1: ON CONFLICT of a table of connector 'filesystem' is not supported: it does not know the keys that the table holds. Hint: Tables of connector 'memory' know their keys.")]
    [InlineData("INSERT OVERWRITE mk SELECT 1, 'a' ON CONFLICT DO NOTHING", "0A000 at 1:1: ON CONFLICT of INSERT OVERWRITE is not supported yet. Hint: INSERT OVERWRITE a table, then INSERT INTO it ON CONFLICT.")]
    public async Task What_cannot_be_says_why(string statement, string message)
    {
        await using var engine = new TestEngine();
        await engine.RunAsync($"""
            {Files("t", "")};
            {Files("k", "").Replace("v STRING", "v STRING, PRIMARY KEY (id) NOT ENFORCED", StringComparison.Ordinal)};
            CREATE TABLE p (id INT, v STRING) WITH ('connector' = 'print');
            CREATE TABLE mp (id INT, v STRING) PARTITIONED BY (v) WITH ('connector' = 'memory');
            CREATE TABLE mk (id INT, v STRING, PRIMARY KEY (id) NOT ENFORCED) WITH ('connector' = 'memory');
            CREATE TABLE stream (id INT, v STRING) WITH ('connector' = 'datagen')
            """);

        Assert.Equal(message, await engine.ErrorOf(statement));
    }

    [Fact]
    public async Task Conflicts_of_rows_that_change_are_refused_with_the_reason()
    {
        await using var engine = new TestEngine();
        await engine.RunAsync("""
            CREATE TABLE mk (id INT, n BIGINT, PRIMARY KEY (id) NOT ENFORCED) WITH ('connector' = 'memory');
            SET 'execution.runtime-mode' = 'streaming'
            """);

        Assert.StartsWith(
            "0A000 at 1:13: ON CONFLICT DO NOTHING or ERROR of a query that changes rows which it gave before is not supported.",
            await engine.ErrorOf("INSERT INTO mk SELECT n, COUNT(*) FROM (VALUES 1, 1) AS t (n) GROUP BY n ON CONFLICT DO NOTHING"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_shows_in_which_way_rows_are_inserted()
    {
        await using var engine = new TestEngine();
        await engine.RunAsync("CREATE TABLE mk (id INT, PRIMARY KEY (id) NOT ENFORCED) WITH ('connector' = 'memory')");

        Assert.Contains("Sink(mk: id, not null: [id], overwrites)", await Text("INSERT OVERWRITE mk SELECT NULLIF(1, 2)"), StringComparison.Ordinal);
        Assert.Contains("Sink(mk: id, keeps rows of the same key)", await Text("INSERT INTO mk SELECT 1 ON CONFLICT DO NOTHING"), StringComparison.Ordinal);
        Assert.Contains("Sink(mk: id, fails on rows of the same key)", await Text("INSERT INTO mk SELECT 1 ON CONFLICT DO ERROR"), StringComparison.Ordinal);

        async Task<string> Text(string statement) => string.Concat(await engine.RunAsync("EXPLAIN " + statement));
    }

    string Files(string name, string partitions) =>
        $"CREATE TABLE {name} (id INT, v STRING) {partitions} WITH ('connector' = 'filesystem', 'path' = '{_directory[name]}', 'format' = 'json')";
}
