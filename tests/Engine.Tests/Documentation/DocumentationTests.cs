using System.Diagnostics;
using System.Text;
using SqlStream.Engine.Metrics;

namespace SqlStream.Engine.Tests.Documentation;

public sealed class DocumentationTests
{
    const string Begin = "<!-- metrics -->\n";
    const string End = "<!-- end -->";

    static readonly string _root = FindRoot();

    [Theory]
    [InlineData("README.md")]
    [InlineData("docs/embedding.md")]
    [InlineData("docs/metrics.md")]
    public void Code_of_the_pages_is_run_by_tests(string page)
    {
        var sources = string.Concat(
            new[] { "tests/Engine.Tests/Documentation/Snippets.cs", "examples/embedded/Averages.cs" }.Select(path => Plain(File.ReadAllText(Path.Combine(_root, path)))));
        var blocks = File.ReadAllText(Path.Combine(_root, page)).Split("```csharp\n").Skip(1).Select(rest => rest[..rest.IndexOf("```", StringComparison.Ordinal)]).ToList();
        Assert.NotEmpty(blocks);
        foreach (var block in blocks)
        {
            foreach (var part in block.Split("// ...\n"))
                Assert.Contains(Plain(part), sources, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_page_of_metrics_lists_all_of_them()
    {
        var path = Path.Combine(_root, "docs/metrics.md");
        var page = File.ReadAllText(path);
        var (start, end) = (page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, page.IndexOf(End, StringComparison.Ordinal));
        var table = new StringBuilder("| scope | metric | kind | unit | |\n|---|---|---|---|---|\n");
        foreach (var metric in MetricCatalog.All)
            table.Append($"| {metric.Scope.ToString().ToLowerInvariant()} | `{metric.Name}` | {metric.Kind.ToString().ToLowerInvariant()} | {metric.Unit} | {metric.Description} |\n");
        if (Environment.GetEnvironmentVariable("SQLSTREAM_REWRITE") == "1")
            File.WriteAllText(path, page[..start] + table + page[end..]);
        else
            Assert.Equal(table.ToString(), page[start..end]);
    }

    [Fact]
    public async Task The_example_prints_the_averages_of_a_minute()
    {
        var configuration = AppContext.BaseDirectory.Contains("/Debug/", StringComparison.Ordinal) ? "Debug" : "Release";
        var start = new ProcessStartInfo("dotnet", [Path.Combine(_root, $"examples/embedded/bin/{configuration}/net10.0/SqlStream.Embedded.dll"), "--once"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var program = Process.Start(start)!;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            var (output, error) = (program.StandardOutput.ReadToEndAsync(limit.Token), program.StandardError.ReadToEndAsync(limit.Token));
            await program.WaitForExitAsync(limit.Token);
            Assert.Equal("", await error);
            // A sensor on the roof shows 20 to 29 degrees in every ten seconds, 24.5 on average.
            var expected = Enumerable.Range(1, 6).SelectMany(window => new[]
            {
                $"00:{window * 10 / 60:00}:{window * 10 % 60:00} cellar: 10 readings, 50.0 °F", $"00:{window * 10 / 60:00}:{window * 10 % 60:00} roof: 10 readings, 76.1 °F",
            });
            Assert.Equal(expected, (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
        }
        finally
        {
            if (!program.HasExited)
                program.Kill();
        }
    }

    // Without the spaces between lines and at their ends: a page is not indented as a method is.
    static string Plain(string code) => string.Concat(code.Split('\n').Select(line => line.Trim()));

    static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "SqlStream.sln")))
            directory = directory.Parent!;
        return directory.FullName;
    }
}
