using System.Linq.Expressions;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;
using SqlStream.Engine.Rows;
using SqlStream.Engine.Tests.Support;
using SqlStream.Engine.UserFunctions;

namespace SqlStream.Engine.Tests.Embedding;

/// <summary>Rows, names and functions that do not fit, and many threads at once.</summary>
public sealed class WrongUseTests
{
    sealed record Pair(int A, string? B);

    sealed class Nothing
    {
        public int C => 1;
    }

    struct Point
    {
        public int A { get; set; }
    }

    static class Generic<T>
    {
        public sealed record Inner(T Celsius);
    }

    [Fact]
    public async Task Rows_that_are_none_are_refused()
    {
        await using var scope = await EngineScope.OpenAsync("CREATE TABLE m (a INT, b STRING) WITH ('connector' = 'memory'); CREATE TABLE one (a INT) WITH ('connector' = 'memory'); CREATE VIEW v AS SELECT 1 AS a");
        var engine = scope.Engine;
        var schema = new Schema([new Field("a", SqlType.Int), new Field("b", SqlType.String)]);
        Assert.Equal("22004: a row of type Pair is null (Leave it out, or write a row whose values are null.)", await Error(() => engine.InsertAsync("m", new Pair[] { new(1, "x"), null! })));
        Assert.Equal("22004: a row of type Row is null (Leave it out, or write a row whose values are null.)", await Error(() => engine.InsertAsync("m", new Row[] { null! })));
        Assert.StartsWith("22023: a row of kind -D cannot be written", await Error(() => engine.InsertAsync("m", [new Row(schema, RowKind.Delete, 1, "x")])), StringComparison.Ordinal);
        Assert.Equal("42804: column \"a\" of type INT cannot be written from string (Write it from int.)", await Error(() => engine.InsertAsync("m", [new Row(schema, RowKind.Insert, "x", "y")])));
        Assert.Equal("42804: type Row has 1 values, but there are 2 columns", EngineScope.Text(Assert.Throws<SqlException>(() => new Row(schema, RowKind.Insert, 1))));
        Assert.Equal("42804: type Row has 2 values, but there are 1 columns", await Error(() => engine.InsertAsync("one", [new Row(schema, RowKind.Insert, 1, "x")])));
        Assert.Equal("42703: type Nothing has no member for any column (Columns are a, b.)", await Error(() => engine.InsertAsync("m", [new Nothing()])));
        Assert.StartsWith("42804: rows cannot be of type Point?", await Error(() => engine.InsertAsync("m", new Point?[] { null })), StringComparison.Ordinal);
        Assert.StartsWith("42804: rows cannot be of type ValueTuple<int, string>?", await Error(() => engine.InsertAsync("m", new (int, string)?[] { (1, "x") })), StringComparison.Ordinal);
        Assert.StartsWith("42804: type int has 1 values, but there are 2 columns", await Error(() => engine.InsertAsync("m", [1])), StringComparison.Ordinal);
        Assert.Equal("42703: member \"Celsius\" of type Inner<int> has no column (Columns are a, b.)", await Error(() => engine.InsertAsync("m", [new Generic<int>.Inner(1)])));
        foreach (var name in new[] { "", "m; DROP TABLE m", "m x", "IF EXISTS m", "1", "v", "a.b.c.d" })
            Assert.StartsWith("42602: \"" + name + "\" is not the name of a table", await Error(() => engine.InsertAsync(name, [(1, "x")])), StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentNullException>(() => engine.InsertAsync(null!, [(1, "x")]));
        await Assert.ThrowsAsync<ArgumentNullException>(() => engine.InsertAsync<Pair>("m", (IAsyncEnumerable<Pair>)null!));
        await Assert.ThrowsAsync<ArgumentNullException>(() => engine.ExecuteAsync(null!));
        await Assert.ThrowsAsync<ArgumentNullException>(() => scope.QueryAsync<int>(null!));
        // What the rows themselves raise comes as it is, and nothing stays behind.
        await Assert.ThrowsAsync<InvalidTimeZoneException>(() => engine.InsertAsync("m", Failing()));
        await Assert.ThrowsAsync<TaskCanceledException>(() => engine.InsertAsync("m", [(1, "x")], new CancellationToken(canceled: true)));
        Assert.Equal(["m", "one", "v"], await scope.QueryAsync<string>("SHOW TABLES"));
        Assert.Empty(engine.Jobs.All);

        static IEnumerable<Pair> Failing()
        {
            yield return new Pair(1, "x");
            throw new InvalidTimeZoneException();
        }

        static async Task<string> Error(Func<Task> action) => EngineScope.Text(await Assert.ThrowsAsync<SqlException>(action));
    }

    delegate int ByReference(ref int x);

    [Fact]
    public async Task Functions_of_any_delegate_work_or_say_why_not()
    {
        await using var scope = await EngineScope.OpenAsync();
        var engine = scope.Engine;
        (Delegate Function, string Error)[] wrong =
        [
            ((uint x) => 1, "42804: parameter x of function F is of type UInt32"), ((char x) => 1, "42804: parameter x of function F is of type Char"),
            ((object x) => 1, "42804: parameter x of function F is of type object"), ((Guid x) => 1, "42804: parameter x of function F is of type Guid"),
            ((int x) => { }, "42804: result of function F is of type Void"), ((int x) => Task.FromResult(x), "42804: result of function F is of type Task<int>"),
            ((ByReference)((ref int x) => x), "42804: parameter x of function F is of type Int32&"), ((Generic<int>.Inner x) => 1, "42804: parameter x of function F is of type Inner<int>"),
            ((int a, int b, int c, int d, int e, int f, int g) => 1, "54001: function F has more than 6 parameters"),
        ];
        foreach (var (function, error) in wrong)
            Assert.StartsWith(error, EngineScope.Text(Assert.Throws<SqlException>(() => engine.RegisterFunction("f", function))), StringComparison.Ordinal);
        Assert.StartsWith("42804", EngineScope.Text(Assert.Throws<SqlException>(() => engine.RegisterFunction("f", (int x) => x, new FunctionOptions { ReturnType = SqlType.Date }))), StringComparison.Ordinal);
        foreach (var name in new[] { null, "", "a b", "f(", "é" })
            Assert.StartsWith("42602", EngineScope.Text(Assert.Throws<SqlException>(() => engine.RegisterFunction(name!, (int x) => x))), StringComparison.Ordinal);
        Assert.Throws<ArgumentNullException>(() => engine.RegisterFunction("f", null!));
        // Methods of the first argument, and what was compiled at run time.
        engine.RegisterFunction("trimmed", typeof(string).GetMethod(nameof(string.Trim), [])!.CreateDelegate<Func<string, string>>());
        Expression<Func<string?, int, string>> repeat = (text, count) => string.Concat(Enumerable.Repeat(text, count));
        engine.RegisterFunction("repeated", repeat.Compile());
        engine.RegisterFunction("nothing", (string s) => (string)null!);
        engine.RegisterFunction("gives_up", (int x) => x > 0 ? throw new OperationCanceledException("enough") : x);
        engine.RegisterTableFunction("holes", (int x) => new Pair?[] { new(x, "x"), null });
        Assert.Equal("+I(a, bb, NULL)", await scope.TextAsync("SELECT trimmed(' a '), repeated('b', 2), nothing('c')"));
        Assert.StartsWith("38000: function GIVES_UP failed: enough", await scope.ErrorOfAsync<int>("SELECT gives_up(x) FROM (VALUES 1) AS t (x)"), StringComparison.Ordinal);
        Assert.StartsWith("22004: a row of type Pair is null", await scope.ErrorOfAsync<int>("SELECT h.A FROM (VALUES 1) AS t (x), LATERAL TABLE(holes(x)) AS h"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_threads_may_use_one_engine()
    {
        await using var scope = await EngineScope.OpenAsync("CREATE TABLE p (x INT) WITH ('connector' = 'push', 'bounded' = 'true')");
        var engine = scope.Engine;
        var writer = await engine.OpenWriterAsync<int>("p");
        var sum = scope.QueryAsync<int>("SELECT SUM(x) FROM p");
        await Task.WhenAll(Enumerable.Range(0, 6).Select(i => Task.Run(async () =>
        {
            await engine.ExecuteAsync($"CREATE TABLE t{i} (x INT) WITH ('connector' = 'memory')", scope.Limit);
            engine.RegisterFunction($"f{i}", (int x) => x + i);
            await engine.InsertAsync($"t{i}", [i, 10 * i], scope.Limit);
            Assert.Equal([2 * i, 11 * i], (await scope.QueryAsync<int>($"SELECT f{i}(x) FROM t{i}")).Order());
            await Assert.ThrowsAsync<SqlException>(() => engine.ExecuteAsync("DROP TABLE nix"));
            await writer.WriteAsync(Enumerable.Repeat(1, 1000), scope.Limit);
        })));
        writer.Complete();
        Assert.Equal([6000], await sum);
        Assert.Equal(7, (await scope.QueryAsync<string>("SHOW TABLES")).Count);
    }
}
