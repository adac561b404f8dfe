using SqlStream.Core.Diagnostics;

namespace SqlStream.Execution;

/// <summary>The messages of running jobs.</summary>
static class ExecutionErrors
{
    public static SqlException BadRow(string table, string position, string error) => new(
        SqlState.DataException,
        $"row of table \"{table}\" cannot be read: {error}",
        "Set 'bad-data' = 'skip' or 'dead-letter' on the table to pass such rows over.",
        $"The row is at {position}.");

    public static SqlException NullInNotNullColumn(string table, string column) => new(
        SqlState.NotNullViolation,
        $"NULL in column \"{column}\" of table \"{table}\", which is NOT NULL",
        "Filter such rows with IS NOT NULL, or declare the column without NOT NULL.");

    public static SqlException NullRowtime(string column) => new(
        SqlState.NullValueNotAllowed,
        $"NULL in the time column \"{column}\" of a window",
        $"Filter such rows with WHERE {column} IS NOT NULL.");
}
