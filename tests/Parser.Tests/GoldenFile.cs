using System.Text;

namespace SqlStream.Parser.Tests;

/// <summary>A golden file: sections of a directive line, an input up to <c>----</c> and an output up to an empty
/// line.</summary>
sealed class GoldenFile
{
    readonly string _path;
    readonly List<string> _head = [];

    GoldenFile(string path) => _path = path;

    public List<Section> Sections { get; } = [];

    public static string Folder => Path.Combine(FindRoot(), "tests", "golden", "syntax");

    public static GoldenFile Read(string path)
    {
        var file = new GoldenFile(path);
        var lines = File.ReadAllLines(path);
        var i = 0;
        while (i < lines.Length && lines[i].StartsWith('#'))
            file._head.Add(lines[i++]);
        while (i < lines.Length)
        {
            if (lines[i].Length == 0)
            {
                i++;
                continue;
            }
            var directive = lines[i++];
            var line = i + 1;
            var input = new List<string>();
            while (i < lines.Length && lines[i] != "----")
                input.Add(lines[i++]);
            i++;
            var output = new List<string>();
            while (i < lines.Length && lines[i].Length > 0)
                output.Add(lines[i++]);
            file.Sections.Add(new Section(directive, string.Join('\n', input), string.Join('\n', output), line));
        }
        return file;
    }

    /// <summary>Writes the file anew with other outputs, one for each section.</summary>
    public void Rewrite(IReadOnlyList<string> outputs)
    {
        var text = new StringBuilder();
        foreach (var line in _head)
            text.Append(line).Append('\n');
        for (var i = 0; i < Sections.Count; i++)
        {
            if (i > 0 || _head.Count > 0)
                text.Append(i > 0 ? "\n" : "");
            text.Append(Sections[i].Directive).Append('\n').Append(Sections[i].Input).Append("\n----\n");
            if (outputs[i].Length > 0)
                text.Append(outputs[i]).Append('\n');
        }
        File.WriteAllText(_path, text.ToString());
    }

    static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "SqlStream.sln")))
            folder = folder.Parent ?? throw new DirectoryNotFoundException("no SqlStream.sln above the test assembly");
        return folder.FullName;
    }

    public sealed record Section(string Directive, string Input, string Output, int Line);
}
