using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using DiffPlex;
using DiffPlex.DiffBuilder;
using DiffPlex.DiffBuilder.Model;

namespace SqlStream.Goldens;

/// <summary>Outcomes for people and for other programs.</summary>
public static class GoldenReport
{
    /// <summary>What a section that failed was asked, and how what came differs from what was expected: lines that are missing with <c>-</c>, lines that are
    /// too many with <c>+</c>.</summary>
    public static string Failure(GoldenOutcome outcome)
    {
        var text = new StringBuilder(FormattableString.Invariant($"{outcome.File}:{outcome.Section.Line}: {outcome.Section.Directive}, {outcome.Configuration}\n"));
        foreach (var line in outcome.Section.Input)
            text.Append("    ").Append(line).Append('\n');
        text.Append("  expected -, came +\n");
        var difference = new InlineDiffBuilder(new Differ()).BuildDiffModel(string.Join('\n', outcome.Expected), string.Join('\n', outcome.Actual));
        foreach (var line in difference.Lines.Where(line => line.Type != ChangeType.Imaginary))
        {
            var sign = line.Type switch { ChangeType.Deleted => '-', ChangeType.Inserted => '+', _ => ' ' };
            text.Append("  ").Append(sign).Append(' ').Append(line.Text).Append('\n');
        }
        return text.ToString();
    }

    /// <summary>Outcomes as the JUnit XML that build servers read: a suite for each file, a case for each section and configuration.</summary>
    public static void WriteJUnit(string path, IReadOnlyList<GoldenOutcome> outcomes, IReadOnlyList<(string File, GoldenException Error)> errors)
    {
        var suites = outcomes.GroupBy(outcome => outcome.File).Select(file => new XElement(
            "testsuite",
            new XAttribute("name", file.Key),
            new XAttribute("tests", file.Count()),
            new XAttribute("failures", file.Count(outcome => !outcome.Passed)),
            new XAttribute("time", Seconds(file.Sum(outcome => outcome.Elapsed.TotalSeconds))),
            file.Select(Case)));
        var broken = errors.Select(error => new XElement(
            "testsuite", new XAttribute("name", error.File), new XAttribute("tests", 1), new XAttribute("errors", 1),
            new XElement("testcase", new XAttribute("classname", error.File), new XAttribute("name", FormattableString.Invariant($"line {error.Error.Line}")), new XElement("error", new XAttribute("message", error.Error.Message)))));
        using var writer = XmlWriter.Create(path, new XmlWriterSettings { Indent = true, CheckCharacters = false });
        new XDocument(new XElement("testsuites", suites, broken)).Save(writer);
    }

    static XElement Case(GoldenOutcome outcome) => new(
        "testcase",
        new XAttribute("classname", outcome.File),
        new XAttribute("name", FormattableString.Invariant($"line {outcome.Section.Line}: {outcome.Section.Directive}, {outcome.Configuration}")),
        new XAttribute("time", Seconds(outcome.Elapsed.TotalSeconds)),
        outcome.Passed ? null : new XElement("failure", new XAttribute("message", "the result differs"), Failure(outcome)));

    static string Seconds(double seconds) => seconds.ToString("0.000", CultureInfo.InvariantCulture);
}
