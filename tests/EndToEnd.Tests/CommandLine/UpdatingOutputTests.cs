using System.Text.RegularExpressions;
using SqlStream.EndToEnd.Tests.Rig;

namespace SqlStream.EndToEnd.Tests.CommandLine;

/// <summary>The result of a query whose rows change earlier ones. How many of the changes are seen depends on what comes together
/// in a batch; that each takes back what was there, and what remains at the end, does not.</summary>
public sealed class UpdatingOutputTests : IDisposable
{
    const int Files = 20;

    readonly WorkDirectory _work = new();
    readonly string _query;

    public UpdatingOutputTests()
    {
        for (var file = 0; file < Files; file++)
            _work.Write($"input/{file:00}.json", $"{{\"k\":\"a\",\"v\":{file}.50}}\n{{\"k\":\"b\",\"v\":null}}\n");
        _query = $"""
            CREATE TABLE readings (k STRING, v DECIMAL(10, 2)) WITH ('connector' = 'filesystem', 'path' = '{_work["input"]}', 'format' = 'json');
            SELECT k, COUNT(*) AS n, SUM(v) AS total FROM readings GROUP BY k;
            """;
    }

    public void Dispose() => _work.Dispose();

    [Theory]
    [InlineData("changelog", """^(?<op>..)\[(?<row>.*)\]$""", "a, 20, 200.00", "b, 20, NULL")]
    [InlineData("csv", "^(?<op>[-+].),(?<row>.*)$", "a,20,200.00", "b,20,")]
    [InlineData("ndjson", """^\{"op":"(?<op>..)",(?<row>.*)\}$""", "\"k\":\"a\",\"n\":20,\"total\":200.00", "\"k\":\"b\",\"n\":20,\"total\":null")]
    [InlineData("json", """^\{"op":"(?<op>..)",(?<row>.*)\},?$""", "\"k\":\"a\",\"n\":20,\"total\":200.00", "\"k\":\"b\",\"n\":20,\"total\":null")]
    public async Task Changes_take_back_what_they_replace(string format, string line, params string[] expected)
    {
        var live = new HashSet<string>();
        foreach (var text in (await Run(format)).Split('\n').Where(text => text is not ("" or "[" or "]" or "op,k,n,total")))
        {
            var change = Regex.Match(text, line);
            Assert.True(change.Success, text);
            var row = change.Groups["row"].Value;
            Assert.True(change.Groups["op"].Value is "+I" or "+U" ? live.Add(row) : live.Remove(row), text);
        }
        Assert.Equal(expected, live.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_table_shows_what_remains()
    {
        var output = await Run("table");
        Assert.Equal(
            ["│ a      │     20 │         200.00 │", "│ b      │     20 │           NULL │"],
            output.Split('\n').Where(line => line.StartsWith("│ a ", StringComparison.Ordinal) || line.StartsWith("│ b ", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.EndsWith("┘\n2 rows\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Over_bounded_input_each_row_comes_once() => Assert.Equal(
        ["+I[a, 20, 200.00]", "+I[b, 20, NULL]"],
        (await RunningProgram.RunAsync("-c", _query, "--output", "changelog")).Exits(0).Output.TrimEnd().Split('\n').Order(StringComparer.Ordinal));

    async Task<string> Run(string format) =>
        (await RunningProgram.RunAsync("-c", _query, "--output", format, "--set", "execution.runtime-mode=streaming", "--parallelism", "2")).Exits(0).Output;
}
