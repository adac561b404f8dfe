using SqlStream.Core.Rows;
using SqlStream.Core.Types;
using SqlStream.Engine.Sessions;

namespace SqlStream.Cli.Output;

/// <summary>Writes the rows of a result as they come.</summary>
interface IResultWriter
{
    /// <summary>Begins a result.</summary>
    /// <param name="columns">Its columns.</param>
    /// <param name="isUpdating">Its rows change earlier ones.</param>
    /// <param name="isListing">It is what a statement tells about something, not the result of a query.</param>
    void Begin(Schema columns, bool isUpdating, bool isListing = false);

    /// <summary>Writes the rows of a batch, which stays the caller's.</summary>
    void Write(Batch batch);

    /// <summary>Ends the result.</summary>
    void End();
}

/// <summary>The writers by the names of <c>--output</c>.</summary>
static class ResultWriters
{
    public static readonly string[] Names = ["table", "line", "csv", "json", "ndjson", "markdown", "changelog"];

    public static IResultWriter Create(string name, Session session, TextWriter output, TableShape? shape = null) => name switch
    {
        "table" => new TableWriter(session, output, shape),
        "line" => new LineWriter(session, output, shape ?? TableShape.Default),
        "csv" => new CsvWriter(session, output),
        "json" => new JsonWriter(session, output, isArray: true),
        "ndjson" => new JsonWriter(session, output, isArray: false),
        "markdown" => new MarkdownWriter(session, output),
        _ => new ChangelogWriter(session, output),
    };
}
