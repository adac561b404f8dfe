using System.Xml.Linq;
using SqlStream.EndToEnd.Tests.Rig;

namespace SqlStream.EndToEnd.Tests.CommandLine;

/// <summary><c>sqlstream test</c>, as users run it.</summary>
public sealed class GoldenCommandTests
{
    const string Tables = """
        catalog
        CREATE TABLE t (k BIGINT, s STRING) WITH ('connector' = 'manual', 'bounded' = 'false');
        CREATE TABLE r (k BIGINT, s STRING) WITH ('connector' = 'manual');


        """;

    [Fact]
    public async Task The_example_passes_in_all_configurations()
    {
        using var work = new WorkDirectory();
        var result = await TestAsync(work, Path.Combine(SqlStreamProgram.Root, "examples/golden-tests"), "--config", "all", "--junit", "junit.xml");
        result.Exits(0);
        Assert.EndsWith(" passed, 0 failed\n", result.Output, StringComparison.Ordinal);
        var suites = XDocument.Load(work["junit.xml"]).Root!.Elements().ToList();
        Assert.Equal(3, suites.Count);
        Assert.All(suites, suite => Assert.Equal("0", suite.Attribute("failures")!.Value));
    }

    [Fact]
    public async Task What_differs_is_shown_and_what_is_wrong_is_named_and_rewriting_mends_the_file()
    {
        using var work = new WorkDirectory();
        work.Write("differs.test", Tables + "stream\nINSERT INTO r SELECT k, UPPER(s) FROM t;\nfeed t\n+ 1 'a b'\n+ 2 c\n----\n+ 1 'A B'\n+ 2 D\n");
        work.Write("wrong.test", Tables + "stream\nINSERT INTO r SELECT k, s FROM t;\nfeed t\n+ x a\n----\n");
        work.Write("fails.test", Tables + "stream\nINSERT INTO r SELECT 1 / (k - k), s FROM t;\nfeed t\n+ 1 a\n----\nERROR 22012: division by zero\n");

        var result = await TestAsync(work, ".", "--junit", "junit.xml");
        result.Exits(1);
        Assert.Contains("  expected -, came +\n    + 1 'A B'\n  - + 2 D\n  + + 2 C\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("wrong.test:8: 'x' is no BIGINT for column k\n", result.Error, StringComparison.Ordinal);
        Assert.EndsWith("\n1 passed, 2 failed\n", result.Output, StringComparison.Ordinal);
        var cases = XDocument.Load(work["junit.xml"]).Descendants("testcase").ToList();
        Assert.Equal((3, 1, 1), (cases.Count, cases.Count(@case => @case.Element("failure") is not null), cases.Count(@case => @case.Element("error") is not null)));

        (await TestAsync(work, "differs.test", "--rewrite")).Exits(0);
        (await TestAsync(work, "differs.test")).Exits(0);
        Assert.Contains("\n----\n+ 1 'A B'\n+ 2 C\n", File.ReadAllText(work["differs.test"]), StringComparison.Ordinal);
    }

    static Task<ProgramResult> TestAsync(WorkDirectory work, params string[] arguments) => RunningProgram.RunAsync(new ProgramStart
    {
        Arguments = ["test", .. arguments],
        WorkingDirectory = work.Path,
    });
}
