using System.Text;

namespace SqlStream.Planner.Tests;

/// <summary>A golden file: sections that an empty line separates, each of comments, a directive, an input, and, but for
/// <c>catalog</c>, the line <c>----</c> and an output.</summary>
sealed class GoldenFile
{
    readonly string _path;

    GoldenFile(string path) => _path = path;

    public List<Section> Sections { get; } = [];

    public static string Folder(string stage) => Path.Combine(FindRoot(), "tests", "golden", stage);

    public static GoldenFile Read(string path)
    {
        var file = new GoldenFile(path);
        var lines = File.ReadAllLines(path);
        var i = 0;
        while (i < lines.Length)
        {
            if (lines[i].Length == 0)
            {
                i++;
                continue;
            }
            var comments = new List<string>();
            while (lines[i].StartsWith('#'))
                comments.Add(lines[i++]);
            var directive = lines[i++];
            var number = i;
            var input = new List<string>();
            while (i < lines.Length && lines[i] != "----" && (directive != "catalog" || lines[i].Length > 0))
                input.Add(lines[i++]);
            i++;
            var output = new List<string>();
            while (directive != "catalog" && i < lines.Length && lines[i].Length > 0)
                output.Add(lines[i++]);
            file.Sections.Add(new Section(comments, directive, string.Join('\n', input), string.Join('\n', output), number));
        }
        return file;
    }

    /// <summary>Writes the file anew with other outputs, one for each section.</summary>
    public void Rewrite(IReadOnlyList<string> outputs)
    {
        var text = new StringBuilder();
        for (var i = 0; i < Sections.Count; i++)
        {
            if (i > 0)
                text.Append('\n');
            foreach (var comment in Sections[i].Comments)
                text.Append(comment).Append('\n');
            text.Append(Sections[i].Directive).Append('\n').Append(Sections[i].Input).Append('\n');
            if (Sections[i].Directive != "catalog")
                text.Append("----\n").Append(outputs[i]).Append(outputs[i].Length > 0 ? "\n" : "");
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

    public sealed record Section(List<string> Comments, string Directive, string Input, string Output, int Line);
}
