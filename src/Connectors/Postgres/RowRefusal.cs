using Npgsql;

namespace SqlStream.Connectors.Postgres;

/// <summary>Why a row is not taken.</summary>
/// <param name="SqlState">The code of the server, or ours.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Detail">More facts; null if there are none.</param>
sealed record RowRefusal(string SqlState, string Message, string? Detail)
{
    /// <summary>What the server says of a row. Where a text is with it that says in which line and column of the data the row stood, it comes too.</summary>
    public static RowRefusal Of(PostgresException e) => new(e.SqlState, e.MessageText, e.Detail ?? e.Where);
}
