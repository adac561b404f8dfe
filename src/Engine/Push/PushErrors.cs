using SqlStream.Core.Diagnostics;

namespace SqlStream.Engine.Push;

/// <summary>The messages of push tables.</summary>
static class PushErrors
{
    public static ExternalException NotKept(string table) => new(
        $"rows of table \"{table}\" that were read before the failure are not kept", Retry.Never, SqlState.ConnectionFailure,
        hint: "A push table cannot be read again; have the program write to a topic or a file if its rows must survive.");

    public static SqlException Dropped(string table) => new(SqlState.UndefinedTable, $"table \"{table}\" has been dropped");

    public static ObjectDisposedException Closed() => new(typeof(SqlStreamEngine).FullName);

    public static SqlException Completed(string table) => new(
        SqlState.InvalidTransactionState, $"table \"{table}\" is complete", "Write rows before Complete(); drop the table and create it anew.");

    public static SqlException NotPushed(string table, string? connector) => new(
        SqlState.WrongObjectType, $"table \"{table}\" is not written by the program",
        $"It has connector '{connector}'. A writer needs 'connector' = 'push'; InsertAsync writes into any table.");
}
