namespace SqlStream.Goldens;

/// <summary>A golden file: comment lines, then sections with blank lines between them. A section is a directive, its input, and, behind
/// a line <c>----</c>, the expected output.</summary>
/// <param name="Directive">First word of the section.</param>
/// <param name="Line">Line of the directive, from 1.</param>
/// <param name="Input">Lines after the directive.</param>
/// <param name="Expected">Lines after the separator; null if there is none.</param>
public sealed record GoldenSection(string Directive, int Line, IReadOnlyList<string> Input, IReadOnlyList<string>? Expected)
{
    /// <summary>Reads a file.</summary>
    public static IReadOnlyList<GoldenSection> Read(string path)
    {
        var sections = new List<GoldenSection>();
        var lines = File.ReadAllLines(path);
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].Length == 0 || lines[i].StartsWith('#'))
                continue;
            var directive = lines[i];
            var start = i + 1;
            var input = new List<string>();
            List<string>? expected = null;
            for (i++; i < lines.Length && lines[i].Length > 0; i++)
            {
                if (lines[i] == "----")
                    expected = [];
                else
                    (expected ?? input).Add(lines[i]);
            }
            sections.Add(new GoldenSection(directive, start, input, expected));
        }
        return sections;
    }

    /// <summary>Writes a file anew with what its sections gave; everything else of it stays.</summary>
    public static void Rewrite(string path, IReadOnlyDictionary<GoldenSection, IReadOnlyList<string>> answers)
    {
        var lines = new List<string>();
        var before = File.ReadAllLines(path);
        for (var line = 0; line < before.Length; line++)
        {
            lines.Add(before[line]);
            if (answers.FirstOrDefault(answer => answer.Key.Line == line + 1) is not { Key: { } section } answer)
                continue;
            lines.AddRange([.. section.Input, "----", .. answer.Value]);
            while (line + 1 < before.Length && before[line + 1].Length > 0)
                line++;
        }
        File.WriteAllLines(path, lines);
    }
}
