using SqlStream.Core.Connect;

namespace SqlStream.Connectors.Postgres;

/// <summary>The columns of a table on the server that a sink writes, once they are known to fit.</summary>
/// <param name="Table">The table.</param>
/// <param name="Columns">For each column here the one there.</param>
/// <param name="Conversion">How rows are changed on the way; null if they are not.</param>
sealed record TargetColumns(PostgresTable Table, IReadOnlyList<PostgresColumn> Columns, RowConversion? Conversion)
{
    const string UniqueViolation = "23505";

    /// <summary>Looks the table up, or makes it where that is wished; 42P01, 42703, 42804, 42P10, 23502, 428C9 where it does not fit.</summary>
    public static TargetColumns Check(PostgresSession session, ConnectorTable table, PostgresOptions options, CancellationToken cancellation)
    {
        var found = PostgresTable.Find(session, options.Table, cancellation);
        if (found is null && options.Creates)
        {
            Create(session, PostgresTable.CreateSql(options.Table, table.Schema, table.PrimaryKey), cancellation);
            found = PostgresTable.Find(session, options.Table, cancellation);
        }
        if (found is null)
            throw PostgresErrors.TableMissing(options.Table, options.Address, mayCreate: true);
        var columns = table.Schema.Fields.Select(field => found.RequiredColumn(field.Name)).ToList();
        var conversions = new List<FieldConversion?>();
        for (var i = 0; i < columns.Count; i++)
        {
            if (columns[i].IsGenerated)
                throw PostgresErrors.ColumnGenerated(found.Name, columns[i].Name);
            var type = table.Schema[i].Type;
            if (!FieldConversion.TryFind(type, columns[i], out var conversion))
                throw PostgresErrors.ColumnMisfit(found.Name, columns[i].Name, columns[i].TypeText, type, FieldConversion.Hint(type, columns[i]));
            conversions.Add(conversion);
        }
        if (found.Columns.FirstOrDefault(column => column is { IsNotNull: true, HasDefault: false } && !columns.Contains(column)) is { } missing)
            throw PostgresErrors.ColumnNotWritten(found.Name, missing.Name);
        var key = table.PrimaryKey.Select(column => columns[column].Name).ToHashSet();
        if (key.Count > 0 && !found.UniqueKeys.Any(unique => key.SetEquals(unique.Columns)))
            throw PostgresErrors.NoUniqueIndex(found.Name, table.PrimaryKey.Select(column => columns[column].Name));
        return new TargetColumns(found, columns, RowConversion.Of(conversions, table.PrimaryKey, columns));
    }

    /// <summary>Makes a table; another job may make it in this moment.</summary>
    public static void Create(PostgresSession session, string sql, CancellationToken cancellation)
    {
        try
        {
            session.Execute(sql, cancellation);
        }
        catch (Npgsql.PostgresException e) when (e.SqlState == UniqueViolation)
        {
            // It is there.
        }
    }
}
