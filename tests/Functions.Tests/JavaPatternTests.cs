using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using SqlStream.Core.Diagnostics;
using SqlStream.Functions.Patterns;
using SqlStream.Testing;

namespace SqlStream.Functions.Tests;

/// <summary>Regular expressions against what Java 25 found: Data/java_patterns.txt holds one pattern, text and list of matches a
/// line, tab between them; %0041 is a char by its code, a lone % the empty string, ! a pattern that Java refuses. A match is
/// <c>start-end</c>, followed by a comma and the place of each group.</summary>
public sealed class JavaPatternTests
{
    static readonly string s_file = Environment.GetEnvironmentVariable("SQLSTREAM_PATTERNS")
        ?? Path.Combine(GoldenFolder.Root(), "..", "Functions.Tests", "Data", "java_patterns.txt");

    [Fact]
    public void Patterns_match_as_in_java_or_are_refused()
    {
        var failures = new List<string>();
        var refused = new HashSet<string>();
        var lines = 0;
        foreach (var line in File.ReadLines(s_file))
        {
            lines++;
            var fields = line.Split('\t');
            var pattern = Unescape(fields[0]);
            PatternTree tree;
            try
            {
                if (!PatternParser.TryParse(pattern, out tree))
                {
                    if (fields[1] != "!")
                        failures.Add($"{fields[0]} is one of Java");
                    continue;
                }
            }
            catch (SqlException)
            {
                refused.Add(fields[0]);
                continue;
            }
            if (fields[1] == "!")
            {
                failures.Add($"{fields[0]} is none of Java");
                continue;
            }
            var text = Unescape(fields[1]);
            foreach (var ascii in Ascii.IsValid(text) ? new[] { true, false } : [false])
            {
                var actual = Matches(DotNetPattern.Print(tree, ascii), text, tree.GroupCount);
                if (actual != fields[2])
                    failures.Add($"{fields[0]}   on {fields[1]}: {actual}, in Java {fields[2]}; {(ascii ? "ascii" : "all")} {DotNetPattern.Print(tree, ascii)}");
            }
        }
        Assert.True(failures.Count == 0, $"{failures.Count} of {lines}\n" + string.Join('\n', failures.Take(40)));
        Assert.True(lines > 1000);
        // What is refused is rare, so that the file keeps testing the others.
        Assert.True(refused.Count < lines / 50, string.Join('\n', refused));
    }

    static string Matches(string pattern, string text, int groups)
    {
        var found = new List<string>();
        foreach (Match match in new Regex(pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(5)).Matches(text))
        {
            if (match.Index > 0 && match.Index < text.Length && char.IsLowSurrogate(text[match.Index]) && char.IsHighSurrogate(text[match.Index - 1]))
                continue;
            var place = new StringBuilder($"{match.Index}-{match.Index + match.Length}");
            for (var i = 1; i <= groups; i++)
            {
                var group = match.Groups[i];
                place.Append(',').Append(group.Success ? $"{group.Index}-{group.Index + group.Length}" : "");
            }
            found.Add(place.ToString());
        }
        return found.Count == 0 ? "none" : string.Join(' ', found);
    }

    static string Unescape(string field)
    {
        if (field == "%")
            return "";
        var text = new StringBuilder();
        for (var i = 0; i < field.Length; i++)
        {
            if (field[i] != '%')
            {
                text.Append(field[i]);
                continue;
            }
            text.Append((char)int.Parse(field.AsSpan(i + 1, 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
            i += 4;
        }
        return text.ToString();
    }
}
