using SqlStream.Core.Diagnostics;
using SqlStream.Core.Rows;
using SqlStream.Engine.Results;
using SqlStream.Engine.Tests.Support;

namespace SqlStream.Engine.Tests.Embedding;

public sealed class QueryTests
{
    public sealed record Order(long Id, string Customer, decimal? Total);

    public sealed record Everything(
        bool Flag, sbyte Tiny, short Small, int Int, long Big, float Real, double Double, decimal Decimal, string Text, byte[] Bytes, DateOnly Day, TimeOnly Clock,
        DateTime Local, DateTimeOffset Instant, TimeSpan Span, int Months, int?[] List, IReadOnlyDictionary<string, int> Map, Point Point);

    public sealed record Point(int X, double? Y);

    public sealed class Settable
    {
        public int WindowSize { get; set; }

        public string? Name { get; init; }

        public int Unused { get; set; } = 7;
    }

    public enum Colour
    {
        Red,
        Green,
    }

    [Fact]
    public async Task Columns_become_parameters_of_the_constructor_by_name()
    {
        await using var scope = await EngineScope.OpenAsync();
        Assert.Equal(
            [new Order(1, "ada", 12.50m), new Order(2, "bob", null)],
            await scope.QueryAsync<Order>("SELECT * FROM (VALUES (CAST(1 AS BIGINT), 'ada', 12.50), (2, 'bob', NULL)) AS t (id, customer, total)"));
    }

    [Fact]
    public async Task Columns_become_properties_whatever_their_underscores()
    {
        await using var scope = await EngineScope.OpenAsync();
        var value = Assert.Single(await scope.QueryAsync<Settable>("SELECT 5 AS window_size, CAST(NULL AS STRING) AS NAME"));
        Assert.Equal((5, null, 7), (value.WindowSize, value.Name, value.Unused));
    }

