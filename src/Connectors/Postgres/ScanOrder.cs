using System.Text.Json;

namespace SqlStream.Connectors.Postgres;

/// <summary>Whether the rows of a query come in the order of their places, by which reading goes on after a restart, without being sorted.</summary>
/// <remarks>They do where the server reads the blocks of the table one after the other. They do not where it goes by an index, nor by a bitmap of one, which gives rows of
/// one page in the order of the versions that they had before.</remarks>
static class ScanOrder
{
    // What else the server might think of, should it plan anew.
    const string NoIndexes = "SET LOCAL enable_indexscan = off; SET LOCAL enable_indexonlyscan = off; SET LOCAL enable_bitmapscan = off";

    /// <summary>Asks the server how it means to run a query. Where the rows come in order, it is bound to that for the rest of the transaction.</summary>
    public static bool TryKeep(PostgresSession session, string query, CancellationToken cancellation)
    {
        var plan = session.Query($"EXPLAIN (FORMAT JSON) {query}", row => row.GetString(0), cancellation)[0];
        using var document = JsonDocument.Parse(plan);
        if (!IsInOrder(document.RootElement[0].GetProperty("Plan")))
            return false;
        session.Execute(NoIndexes, cancellation);
        return true;
    }

    static bool IsInOrder(JsonElement node) => node.GetProperty("Node Type").GetString() switch
    {
        "Seq Scan" or "Tid Range Scan" => true,
        "Limit" => IsInOrder(node.GetProperty("Plans")[0]),
        _ => false,
    };
}
