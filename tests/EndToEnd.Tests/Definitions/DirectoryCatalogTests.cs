using SqlStream.Core.Diagnostics;
using SqlStream.Testing;

namespace SqlStream.EndToEnd.Tests.Definitions;

/// <summary>Catalogs that a directory keeps.</summary>
public sealed class DirectoryCatalogTests : IDisposable
{
    readonly TemporaryDirectory _directory = new();

    string Create => $"CREATE CATALOG IF NOT EXISTS c WITH ('type' = 'filesystem', 'path' = '{_directory.Path}')";

    string CatalogFile => Path.Combine(_directory.Path, "catalog.json");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Everything_in_it_is_there_for_another_process()
    {
        IReadOnlyList<string> table, view;
        await using (var first = new TestEngine())
        {
            await first.RunAsync($"""
                {Create};
                USE CATALOG c;
                CREATE DATABASE d COMMENT 'it''s' WITH ('k' = 'v');
                USE d;
                CREATE TABLE t (id INT COMMENT 'the key', name STRING, ts TIMESTAMP(3), twice AS id * 2, n STRING METADATA FROM 'file.name' VIRTUAL,
                    CONSTRAINT pk PRIMARY KEY (id) NOT ENFORCED, WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)
                    COMMENT 'a table' WITH ('connector' = 'filesystem', 'path' = '/tmp/x', 'format' = 'changelog-json');
                CREATE VIEW v (a COMMENT 'x', b) AS SELECT id, name FROM t -- the end
                ;
                CREATE TEMPORARY TABLE gone (a INT) WITH ('connector' = 'blackhole')
                """);
            table = await first.RunAsync("SHOW CREATE TABLE t");
            view = await first.RunAsync("SHOW CREATE VIEW v");
        }
        await using var second = new TestEngine();
        await second.RunAsync($"{Create}; USE c.d");
        Assert.Equal("t | v", await second.RowsOf("SHOW TABLES"));
        Assert.Equal(table, await second.RunAsync("SHOW CREATE TABLE t"));
        Assert.Equal(view, await second.RunAsync("SHOW CREATE VIEW v"));
        Assert.Equal("catalog,c | comment,it's | name,d | option:k,v", await second.RowsOf("DESCRIBE DATABASE EXTENDED d"));
        Assert.Equal("a,INT,False,NULL,NULL,NULL,x | b,STRING,True,NULL,NULL,NULL,NULL", await second.RowsOf("DESCRIBE v"));
    }

