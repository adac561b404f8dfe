using System.Globalization;
using SqlStream.Core.Diagnostics;
using SqlStream.Engine.Push;
using SqlStream.Planner.Catalog;

namespace SqlStream.Engine.Embedding;

/// <summary>The messages of the library's own methods.</summary>
static class EmbeddingErrors
{
    public static SqlException QueryInExecute(SourceSpan span) => new(new Diagnostic(
        SqlState.WrongObjectType, "a query gives rows", span, Hint: "Read them with QueryAsync or ChangesAsync."));

    public static SqlException NotOneStatement(int count) => new(
        SqlState.SyntaxError, string.Create(CultureInfo.InvariantCulture, $"text holds {count} statements where one is expected"),
        "Execute the others with ExecuteAsync; EXECUTE STATEMENT SET makes one job of several INSERTs.");

    public static SqlException StartsNoJob(SourceSpan span) => new(new Diagnostic(
        SqlState.WrongObjectType, "statement starts no job", span, Hint: "INSERT and EXECUTE STATEMENT SET do; execute others with ExecuteAsync."));

    public static SqlException NoRows(SourceSpan span) => new(new Diagnostic(
        SqlState.WrongObjectType, "statement gives no rows", span, Hint: "Execute it with ExecuteAsync."));

    public static SqlException ResultUpdates() => new(
        SqlState.StreamingNotPossible, "result of the query changes: its rows are changes",
        "Read them with ChangesAsync, or as rows with their kinds with QueryAsync without a type.");

    public static SqlException JobCanceled(string job) => new(
        SqlState.QueryCanceled, "job was canceled before its end", detail: $"Somebody else ended job {job}.");

    public static SqlException QueryCanceled(string job) => new(
        SqlState.QueryCanceled, "query was canceled before its end", detail: $"Somebody else ended its job {job}.");

    public static SqlException InsertEnded(string table, string status) => new(
        SqlState.QueryCanceled, $"not all rows are in table \"{table}\": the job that wrote them was ended", detail: $"Its status is {status}.");

    public static SqlException NoTableName(string text) => new(SqlState.InvalidName, $"\"{text}\" is not the name of a table", "A name is written as in SQL: t, database.t, `a name`.");

    public static SqlException NoTable(string name, IEnumerable<string> known) => new(
        SqlState.UndefinedTable, $"table \"{name}\" does not exist", NearestName.Hint(name, known));

    public static SqlException NotPushed(TableDefinition table) => PushErrors.NotPushed(table.Name.Name, table.Options.Text("connector"));
}
