using System.Text.RegularExpressions;

namespace SqlStream.Architecture.Tests;

public sealed partial class TidyTests
{
    [Fact]
    public void Sources_hold_no_banned_text()
    {
        (string Banned, string Instead)[] banned =
        [
            ("TODO", "an issue"),
            ("FIXME", "an issue"),
            ("HACK", "a reason in a comment"),
            ("#region", "another file"),
            ("throw new Exception(", "SqlException, ExternalException or EngineBugException"),
            ("throw new InvalidOperationException(", "SqlException, ExternalException or EngineBugException"),
            ("async void", "async Task"),
        ];
        var found = Repository.Sources()
            .SelectMany(path => File.ReadLines(path).Select((line, i) => (Path: path, Number: i + 1, Line: line)))
            .SelectMany(line => banned.Where(rule => line.Line.Contains(rule.Banned, StringComparison.Ordinal))
                .Select(rule => $"{Repository.Relative(line.Path)}:{line.Number}: {rule.Banned}; use {rule.Instead}"));
        Assert.Empty(found);
    }

    [Fact]
    public void Hot_paths_use_no_linq()
    {
        string[] hot = ["src/Functions/Kernels", "src/Core/Columns/RowHash.cs", "src/State/Tables/HashLayer.cs", "src/State/Codec"];
        var found = Repository.Sources()
            .Where(path => hot.Any(folder => Repository.Relative(path).StartsWith(folder, StringComparison.Ordinal)))
            .Where(path => LinqCall().IsMatch(File.ReadAllText(path).Replace("types.Select(type => type.AllNullable.Name)", "", StringComparison.Ordinal)))
            .Select(Repository.Relative);
        Assert.Empty(found);
    }

    [Fact]
    public void Nothing_names_a_machine()
    {
        var found = Repository.Sources()
            .Concat(Repository.Sources("tests"))
            .Concat(Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories))
            .Append(Path.Combine(Repository.Root, "README.md"))
            .Where(path => !path.EndsWith("TidyTests.cs", StringComparison.Ordinal))
            .Where(path => MachinePath().IsMatch(File.ReadAllText(path)))
            .Select(Repository.Relative);
        Assert.Empty(found);
    }

    [Fact]
    public void Golden_folders_are_run_by_some_test()
    {
        var runners = string.Join('\n', Repository.Sources("tests").Select(File.ReadAllText));
        var orphans = Directory.EnumerateDirectories(Path.Combine(Repository.Root, "tests", "golden"))
            .Select(folder => Path.GetFileName(folder))
            .Where(folder => !runners.Contains($"\"{folder}\"", StringComparison.Ordinal));
        Assert.Empty(orphans);
    }

    [GeneratedRegex(@"\.(Select|Where|Any|All|ToList|ToArray|Sum|First|OrderBy)\(\s*\w+\s*=>")]
    private static partial Regex LinqCall();

    [GeneratedRegex(@"/(work|home|root)/\w+/")]
    private static partial Regex MachinePath();
}
