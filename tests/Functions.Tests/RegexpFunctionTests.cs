using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Tests.Support;

namespace SqlStream.Functions.Tests;

/// <summary>Patterns that are not constant, time limits and many uses, which goldens do not reach.</summary>
public sealed class RegexpFunctionTests
{
    [Theory]
    [InlineData("REGEXP", true, false, false, true)]
    [InlineData("REGEXP_COUNT", 2, null, 4, 1)]
    [InlineData("REGEXP_INSTR", 1, null, 1, 2)]
    [InlineData("REGEXP_SUBSTR", "a", null, "", "b")]
    [InlineData("REGEXP_EXTRACT", "a", null, "", "b")]
    public void Pattern_of_a_column_that_is_none_gives_what_flink_gives(string name, params object?[] expected) =>
        Assert.Equal(expected, Run(name, ["aba", "aba", "aba", "aba"], ["a", "(", "", "b"]));

    [Fact]
    public void Replacement_of_a_column_is_taken_as_it_is() =>
        Assert.Equal(["xb", "$3b", null, "$2$2"], Run("REGEXP_REPLACE", ["ab", "ab", "ab", "ab"], ["a", "a", "(a", "(a)(b)"], ["x", "$3", "x", "$2$2"]));

    [Fact]
    public void Pattern_of_a_column_that_is_not_supported_is_an_error()
    {
        var error = Assert.Throws<SqlException>(() => Run("REGEXP", ["a", "a"], ["a", "\\X"]));
        Assert.Equal(SqlState.InvalidRegularExpression, error.SqlState);
        Assert.Equal(SqlState.InvalidRegularExpression, Assert.Throws<SqlException>(() => Run("SIMILAR TO", ["a", "a"], ["a", "("])).SqlState);
    }

    [Fact]
    public void Search_without_end_is_stopped_with_an_error()
    {
        var error = Assert.Throws<SqlException>(() => Run("REGEXP", [new string('a', 60) + "!"], [@"^(\w+\w?)+$"]));
        Assert.Equal(SqlState.QueryCanceled, error.SqlState);
        Assert.Equal("matching of regular expression \"^(\\w+\\w?)+$\" took longer than 1 s for one value", error.Message);
    }

    [Fact]
    public void Patterns_beyond_the_cache_and_beyond_the_first_thousand_uses_match_the_same()
    {
        var texts = Enumerable.Range(0, 3_000).Select(i => $"x{i % 700}é").ToArray();
        Assert.Equal(Enumerable.Repeat((object?)true, 3_000), Run("REGEXP", texts, [.. texts.Select(text => $"^{text}$")]));
        Assert.Equal(Enumerable.Repeat((object?)1, 3_000), Run("REGEXP_COUNT", texts, [.. texts.Select(_ => "\\d+")]));
    }

    static object?[] Run(string name, params string[][] arguments)
    {
        Assert.True(BuiltinFunctions.Instance.TryGetScalar(name, out var function));
        var call = function.Plan([.. arguments.Select(_ => new ArgumentInfo(SqlType.String, false, null, default))])!;
        var pool = new ColumnPool(poison: true);
        var columns = arguments.Select(values => AggregateRun.Build(SqlType.String, values, pool)).ToArray();
        try
        {
            var result = call.Kernel(new EvaluationContext(pool, arguments[0].Length, [], TestSession.Utc), columns);
            var values = Enumerable.Range(0, result.Length).Select(row => PlanValue.Read(result, row)).ToArray();
            result.Release();
            return values;
        }
        finally
        {
            foreach (var column in columns)
                column.Release();
            Assert.Equal(0, pool.Outstanding);
        }
    }
}
