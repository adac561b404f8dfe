using SqlStream.Core.Diagnostics;
using SqlStream.Engine.Tests.Support;
using SqlStream.Engine.UserFunctions;

namespace SqlStream.Engine.Tests.UserFunctions;

public sealed class TableFunctionTests
{
    sealed record Part(int Number, string? Text);

    const string Texts = "(VALUES (1, 'a b'), (2, NULL), (3, 'c'), (4, '')) AS t (x, s)";

    [Theory]
    [InlineData(1)]
    [InlineData(4096)]
    public async Task Rows_of_a_call_are_joined_to_its_row(int batchRows)
    {
        await using var scope = await EngineScope.OpenAsync(options: new EngineOptions { BatchRows = batchRows });
        scope.Engine.RegisterTableFunction(
            "parts", (string s) => s.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select((text, i) => new Part(i, text == "b" ? null : text)));
        Assert.Equal(
            "+I(1, 0, a) | +I(1, 1, NULL) | +I(3, 0, c)",
            await scope.TextAsync($"SELECT x, p.`Number`, p.`Text` FROM {Texts}, LATERAL TABLE(parts(s)) AS p"));
        Assert.Equal(
            "+I(1, NULL) | +I(1, a) | +I(2, NULL) | +I(3, c) | +I(4, NULL)",
            await scope.TextAsync($"SELECT x, p.b FROM {Texts} LEFT JOIN LATERAL TABLE(parts(s)) AS p (a, b) ON TRUE"));
    }

    [Fact]
    public async Task Arrays_and_lists_are_rows_too()
    {
        await using var scope = await EngineScope.OpenAsync();
        scope.Engine.RegisterTableFunction("words", (string text) => text.Split(' '));
        scope.Engine.RegisterTableFunction("numbers", (int x) => new List<int> { x, 10 * x });
        scope.Engine.RegisterTableFunction("none", (int x) => (int[])null!);
        Assert.Equal(["a", "b", "c", ""], await scope.QueryAsync<string>($"SELECT w.v FROM {Texts}, LATERAL TABLE(words(s)) AS w (v)"));
        Assert.Equal([1, 10], await scope.QueryAsync<int>("SELECT n.v FROM (VALUES 1) AS t (x), LATERAL TABLE(numbers(x)) AS n (v)"));
        Assert.Empty(await scope.QueryAsync<int>("SELECT n.v FROM (VALUES 1) AS t (x), LATERAL TABLE(none(x)) AS n (v)"));
    }

    [Fact]
    public async Task Many_rows_are_made_as_there_is_room()
    {
        await using var scope = await EngineScope.OpenAsync();
        var made = 0;
        scope.Engine.RegisterTableFunction("endless", (int x) => Enumerable.Range(0, int.MaxValue).Select(i => (Interlocked.Increment(ref made), (string?)$"{x}")));
        await foreach (var (number, text) in scope.Engine.QueryAsync<(int, string?)>($"SELECT e.f0, e.f1 FROM {Texts}, LATERAL TABLE(endless(x)) AS e"))
        {
            Assert.Equal((1, "1"), (number, text));
            break;
        }
        Assert.InRange(made, 1, 1_000_000);
    }

    [Fact]
    public async Task Exceptions_are_errors_or_the_end_of_the_rows()
    {
        await using var scope = await EngineScope.OpenAsync();
        scope.Engine.RegisterTableFunction("fails", Fails);
        scope.Engine.RegisterTableFunction("forgives", Fails, new FunctionOptions { OnFailure = FunctionFailure.Null });
        Assert.StartsWith("38000: function FAILS failed: not two", await scope.ErrorOfAsync<int>($"SELECT f.v FROM {Texts}, LATERAL TABLE(fails(x)) AS f (v)"), StringComparison.Ordinal);
        Assert.Equal([10, 11, 20, 30, 31, 40, 41], await scope.QueryAsync<int>($"SELECT f.v FROM {Texts}, LATERAL TABLE(forgives(x)) AS f (v)"));
        Assert.StartsWith("42804: result of table function G", EngineScope.Text(Assert.Throws<SqlException>(() => scope.Engine.RegisterTableFunction("g", (int x) => x))), StringComparison.Ordinal);
        Assert.StartsWith("42723", EngineScope.Text(Assert.Throws<SqlException>(() => scope.Engine.RegisterFunction("fails", (int x) => x))), StringComparison.Ordinal);

        static IEnumerable<int> Fails(int x)
        {
            yield return 10 * x;
            if (x == 2)
                throw new ArgumentException("not two");
            yield return (10 * x) + 1;
        }
    }
}
