using SqlStream.EndToEnd.Tests.Rig;
using SqlStream.Goldens;
using SqlStream.Testing;

namespace SqlStream.EndToEnd.Tests.CommandLine;

/// <summary>EXPLAIN of each stage as the program prints it: tests/golden/graph. The directive is the parallelism; statements of
/// a section <c>tables</c> come before those of all others.</summary>
public sealed class GraphGoldenTests
{
    const string Tables = "tables";

    public static TheoryData<string> Files => [.. GoldenFolder.Files("graph")];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task A_plan_is_explained(string file)
    {
        var path = Path.Combine(GoldenFolder.Root(), file);
        var sections = GoldenSection.Read(path);
        var tables = sections.Where(section => section.Directive == Tables).SelectMany(section => section.Input).ToList();
        var answers = new Dictionary<GoldenSection, IReadOnlyList<string>>();
        foreach (var section in sections.Where(section => section.Directive != Tables))
        {
            var result = await RunningProgram.RunAsync("-c", string.Join('\n', [.. tables, .. section.Input]), "--parallelism", section.Directive.Split(' ')[1]);
            answers.Add(section, [.. (result.Output + result.Error).TrimEnd().Split('\n').Where(line => line.Length > 0)]);
        }
        if (Environment.GetEnvironmentVariable("SQLSTREAM_REWRITE") == "1")
            GoldenSection.Rewrite(path, answers);
        Assert.All(answers, answer => Assert.Equal(answer.Key.Expected ?? [], answer.Value));
    }
}
