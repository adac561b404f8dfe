namespace SqlStream.Goldens;

/// <summary>Rows that are fed into a table at once.</summary>
/// <param name="Table">The table.</param>
/// <param name="Rows">The rows.</param>
/// <param name="Line">The line of the file before the first row.</param>
public sealed record StreamBlock(string Table, IReadOnlyList<string> Rows, int Line)
{
    /// <summary>Every operator has seen what came before them, watermarks too: which of them are late is certain.</summary>
    public bool IsSettled { get; init; }

    /// <summary>There are no rows, but a time before which none comes any more.</summary>
    public string? Watermark { get; init; }

    /// <summary>There are no rows, but the time that the clock of the machine has from here on; everything before has been worked on.</summary>
    public string? Clock { get; init; }

    /// <summary>A checkpoint comes before them, which settles what came before, too.</summary>
    public bool IsCheckpointed { get; init; }
}

/// <summary>A <c>stream</c> or <c>changelog</c> section of a golden file: a statement, blocks of rows, and what is expected in the table that it inserts into.</summary>
/// <param name="Catalog">The statements before.</param>
/// <param name="Statement">INSERT INTO.</param>
/// <param name="Blocks">The rows, in their order.</param>
/// <param name="Expected">The lines that are expected.</param>
public sealed record StreamScript(string Catalog, string Statement, IReadOnlyList<StreamBlock> Blocks, IReadOnlyList<string> Expected)
{
    const string Insert = "INSERT INTO ";
    const string Feed = "feed ";

    /// <summary>Every change is expected in its order, and not the rows that are left.</summary>
    public bool IsChangelog { get; init; }

    /// <summary>The table that the statement inserts into.</summary>
    public string Target { get; } = TargetOf(Statement);

    /// <summary>Reads a section. Raises <see cref="GoldenException"/> where it is wrong.</summary>
    /// <param name="catalog">The statements before.</param>
    /// <param name="before">Rows that every section begins with.</param>
    /// <param name="section">The section.</param>
    public static StreamScript Parse(string catalog, IReadOnlyList<StreamBlock> before, GoldenSection section)
    {
        var statement = new List<string>();
        var blocks = before.ToList();
        var (isSettled, isCheckpointed) = (false, false);
        List<string>? rows = null;
        for (var i = 0; i < section.Input.Count; i++)
        {
            var line = section.Input[i];
            if (line.StartsWith('#'))
                rows?.Add("");
            else if (line == "settle")
                isSettled = true;
            else if (line.Equals("CHECKPOINT", StringComparison.OrdinalIgnoreCase))
                isCheckpointed = true;
            else if (line.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries) is ["watermark", var table, var time])
            {
                blocks.Add(new StreamBlock(table, rows = [], section.Line + i + 1) { Watermark = time, IsSettled = isSettled, IsCheckpointed = isCheckpointed });
                (isSettled, isCheckpointed) = (false, false);
            }
            else if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is ["clock", var clock])
            {
                blocks.Add(new StreamBlock("", rows = [], section.Line + i + 1) { Clock = clock, IsSettled = true, IsCheckpointed = isCheckpointed });
                (isSettled, isCheckpointed) = (false, false);
            }
            else if (line.StartsWith(Feed, StringComparison.Ordinal))
            {
                rows = [];
                blocks.Add(new StreamBlock(line[Feed.Length..].Trim(), rows, section.Line + i + 1) { IsSettled = isSettled, IsCheckpointed = isCheckpointed });
                (isSettled, isCheckpointed) = (false, false);
            }
            else if (rows is null)
                statement.Add(line);
            else
                rows.Add(line);
        }
        var text = string.Join('\n', statement);
        if (!text.StartsWith(Insert, StringComparison.Ordinal))
            throw new GoldenException(section.Line + 1, $"a {section.Directive} section begins with one statement INSERT INTO, and goes on with 'feed TABLE' and its rows, 'watermark TABLE TIME', 'clock TIME', 'settle' and 'CHECKPOINT'");
        return new StreamScript(catalog, text, blocks, section.Expected ?? []) { IsChangelog = section.Directive == "changelog" };
    }

    static string TargetOf(string statement) => statement[Insert.Length..].Split([' ', '\n', '('], 2)[0];
}
