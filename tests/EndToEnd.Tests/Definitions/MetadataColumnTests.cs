using SqlStream.Testing;

namespace SqlStream.EndToEnd.Tests.Definitions;

/// <summary>Metadata columns of connector <c>filesystem</c>.</summary>
public sealed class MetadataColumnTests : IDisposable
{
    readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Every_row_knows_the_file_that_it_comes_from()
    {
        Write("one.json", "{\"a\":1}\n{\"a\":2}\n");
        Write("sub/two.json", "{\"a\":3}\n");
        await using var engine = new TestEngine();
        await engine.RunAsync($"""
            CREATE TABLE t (p STRING METADATA FROM 'file.path' VIRTUAL, a INT, n STRING METADATA FROM 'file.name' VIRTUAL,
                s SMALLINT METADATA FROM 'file.size' VIRTUAL, m STRING METADATA FROM 'file.modification-time' VIRTUAL, b AS n || CAST(s AS STRING))
            WITH ('connector' = 'filesystem', 'path' = '{_directory.Path}', 'format' = 'json')
            """);
        Assert.Equal(
            $"1,one.json,16,one.json16,2026-03-04 05:06:07.890 | 2,one.json,16,one.json16,2026-03-04 05:06:07.890 | 3,two.json,8,two.json8,2026-03-04 05:06:07.890",
            await engine.RowsOf("SELECT a, n, s, b, m FROM t"));
        Assert.Equal($"{_directory.Path}/one.json,2 | {_directory.Path}/sub/two.json,1", await engine.RowsOf(
            "SELECT p, n FROM (SELECT p, COUNT(*) AS n FROM t GROUP BY p)"));
        Assert.Equal("two.json", await engine.RowsOf("SELECT n FROM t WHERE a > 2"));
    }

    // A file that would fail the job shows which files are read.
    [Fact]
    public async Task Files_that_a_filter_leaves_out_are_not_read()
    {
        Write("one.json", "{\"a\":1}\n");
        Write("two.json", "{\"a\":2}\n");
        Write("broken.json", "{\"a\":\n");
        await using var engine = new TestEngine();
        await engine.RunAsync($"""
            CREATE TABLE t (p STRING METADATA FROM 'file.path' VIRTUAL, a INT, n STRING METADATA FROM 'file.name' VIRTUAL, short AS SPLIT_INDEX(n, '.', 0))
            WITH ('connector' = 'filesystem', 'path' = '{_directory.Path}', 'format' = 'json')
            """);
        Assert.Equal("1", await engine.RowsOf("SELECT a FROM t WHERE n = 'one.json'"));
        Assert.Equal("2", await engine.RowsOf($"SELECT a FROM t WHERE p LIKE '{_directory.Path}/t%' AND a > 1"));
        Assert.Equal("1 | 2", await engine.RowsOf("SELECT a FROM t WHERE n <> 'broken.json'"));
        Assert.Equal("1 | 2", await engine.RowsOf("SELECT a FROM t WHERE CHAR_LENGTH(n) < 9"));
        Assert.Equal("1 | 2", await engine.RowsOf("SELECT a FROM (SELECT a, n FROM t WHERE n = 'one.json' UNION ALL SELECT a, n FROM t WHERE n = 'two.json')"));
        Assert.Equal("1", await engine.RowsOf("SELECT a FROM t WHERE short = 'one'"));
        Assert.Equal("", await engine.RowsOf("SELECT a FROM t WHERE n IS NULL"));
        Assert.Contains("broken.json:1", await engine.ErrorOf("SELECT a FROM t"), StringComparison.Ordinal);
        Assert.Contains("broken.json:1", await engine.ErrorOf("SELECT a FROM t WHERE n = 'one.json' OR a = 2"), StringComparison.Ordinal);
        Assert.Contains("broken.json:1", await engine.ErrorOf("SELECT a FROM t WHERE n = 'one.json' UNION ALL SELECT a FROM t"), StringComparison.Ordinal);
        // What raises an error while files are chosen raises it for the rows.
        Assert.Contains("22018", await engine.ErrorOf("SELECT a FROM t WHERE CAST(n AS INT) > 1 AND n <> 'broken.json'"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Changes_keep_their_kinds()
    {
        Write("c.json", """
            {"op":"+I","data":{"a":1}}
            {"op":"+I","data":{"a":2}}
            {"op":"-D","data":{"a":1}}

            """);
        await using var engine = new TestEngine();
        await engine.RunAsync($"""
            CREATE TABLE t (a INT, n STRING METADATA FROM 'file.name' VIRTUAL)
            WITH ('connector' = 'filesystem', 'path' = '{_directory.Path}', 'format' = 'changelog-json', 'changelog-json.mode' = 'I,UB,UA,D')
            """);
        Assert.Equal("c.json,2", await engine.RowsOf("SELECT n, SUM(a) AS s FROM t GROUP BY n"));
    }

    [Fact]
    public async Task They_cannot_be_written()
    {
        await using var engine = new TestEngine();
        await engine.RunAsync($"""
            CREATE TABLE t (a INT, s BIGINT METADATA FROM 'file.size') WITH ('connector' = 'filesystem', 'path' = '{_directory.Path}', 'format' = 'json');
            CREATE TABLE v (s BIGINT METADATA FROM 'file.size' VIRTUAL, a INT) WITH ('connector' = 'filesystem', 'path' = '{_directory.Path}/v', 'format' = 'json');
            INSERT INTO v VALUES (5)
            """);
        Assert.Equal("8,5", await engine.RowsOf("SELECT * FROM v"));
        Assert.Equal(
            "42P16 at 1:13: column \"s\" cannot be written: metadata 'file.size' can only be read. Hint: Declare \"s\" as METADATA ... VIRTUAL, so that INSERT leaves it out.",
            await engine.ErrorOf("INSERT INTO t VALUES (1, 2)"));
    }

    void Write(string name, string content)
    {
        var path = Path.Combine(_directory.Path, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        File.SetLastWriteTimeUtc(path, new DateTime(2026, 3, 4, 5, 6, 7, 890, DateTimeKind.Utc));
    }
}