    [Fact]
    public async Task A_catalog_may_have_another_name_in_another_session()
    {
        await using var engine = new TestEngine();
        await engine.RunAsync($"{Create}; CREATE TABLE c.`default`.t (a INT) WITH ('connector' = 'blackhole')");
        var session = engine.Engine.OpenSession();
        await engine.RunAsync($"CREATE CATALOG other WITH ('type' = 'filesystem', 'path' = 'file://{_directory.Path}'); USE CATALOG other", session);
        Assert.Equal(["t"], await engine.RunAsync("SHOW TABLES", session));
        Assert.Contains("`other`.`default`.`t`", (await engine.RunAsync("SHOW CREATE TABLE t", session))[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_view_whose_table_was_dropped_is_kept_and_says_so_when_it_is_used()
    {
        await using (var first = new TestEngine())
        {
            await first.RunAsync($"""
                {Create}; USE CATALOG c;
                CREATE TABLE t (a INT) WITH ('connector' = 'memory'); CREATE VIEW v AS SELECT a FROM t; DROP TABLE t
                """);
        }
        await using var second = new TestEngine();
        await second.RunAsync($"{Create}; USE CATALOG c");
        Assert.Equal(["a,INT,True,NULL,NULL,NULL"], await second.RunAsync("DESCRIBE v"));
        Assert.StartsWith("42P01 at 1:15: table or view \"t\" does not exist. Detail: The error is inside", await second.ErrorOf("SELECT * FROM v"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Changes_of_another_session_are_not_overwritten()
    {
        await using var engine = new TestEngine();
        await engine.RunAsync($"{Create}; USE CATALOG c");
        var other = engine.Engine.OpenSession();
        await engine.RunAsync($"{Create}; CREATE TABLE c.`default`.t (a INT) WITH ('connector' = 'blackhole')", other);
        const string create = "CREATE TABLE u (a INT) WITH ('connector' = 'blackhole')";
        Assert.Equal(
            "55006: catalog \"c\" has been changed by another session. Hint: Its present content has been read; execute the statement again.",
            await engine.ErrorOf(create));
        await engine.RunAsync(create);
        Assert.Equal("t | u", await engine.RowsOf("SHOW TABLES"));
        Assert.Equal("t", string.Join('|', await engine.RunAsync("SHOW TABLES FROM c.`default`", other)));
        Assert.Equal("t|u", string.Join('|', await engine.RunAsync("USE CATALOG c; SHOW TABLES", other)));
    }

    [Theory]
    [InlineData("\"generation\": 1", "\"generation\": 7", "XX001")]
    [InlineData("\n}\n", "\n", "XX001")]
    [InlineData("\"crc32c\"", "\"crc\"", "XX001")]
    [InlineData("\"formatVersion\": 1", "\"formatVersion\": 2", "0A000")]
    public async Task A_damaged_or_newer_file_is_named(string find, string put, string sqlState)
    {
        await using (var first = new TestEngine())
            await first.RunAsync($"{Create}; CREATE TABLE c.`default`.t (a INT, b AS a) WITH ('connector' = 'memory')");
        var text = await File.ReadAllTextAsync(CatalogFile);
        await File.WriteAllTextAsync(CatalogFile, text.Replace(find, put, StringComparison.Ordinal));
        await using var second = new TestEngine();
        var error = await second.ErrorOf(Create);
        Assert.StartsWith(sqlState, error, StringComparison.Ordinal);
        Assert.Contains(CatalogFile, error, StringComparison.Ordinal);
        Assert.Equal(["default_catalog"], await second.RunAsync("SHOW CATALOGS"));
    }

    [Fact]
    public async Task An_object_that_cannot_be_used_any_more_is_named()
    {
        await using (var first = new TestEngine())
            await first.RunAsync($"{Create}; CREATE TABLE c.`default`.t (a INT) WITH ('connector' = 'manual')");
        await using var second = Engine.SqlStreamEngine.Open(new Engine.EngineOptions());
        var source = new SourceText(Create);
        var statement = Engine.Sessions.Session.Parse(source)[0];
        var error = await Assert.ThrowsAsync<SqlException>(() => second.OpenSession().ExecuteAsync(statement, source, CancellationToken.None));
        Assert.Equal($"\"default.t\" in catalog file \"{CatalogFile}\" cannot be used: connector 'manual' does not exist", error.Message);
    }

    [Fact]
    public async Task Without_a_path_it_is_in_the_data_directory()
    {
        const string create = "CREATE CATALOG c WITH ('type' = 'filesystem')";
        await using (var first = new TestEngine(_directory.Path))
            await first.RunAsync($"{create}; CREATE DATABASE c.d");
        await using (var second = new TestEngine(_directory.Path))
            Assert.Equal(["d", "default"], await second.RunAsync($"{create}; SHOW DATABASES FROM c"));
        await using var third = new TestEngine();
        Assert.Equal(["catalog \"c\" goes with this process; give it a 'path' to keep it"], await third.RunAsync(create));
    }

    [Fact]
    public async Task A_directory_that_cannot_be_made_is_an_error_of_the_outside()
    {
        var file = Path.Combine(_directory.Path, "file");
        await File.WriteAllTextAsync(file, "");
        await using var engine = new TestEngine();
        await engine.RunAsync($"CREATE CATALOG c WITH ('type' = 'filesystem', 'path' = '{file}/c')");
        await Assert.ThrowsAsync<ExternalException>(() => engine.RunAsync("CREATE DATABASE c.d"));
        Assert.Equal(["default"], await engine.RunAsync("SHOW DATABASES FROM c"));
    }
}
