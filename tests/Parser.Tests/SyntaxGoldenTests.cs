using SqlStream.Core.Diagnostics;
using SqlStream.Parser.Syntax;

namespace SqlStream.Parser.Tests;

/// <summary>tests/golden/syntax: <c>syntax</c> sections give the canonical form of each statement, <c>error</c>
/// sections the
/// messages. SQLSTREAM_REWRITE=1 writes the outputs anew.</summary>
public sealed class SyntaxGoldenTests
{
    public static TheoryData<string> Files() =>
        [.. Directory.GetFiles(GoldenFile.Folder, "*.test").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public void Golden_file_holds(string name)
    {
        var file = GoldenFile.Read(Path.Combine(GoldenFile.Folder, name));
        Assert.NotEmpty(file.Sections);
        var outputs = file.Sections.ConvertAll(section => Run(section));
        if (Environment.GetEnvironmentVariable("SQLSTREAM_REWRITE") == "1")
        {
            file.Rewrite(outputs);
            return;
        }
        for (var i = 0; i < outputs.Count; i++)
        {
            var where = $"{name}:{file.Sections[i].Line}\n";
            Assert.Equal(where + file.Sections[i].Output, where + outputs[i]);
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Printing_and_parsing_again_gives_the_same_tree(string name)
    {
        foreach (var section in GoldenFile.Read(Path.Combine(GoldenFile.Folder, name)).Sections)
        {
            foreach (var statement in SqlParser.Parse(new SourceText(section.Input)).Statements)
            {
                var printed = SqlPrinter.Print(statement.Syntax);
                var again = SqlParser.Parse(new SourceText(printed));
                Assert.True(!again.HasErrors, $"{name}:{section.Line}: {printed}\n{Messages(again, printed)}");
                Assert.Equal(statement.Syntax, Assert.Single(again.Statements).Syntax);
            }
        }
    }

    static string Run(GoldenFile.Section section)
    {
        var result = SqlParser.Parse(new SourceText(section.Input));
        switch (section.Directive)
        {
            case "syntax":
                var printed = result.Statements.Select(statement => SqlPrinter.Print(statement.Syntax) + ";");
                return result.HasErrors ? "ERROR " + Messages(result, section.Input) : string.Join('\n', printed);
            case "error":
                return Messages(result, section.Input);
            default:
                return $"directive {section.Directive} does not exist";
        }
    }

    static string Messages(ParseResult result, string text)
    {
        var source = new SourceText(text);
        return string.Join('\n', result.Diagnostics.Select(diagnostic => diagnostic.RenderShort(source)));
    }
}