    [Fact]
    public async Task Every_type_has_its_dotnet_value()
    {
        await using var scope = await EngineScope.OpenAsync();
        var value = Assert.Single(await scope.QueryAsync<Everything>(
            """
            SELECT TRUE AS flag, CAST(-1 AS TINYINT) AS tiny, CAST(300 AS SMALLINT) AS small, 70000 AS `int`, CAST(5000000000 AS BIGINT) AS big,
              CAST(1.5 AS FLOAT) AS `real`, CAST(2.25 AS DOUBLE) AS `double`, CAST(-123456789012345678901.50 AS DECIMAL(30, 2)) AS `decimal`, 'grüße' AS text,
              x'00FF' AS bytes, DATE '0001-01-01' AS `day`, TIME '13:14:15' AS clock, TIMESTAMP '1969-12-31 23:59:59.123456' AS `local`,
              CAST(TIMESTAMP '2026-01-02 03:04:05' AS TIMESTAMP_LTZ(3)) AS instant, INTERVAL '1 2:03:04.5' DAY TO SECOND AS span,
              INTERVAL '1-2' YEAR TO MONTH AS months, ARRAY[1, NULL, 3] AS list, MAP['a', 1] AS map, ROW(1, 2.5e0) AS point
            """.Replace("ROW(1, 2.5e0)", "CAST(ROW(1, 2.5e0) AS ROW<x INT, y DOUBLE>)", StringComparison.Ordinal)));
        Assert.Equal((true, (sbyte)-1, (short)300, 70000, 5000000000L), (value.Flag, value.Tiny, value.Small, value.Int, value.Big));
        Assert.Equal((1.5f, 2.25, -123456789012345678901.50m, "grüße"), (value.Real, value.Double, value.Decimal, value.Text));
        Assert.Equal([0, 255], value.Bytes);
        Assert.Equal((new DateOnly(1, 1, 1), new TimeOnly(13, 14, 15)), (value.Day, value.Clock));
        Assert.Equal(new DateTime(1969, 12, 31, 23, 59, 59).AddMicroseconds(123456), value.Local);
        Assert.Equal((new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), DateTimeKind.Unspecified), (value.Instant, value.Local.Kind));
        Assert.Equal((new TimeSpan(1, 2, 3, 4, 500), 14), (value.Span, value.Months));
        Assert.Equal([1, null, 3], value.List);
        Assert.Equal((1, 1, 2.5), (value.Map["a"], value.Point.X, value.Point.Y));
    }

    [Fact]
    public async Task Tuples_single_values_and_enums_are_read_too()
    {
        await using var scope = await EngineScope.OpenAsync();
        Assert.Equal([(1, "a"), (2, null)], await scope.QueryAsync<(int, string?)>("SELECT * FROM (VALUES (1, 'a'), (2, NULL)) AS t (x, y)"));
        Assert.Equal([3L], await scope.QueryAsync<long>("SELECT COUNT(*) FROM (VALUES 1, 2, 3) AS t (x)"));
        Assert.Equal([Colour.Green, null], await scope.QueryAsync<Colour?>("SELECT * FROM (VALUES 'green', NULL) AS t (x)"));
    }

    [Fact]
    public async Task Rows_without_a_type_have_values_by_name_and_position()
    {
        await using var scope = await EngineScope.OpenAsync();
        await foreach (var row in scope.Engine.QueryAsync("SELECT 1 AS a, 'x' AS b, ARRAY[ROW(1, 'y')] AS c, MAP['k', 2] AS d, CAST(NULL AS INT) AS e"))
        {
            Assert.Equal((1, "x", RowKind.Insert), (row[0], row["B"], row.Kind));
            Assert.Equal(1, row.Get<int>("a"));
            Assert.Null(row.Get<int?>("e"));
            Assert.Equal("+I(1, x, [(1, y)], {k=2}, NULL)", row.ToString());
            Assert.Equal("42804: column \"a\" of type INT cannot be read as string (It can be read as int; or CAST it.)", EngineScope.Text(Assert.Throws<SqlException>(() => row.Get<string>("a"))));
        }
    }

    [Theory]
    [InlineData("SELECT 1 AS id, 'a' AS customer", "42703: member \"Total\" of type Order has no column (Columns are id, customer.)")]
    [InlineData("SELECT 1 AS id, 'a' AS customer, 1.5 AS total, 2 AS more", "42703: column \"more\" has no member in type Order (Name the columns to read, or give them the names of members with AS.)")]
    [InlineData("SELECT 'x' AS id, 'a' AS customer, 1.5 AS total", "42804: column \"id\" of type CHAR(1) cannot be read as long (It can be read as string; or CAST it.)")]
    [InlineData("SELECT CAST(NULL AS BIGINT) AS id, 'a' AS customer, 1.5 AS total", "22004: column \"id\" is NULL, but Id cannot be null (Make it nullable, or use COALESCE in the query.)")]
    [InlineData("SELECT 1 AS id, CAST(NULL AS STRING) AS customer, 1.5 AS total", "22004: column \"customer\" is NULL, but Customer cannot be null (Make it nullable, or use COALESCE in the query.)")]
    [InlineData("SELECT 1 AS `Id`, 1 AS id2, 'a' AS customer, CAST('99999999999999999999999999999999999999' AS DECIMAL(38, 0)) AS total", "42703: column \"id2\" has no member in type Order (Name the columns to read, or give them the names of members with AS.)")]
    [InlineData("SELECT 1 AS id, 'a' AS customer, CAST('99999999999999999999999999999999999999' AS DECIMAL(38, 0)) AS total", "22003: value has more digits than a .NET decimal holds (CAST it to a shorter DECIMAL, or to STRING.)")]
    [InlineData("SELEC 1", null)]
    public async Task What_does_not_fit_is_said(string sql, string? message)
    {
        await using var scope = await EngineScope.OpenAsync();
        var error = await scope.ErrorOfAsync<Order>(sql);
        if (message is null)
            Assert.StartsWith("42601", error, StringComparison.Ordinal);
        else
            Assert.Equal(message, error);
    }

    [Fact]
    public async Task Updating_results_are_changes()
    {
        await using var scope = await EngineScope.OpenAsync("SET 'execution.runtime-mode' = 'streaming'");
        const string Sql = "SELECT k, COUNT(*) AS n FROM (VALUES 'a', 'b', 'a') AS t (k) GROUP BY k";
        Assert.StartsWith("SS001", await scope.ErrorOfAsync<(string, long)>(Sql), StringComparison.Ordinal);
        var counts = new Dictionary<string, long>();
        await foreach (var change in scope.Engine.ChangesAsync<(string Key, long Count)>(Sql, scope.Limit))
        {
            if (change.IsRemoval)
                Assert.True(counts.Remove(change.Value.Key));
            else
                counts.Add(change.Value.Key, change.Value.Count);
        }
        Assert.Equal(new Dictionary<string, long> { ["a"] = 2, ["b"] = 1 }, counts);
        Assert.Contains(await scope.TextAsync(Sql), new[] { "+I(a, 1) | +I(b, 1) | +U(a, 2) | -U(a, 1)", "+I(a, 2) | +I(b, 1)" });
    }

    [Fact]
    public async Task Statements_give_what_they_give()
    {
        await using var scope = await EngineScope.OpenAsync();
        var results = await scope.Engine.ExecuteAsync("CREATE TABLE m (x INT) WITH ('connector' = 'memory'); SET 'pipeline.name' = 'p'; EXPLAIN SELECT 1; SHOW TABLES");
        Assert.Equal([typeof(DoneResult), typeof(DoneResult), typeof(TextResult), typeof(TableResult)], results.Select(result => result.GetType()));
        Assert.Equal(["m"], await scope.QueryAsync<string>("SHOW TABLES"));
        Assert.Equal("42809: a query gives rows (Read them with QueryAsync or ChangesAsync.)", EngineScope.Text(await Assert.ThrowsAsync<SqlException>(() => scope.Engine.ExecuteAsync("SELECT 1"))));
        Assert.Equal("42601: text holds 2 statements where one is expected (Execute the others with ExecuteAsync; EXECUTE STATEMENT SET makes one job of several INSERTs.)", await scope.ErrorOfAsync<int>("SELECT 1; SELECT 2"));
        Assert.StartsWith("42809: statement gives no rows", await scope.ErrorOfAsync<int>("SET 'pipeline.name' = 'q'"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Leaving_the_loop_ends_the_job()
    {
        await using var scope = await EngineScope.OpenAsync("CREATE TABLE g (x BIGINT) WITH ('connector' = 'datagen')");
        await foreach (var value in scope.Engine.QueryAsync<long?>("SELECT x FROM g", scope.Limit))
        {
            Assert.Single(scope.Engine.Jobs.All);
            break;
        }
        Assert.Empty(scope.Engine.Jobs.All);
    }

    [Fact]
    public async Task Cancellation_ends_a_query_that_waits()
    {
        await using var scope = await EngineScope.OpenAsync("CREATE TABLE p (x INT) WITH ('connector' = 'push')");
        using var source = new CancellationTokenSource();
        var reading = ReadAsync();
        await (await scope.Engine.OpenWriterAsync<int>("p")).WriteAsync(1);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WaitAsync(scope.Limit));
        Assert.Empty(scope.Engine.Jobs.All);

        async Task ReadAsync()
        {
            await foreach (var _ in scope.Engine.QueryAsync<int>("SELECT x FROM p").WithCancellation(source.Token))
                await source.CancelAsync();
        }
    }

    [Fact]
    public async Task Errors_of_rows_come_to_who_reads_them()
    {
        await using var scope = await EngineScope.OpenAsync("SET 'execution.runtime-mode' = 'streaming'");
        Assert.StartsWith("22012: division by zero", await scope.ErrorOfAsync<int>("SELECT 1 / x FROM (VALUES 1, 0) AS t (x)"), StringComparison.Ordinal);
    }
}
