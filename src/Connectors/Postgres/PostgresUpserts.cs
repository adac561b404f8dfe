using Npgsql;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Connectors.Postgres;

/// <summary>Brings the changes of keys into a table, through temporary tables of the connection: keys that go, and rows that come or take the place of others.</summary>
/// <remarks>Many rows come by MERGE, which joins them with the table at once and is much cheaper than INSERT ... ON CONFLICT, which looks each of them up and writes it
/// provisionally first. MERGE does not reckon with another session that brings the same key in the same moment, and ends with a unique violation: then the same rows come by
/// ON CONFLICT, within the same transaction. Few rows come by ON CONFLICT, whose way to a row is always the index.</remarks>
sealed class PostgresUpserts
{
    const string Upserts = "pg_temp._sqlstream_upserts";
    const string Deletes = "pg_temp._sqlstream_deletes";
    const string UniqueViolation = "23505";
    const int MergeVersionMin = 15;
    const int RefusalsMax = 3;

    readonly PostgresSession _session;
    readonly string _copy;
    readonly string _copyDeletes;
    readonly string _delete;
    readonly string _upsert;
    readonly string _merge;
    readonly long _mergeRowsMin;
    bool _merges;
    int _refusals;

    /// <param name="session">The connection.</param>
    /// <param name="table">The table.</param>
    /// <param name="columns">The columns that are written.</param>
    /// <param name="key">Those of them that tell rows apart.</param>
    /// <param name="mergeRowsMin">So many rows are many.</param>
    public PostgresUpserts(PostgresSession session, PostgresTable table, IReadOnlyList<string> columns, IReadOnlyList<string> key, long mergeRowsMin)
    {
        (_session, _mergeRowsMin) = (session, mergeRowsMin);
        _merges = table.TakesMerge && session.Connection.PostgreSqlVersion.Major >= MergeVersionMin
            && table.UniqueKeys.Any(unique => unique.IsSearched && key.ToHashSet().SetEquals(unique.Columns));
        var name = table.Name.Sql;
        var all = PostgresName.Quote(columns);
        var keys = PostgresName.Quote(key);
        var rest = columns.Except(key).Select(PostgresName.Quote).ToList();
        _copy = $"COPY {Upserts} ({all}) FROM STDIN (FORMAT BINARY)";
        _copyDeletes = $"COPY {Deletes} ({keys}) FROM STDIN (FORMAT BINARY)";
        _delete = $"DELETE FROM {name} AS t USING {Deletes} AS s WHERE {SameKey(key)}";
        _upsert = $"INSERT INTO {name} ({all}) SELECT {all} FROM {Upserts} ON CONFLICT ({keys}) DO "
            + (rest.Count == 0 ? "NOTHING" : $"UPDATE SET {string.Join(", ", rest.Select(column => $"{column} = EXCLUDED.{column}"))}");
        _merge = $"MERGE INTO {name} AS t USING {Upserts} AS s ON {SameKey(key)} "
            + (rest.Count == 0 ? "" : $"WHEN MATCHED THEN UPDATE SET {string.Join(", ", rest.Select(column => $"{column} = s.{column}"))} ")
            + $"WHEN NOT MATCHED THEN INSERT ({all}) VALUES ({string.Join(", ", columns.Select(column => "s." + PostgresName.Quote(column)))})";
        Stage = $"""
            SET temp_buffers = '64MB';
            SELECT set_config('random_page_cost', least(current_setting('random_page_cost')::float8, 1.1)::text, false);
            CREATE TEMP TABLE _sqlstream_upserts ON COMMIT DELETE ROWS AS SELECT {all} FROM {name} WITH NO DATA;
            CREATE TEMP TABLE _sqlstream_deletes ON COMMIT DELETE ROWS AS SELECT {keys} FROM {name} WITH NO DATA;
            {Uncounted(Upserts, columns)}; {Uncounted(Deletes, key)}
            """;
    }

    /// <summary>Makes ready what the methods need, for as long as the connection lives. What an epoch brings is to stay in the memory of the session, which takes no more of it
    /// than it needs. Of the temporary tables the planner needs to know how many rows they have, and nothing of their columns; with what it
    /// thinks of disks by itself it would read a table of a million rows as a whole for ten thousand keys, which takes longer than to look for them by the index.</summary>
    public string Stage { get; }

    /// <summary>Applies the last changes of keys, within a transaction.</summary>
    /// <param name="fold">The changes.</param>
    /// <param name="rows">Those that count here.</param>
    /// <param name="isCareful">Rows may be refused, and there will be other calls in the transaction.</param>
    /// <param name="cancellation">Ends the work.</param>
    public void Apply(KeyFold fold, IReadOnlyList<RowPlace> rows, bool isCareful, CancellationToken cancellation)
    {
        var deletes = rows.Count(row => fold.Header(row).IsDelete);
        if (deletes > 0)
        {
            CopyIn.Write(_session, _copyDeletes, rows.Where(row => fold.Header(row).IsDelete).Select(fold.Key), cancellation);
            _session.Execute($"ANALYZE {Deletes}; {_delete}", cancellation);
        }
        if (deletes < rows.Count)
        {
            CopyIn.Write(_session, _copy, rows.Where(row => !fold.Header(row).IsDelete).Select(fold.Row), cancellation);
            if (isCareful || !_merges || rows.Count - deletes < _mergeRowsMin || !TryMerge(cancellation))
                _session.Execute(_upsert, cancellation);
        }
        if (isCareful)
            _session.Execute($"DELETE FROM {Upserts}; DELETE FROM {Deletes}", cancellation);
    }

    // False where it did nothing: another session was faster, a row is refused for another unique index, or the table is of a kind that does not take it after all.
    bool TryMerge(CancellationToken cancellation)
    {
        try
        {
            _session.Execute($"SAVEPOINT sqlstream_merge; ANALYZE {Upserts}; {_merge}; RELEASE SAVEPOINT sqlstream_merge", cancellation);
            _refusals = 0;
            return true;
        }
        catch (PostgresException e) when (e.SqlState == UniqueViolation)
        {
            _merges = ++_refusals < RefusalsMax;
        }
        catch (SqlException e) when (e.SqlState is ['0', 'A', ..] or ['4', '2', ..])
        {
            _merges = false;
        }
        _session.Execute("ROLLBACK TO SAVEPOINT sqlstream_merge; RELEASE SAVEPOINT sqlstream_merge", cancellation);
        return false;
    }

    static string SameKey(IReadOnlyList<string> key) => string.Join(" AND ", key.Select(PostgresName.Quote).Select(column => $"t.{column} = s.{column}"));

    static string Uncounted(string table, IReadOnlyList<string> columns) =>
        $"ALTER TABLE {table} {string.Join(", ", columns.Select(column => $"ALTER {PostgresName.Quote(column)} SET STATISTICS 0"))}";
}
