using SqlStream.Testing;

namespace SqlStream.EndToEnd.Tests.Streams;

/// <summary>Rows that are fed into a table at once.</summary>
/// <param name="Table">The table.</param>
/// <param name="Rows">The rows.</param>
/// <param name="IsSettled">Every operator has seen what came before them, watermarks too: which of them are late is certain.</param>
public sealed record StreamBlock(string Table, IReadOnlyList<string> Rows, bool IsSettled);

/// <summary>A <c>stream</c> section of a golden file: a statement, blocks of rows, and the rows expected in the table that it inserts into.</summary>
public sealed record StreamScript(
    string Catalog, string Statement, IReadOnlyList<StreamBlock> Blocks, IReadOnlyList<string> Expected)
{
    /// <summary>The table that the statement inserts into.</summary>
    public string Target { get; } = TargetOf(Statement);

    public static IReadOnlyList<StreamScript> Read(string path)
    {
        var catalog = "";
        var scripts = new List<StreamScript>();
        foreach (var section in GoldenSection.Read(path))
        {
            switch (section.Directive)
            {
                case "catalog":
                    catalog = string.Join('\n', section.Input);
                    break;
                case "stream":
                    scripts.Add(Parse(catalog, section));
                    break;
                default:
                    throw new FormatException($"{path}:{section.Line}: directive '{section.Directive}'");
            }
        }
        return scripts;
    }

    static string TargetOf(string statement)
    {
        const string start = "INSERT INTO ";
        if (!statement.StartsWith(start, StringComparison.Ordinal))
            throw new FormatException($"a stream must begin with INSERT INTO: {statement}");
        return statement[start.Length..].Split(' ', 2)[0];
    }

    static StreamScript Parse(string catalog, GoldenSection section)
    {
        var statement = new List<string>();
        var blocks = new List<StreamBlock>();
        var isSettled = false;
        List<string>? rows = null;
        foreach (var line in section.Input)
        {
            if (line == "settle")
            {
                isSettled = true;
            }
            else if (line.StartsWith("feed ", StringComparison.Ordinal))
            {
                blocks.Add(new StreamBlock(line["feed ".Length..].Trim(), rows = [], isSettled));
                isSettled = false;
            }
            else if (rows is null)
                statement.Add(line);
            else
                rows.Add(line);
        }
        return new StreamScript(catalog, string.Join('\n', statement), blocks, section.Expected ?? []);
    }
}
