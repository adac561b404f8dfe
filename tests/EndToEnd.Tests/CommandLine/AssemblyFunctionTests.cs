using SqlStream.Engine.UserFunctions;
using SqlStream.EndToEnd.Tests.Rig;

namespace SqlStream.EndToEnd.Tests.CommandLine;

/// <summary>CREATE FUNCTION ... LANGUAGE CSHARP, with the assembly of these tests as the one that holds the classes.</summary>
public sealed class AssemblyFunctionTests
{
    static string Create(string name, string type, string? assembly = null) =>
        $"CREATE FUNCTION {name} AS '{type}' LANGUAGE CSHARP USING ASSEMBLY '{assembly ?? typeof(AssemblyFunctionTests).Assembly.Location}';\n";

    static Task<ProgramResult> RunAsync(string sql) => RunningProgram.RunAsync("-c", sql, "--output", "csv");

    [Fact]
    public async Task Scalar_table_and_aggregate_classes_are_called_by_their_names()
    {
        var functions = Create("twice", typeof(Twice).FullName!) + Create("letters", typeof(Letters).FullName!) + Create("product", typeof(Product).FullName!);
        var result = await RunAsync(functions + """
            CREATE VIEW v AS SELECT twice(a) AS a FROM (VALUES (1), (2), (CAST(NULL AS BIGINT))) AS t(a);
            SELECT a, twice('x') AS b FROM v ORDER BY a;
            SELECT letter FROM LATERAL TABLE(letters('abc')) AS t(letter);
            SELECT product(a) AS p FROM (VALUES (2), (3), (7)) AS t(a);
            SHOW USER FUNCTIONS;
            """);
        Assert.Equal("a,b\n,xx\n2,xx\n4,xx\nletter\na\nb\nc\np\n42\nfunction name\nletters\nproduct\ntwice\n", result.Exits(0).Output);
    }

    [Fact]
    public async Task What_is_wrong_is_told_at_the_statement_that_names_it()
    {
        using var work = new WorkDirectory();
        work.Write("no.dll", "no assembly");
        (string Sql, string Error, string Hint)[] cases =
        [
            (Create("f", "Nix"), "ERROR 42883: assembly \"", "has no public class \"Nix\""),
            (Create("f", typeof(AssemblyFunctionTests).FullName!), "ERROR 42804: class", "A function is a class with public methods Eval"),
            (Create("f", "X", work["nix.dll"]), "ERROR 58P01: assembly", "There is no such file."),
            (Create("f", "X", work["no.dll"]), "ERROR 58P01: assembly", "It must be the .dll of a class library"),
            ("CREATE FUNCTION f AS 'X' LANGUAGE CSHARP;", "ERROR 22023: function f names no assembly", "USING ASSEMBLY 'path.dll'"),
            (Create("f", typeof(Twice).FullName!) + "SELECT f(DATE '2026-01-01');", "ERROR 42883: function f(DATE", "It is called as F(value BIGINT)"),
            (Create("f", typeof(Twice).FullName!) + "SELECT f('fail');", "ERROR 38000: function F failed: no", "line 2: SELECT f('fail');"),
        ];
        var results = await Task.WhenAll(cases.Select(one => RunAsync(one.Sql)));
        foreach (var ((sql, error, hint), result) in cases.Zip(results))
        {
            Assert.Contains(error, result.Exits(1).Error, StringComparison.Ordinal);
            Assert.True(result.Error.Contains(hint, StringComparison.Ordinal) && result.Error.Contains("line ", StringComparison.Ordinal), $"{sql}: {result.Error}");
        }
    }
}

/// <summary>A scalar function of two forms.</summary>
public sealed class Twice
{
    public static long Eval(long value) => 2 * value;

    public string Eval(string text) => text == "fail" ? throw new InvalidOperationException("no") : text + text;
}

/// <summary>A table function.</summary>
public static class Letters
{
    public static IEnumerable<string> Eval(string text) => text.Select(letter => letter.ToString());
}

/// <summary>An aggregate function.</summary>
public sealed class Product : UserAggregate<long, (long Value, bool IsSet), long>
{
    public override void Accumulate(ref (long Value, bool IsSet) state, long row) => state = (state.IsSet ? state.Value * row : row, true);

    public override long Result(in (long Value, bool IsSet) state) => state.Value;
}
