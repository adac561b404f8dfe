using System.Reflection;
using System.Xml.Linq;

namespace SqlStream.Architecture.Tests;

public sealed class LayerTests
{
    /// <summary>Who may reference whom. The direction is from the right to the left of the pipeline, never back.</summary>
    static readonly Dictionary<string, string[]> _allowed = new()
    {
        ["Core"] = [],
        ["Parser"] = ["Core"],
        ["Planner"] = ["Core", "Parser"],
        ["Functions"] = ["Core"],
        ["State"] = ["Core"],
        ["Connectors"] = ["Core"],
        ["Broker"] = ["Core"],
        ["Execution"] = ["Core", "Parser", "Planner", "State"],
        ["Engine"] = ["Core", "Parser", "Planner", "Functions", "State", "Connectors", "Execution"],
        ["Client"] = [],
        ["Server"] = ["Core", "Parser", "State", "Execution", "Engine", "Client"],
        ["Telemetry"] = ["Engine"],
        ["Goldens"] = ["Core", "Parser", "Planner", "State", "Execution", "Engine"],
        ["Cli"] = ["Core", "Parser", "State", "Execution", "Engine", "Goldens", "Broker", "Client", "Server"],
    };

    public static TheoryData<string> Projects => [.. _allowed.Keys];

    [Fact]
    public void Every_project_below_src_has_its_place()
    {
        var found = Directory.EnumerateDirectories(Path.Combine(Repository.Root, "src")).Select(Path.GetFileName).Order(StringComparer.Ordinal);
        Assert.Equal(_allowed.Keys.Order(StringComparer.Ordinal), found!);
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Project_references_only_the_layers_below_it(string project)
    {
        var file = XDocument.Load(Path.Combine(Repository.Root, "src", project, project + ".csproj"));
        var references = file.Descendants("ProjectReference").Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value));
        Assert.Empty(references.Except(_allowed[project]));
    }

    [Fact]
    public void Execution_uses_only_the_physical_side_of_the_planner()
    {
        string[] allowed = ["Physical", "Expressions", "Explain"];
        var wrong = Repository.Sources("src/Execution")
            .SelectMany(path => File.ReadLines(path).Select(line => (Path: path, Line: line.Trim())))
            .Where(use => use.Line.StartsWith("using SqlStream.Planner.", StringComparison.Ordinal))
            .Where(use => !allowed.Any(name => use.Line == $"using SqlStream.Planner.{name};"))
            .Select(use => $"{Repository.Relative(use.Path)}: {use.Line}");
        Assert.Empty(wrong);
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Every_project_says_in_forty_lines_what_it_is(string project)
    {
        var readme = Path.Combine(Repository.Root, "src", project, "README.md");
        Assert.True(File.Exists(readme), $"{readme} is missing");
        Assert.InRange(File.ReadAllLines(readme).Length, 5, 40);
    }

    [Fact]
    public void Plan_nodes_are_sealed_records()
    {
        var families = new[] { "PhysicalNode", "LogicalNode", "BoundExpression", "WindowSpec" };
        var planner = Assembly.Load("SqlStream.Planner");
        var open = planner.GetTypes()
            .Where(type => families.Contains(type.BaseType?.Name) && !type.IsAbstract)
            .Where(type => !type.IsSealed || type.GetMethod("<Clone>$") is null)
            .Select(type => type.FullName);
        Assert.Empty(open);
    }
}
