namespace SqlStream.Cli.Output;

/// <summary>Writes the rows of a result as they come.</summary>
interface IResultWriter
{
    /// <summary>Begins a result.</summary>
    /// <param name="columns">Its columns.</param>
    /// <param name="isUpdating">Its rows change earlier ones.</param>
    /// <param name="isListing">It is what a statement tells about something, not the result of a query.</param>
    void Begin(IReadOnlyList<ResultColumn> columns, bool isUpdating, bool isListing = false);

    /// <summary>Writes the rows of a batch, which stays the caller's.</summary>
    void Write(IResultBatch batch);

    /// <summary>Ends the result.</summary>
    void End();
}

/// <summary>The writers by the names of <c>--output</c>.</summary>
static class ResultWriters
{
    public static readonly string[] Names = ["table", "line", "csv", "json", "ndjson", "markdown", "changelog"];

    /// <summary>The writers of that name take rows as JSON.</summary>
    public static bool TakeJson(string name) => name is "json" or "ndjson";

    public static IResultWriter Create(string name, TextWriter output, TableShape? shape = null) => name switch
    {
        "table" => new TableWriter(output, shape),
        "line" => new LineWriter(output, shape ?? TableShape.Default),
        "csv" => new CsvWriter(output),
        "json" => new JsonWriter(output, isArray: true),
        "ndjson" => new JsonWriter(output, isArray: false),
        "markdown" => new MarkdownWriter(output),
        _ => new ChangelogWriter(output),
    };
}
