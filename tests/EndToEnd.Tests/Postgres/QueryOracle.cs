using System.Globalization;
using Npgsql;

namespace SqlStream.EndToEnd.Tests.Postgres;

/// <summary>What PostgreSQL makes of generated queries over the same rows.</summary>
sealed class QueryOracle(NpgsqlConnection connection)
{
    /// <summary>Makes a table, or replaces its rows.</summary>
    public async Task FillAsync(string table, IReadOnlyList<IReadOnlyList<string?>> rows)
    {
        var literals = rows.Select(row => $"({string.Join(", ", row.Select(value => value is null ? "NULL" : $"'{value.Replace("'", "''", StringComparison.Ordinal)}'"))})");
        var insert = rows.Count == 0 ? "" : $"; INSERT INTO {table} VALUES {string.Join(", ", literals)}";
        await using var command = new NpgsqlCommand($"DROP TABLE IF EXISTS {table}; CREATE TEMP TABLE {table} ({QueryGenerator.Definitions}){insert}", connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The rows of a query, values between bars. Raises <see cref="TimeoutException"/> where PostgreSQL takes long for it.</summary>
    public async Task<List<string>> RowsAsync(GeneratedQuery query)
    {
        await using var command = new NpgsqlCommand($"SET statement_timeout = '20s'; {query.Text}", connection);
        var rows = new List<string>();
        try
        {
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
                rows.Add(string.Join(" | ", query.Columns.Select((kind, i) => reader.IsDBNull(i) ? "NULL" : Canonical(kind, reader.GetValue(i)))));
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.QueryCanceled)
        {
            throw new TimeoutException("PostgreSQL takes more than 20 s for it", exception);
        }
        catch (PostgresException exception)
        {
            Assert.Fail($"the generator made what PostgreSQL does not take: {exception.MessageText}\n{query.Text}");
        }
        return rows;
    }

    /// <summary>The kinds of the columns of a query, or null where PostgreSQL does not take it, or takes long for it.</summary>
    public async Task<IReadOnlyList<ValueKind>?> KindsAsync(string query)
    {
        try
        {
            await using var command = new NpgsqlCommand($"SET statement_timeout = '5s'; {query}", connection);
            await using var reader = await command.ExecuteReaderAsync();
            List<ValueKind?> kinds = [.. Enumerable.Range(0, reader.FieldCount).Select(i => Kind(reader.GetDataTypeName(i)))];
            while (await reader.ReadAsync())
            {
            }
            return kinds.Contains(null) ? null : [.. kinds.Select(kind => kind!.Value)];
        }
        catch (PostgresException)
        {
            return null;
        }
    }

    static ValueKind? Kind(string type) => type switch
    {
        "integer" or "bigint" or "smallint" => ValueKind.Int,
        "boolean" => ValueKind.Bool,
        "date" => ValueKind.Date,
        "double precision" => ValueKind.Double,
        _ when type.StartsWith("numeric", StringComparison.Ordinal) => ValueKind.Decimal,
        _ when type.StartsWith("character varying", StringComparison.Ordinal) || type == "text" => ValueKind.Text,
        _ when type.StartsWith("timestamp", StringComparison.Ordinal) => ValueKind.Timestamp,
        _ => null,
    };

    static string Canonical(ValueKind kind, object value) => kind switch
    {
        ValueKind.Bool => (bool)value ? "TRUE" : "FALSE",
        ValueKind.Double => Canonical(kind, ((double)value).ToString("R", CultureInfo.InvariantCulture)),
        ValueKind.Date => ((DateOnly)value).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        ValueKind.Timestamp => ((DateTime)value).ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture),
        _ => Canonical(kind, Convert.ToString(value, CultureInfo.InvariantCulture)!),
    };

    /// <summary>A value as text that is the same for both systems.</summary>
    public static string Canonical(ValueKind kind, string text) => kind switch
    {
        ValueKind.Int or ValueKind.Decimal => (decimal.Parse(text, CultureInfo.InvariantCulture) / 1.000000000000000000000000000m).ToString(CultureInfo.InvariantCulture),
        ValueKind.Double => (double.Parse(text, CultureInfo.InvariantCulture) + 0.0).ToString("R", CultureInfo.InvariantCulture),
        ValueKind.Timestamp => DateTime.Parse(text, CultureInfo.InvariantCulture).ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture),
        _ => text,
    };
}
