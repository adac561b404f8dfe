using NpgsqlTypes;

namespace SqlStream.Connectors.Postgres;

/// <summary>The table of rows that another table does not take; written in the transaction that leaves them out there.</summary>
static class DeadLetters
{
    /// <summary>Writes rows, and makes the table where it is not there.</summary>
    public static void Write(PostgresSession session, PostgresOptions options, IReadOnlyList<RefusedRow> rows, CancellationToken cancellation)
    {
        var name = options.DeadLetters!.Sql;
        session.Execute(
            $"CREATE TABLE IF NOT EXISTS {name} (table_name text, row json, sqlstate text, error text, detail text, refused_at timestamptz NOT NULL DEFAULT now())", cancellation);
        session.Execute(
            $"INSERT INTO {name} (table_name, row, sqlstate, error, detail) SELECT $1, r.row::json, r.sqlstate, r.error, r.detail FROM unnest($2, $3, $4, $5) AS r(row, sqlstate, error, detail)",
            cancellation,
            options.Table.ToString(), Texts(rows.Select(row => row.ToJson())), Texts(rows.Select(row => row.Refusal.SqlState)), Texts(rows.Select(row => row.Refusal.Message)),
            Texts(rows.Select(row => row.Refusal.Detail)));
    }

    // A text of the server cannot hold the character 0.
    static Npgsql.NpgsqlParameter Texts(IEnumerable<string?> texts) => new()
    {
        NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text,
        Value = texts.Select(text => text?.Replace("\0", "\\0", StringComparison.Ordinal)).ToArray(),
    };
}
