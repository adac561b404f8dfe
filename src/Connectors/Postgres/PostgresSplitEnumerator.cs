using System.Globalization;
using System.Text.Json;
using SqlStream.Core.Connect;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Postgres;

/// <summary>Divides a table into parts, once: by the blocks of it and of its partitions, or by the values of a column.</summary>
sealed class PostgresSplitEnumerator : ISplitEnumerator
{
    const long BlocksMin = 1024;
    const int SplitsPerSubtask = 4;

    // The table itself and what inherits from it. Blocks are those of the moment: the last part has no end, and the snapshot says what is in it.
    const string RelationsSql = """
        WITH RECURSIVE family(oid) AS (
            SELECT to_regclass($1)::oid UNION ALL SELECT i.inhrelid FROM family JOIN pg_inherits i ON i.inhparent = family.oid)
        SELECT format('%I.%I', n.nspname, c.relname), c.relkind::text,
            CASE WHEN c.relkind IN ('r', 'm') THEN pg_relation_size(c.oid) / current_setting('block_size')::int8 ELSE 0 END
        FROM family JOIN pg_class c ON c.oid = family.oid JOIN pg_namespace n ON n.oid = c.relnamespace ORDER BY 1
        """;

    readonly ConnectorTable _table;
    readonly PostgresOptions _options;
    readonly int _parallelism;
    bool _listed;

    public PostgresSplitEnumerator(ConnectorTable table, PostgresOptions options, int parallelism, string? state)
    {
        (_table, _options, _parallelism) = (table, options, parallelism);
        if (state is not null)
            RestoreState(state);
    }

    /// <inheritdoc/>
    public TimeSpan Interval => TimeSpan.Zero;

    /// <inheritdoc/>
    public (IReadOnlyList<SourceSplit> Splits, bool Done) Discover(CancellationToken cancellation)
    {
        if (_listed)
            return ([], true);
        using var session = PostgresSession.Open(_options.Address, $"dividing table \"{_options.Table}\"", cancellation);
        var found = PostgresTable.Find(session, _options.Table, cancellation) ?? throw PostgresErrors.TableMissing(_options.Table, _options.Address, mayCreate: false);
        // What does not fit is told before anything is read.
        for (var column = 0; column < _table.Schema.Count; column++)
            SourceColumns.Expression(found, _table, column, "t");
        var relations = session.Query(RelationsSql, row => new Relation(row.GetString(0), row.GetString(1), row.GetInt64(2)), cancellation, found.Name.Sql);
        var splits = _options.Scan.Column is { } divides ? ByValues(found, relations, divides) : relations.SelectMany(ByBlocks).ToList();
        _listed = true;
        return ([.. splits.Select(split => split.ToSourceSplit())], true);
    }

    /// <inheritdoc/>
    public string SaveState() => _listed ? """{"version":1,"listed":true}""" : """{"version":1,"listed":false}""";

    IEnumerable<PostgresSplit> ByBlocks(Relation relation)
    {
        // A table that is only a name for its partitions has no rows.
        if (relation.Kind == "p")
            yield break;
        if (relation.Kind is not ("r" or "m"))
        {
            yield return new PostgresSplit(relation.Sql, null, null, null, IsOrdered: false);
            yield break;
        }
        var step = _options.Scan.Count is { } count
            ? Math.Max(1, (relation.Blocks + count - 1) / count)
            : Math.Max(BlocksMin, relation.Blocks / (SplitsPerSubtask * _parallelism));
        var from = 0L;
        for (; relation.Blocks - from > step; from += step)
            yield return new PostgresSplit(relation.Sql, from, from + step, null, IsOrdered: true);
        yield return new PostgresSplit(relation.Sql, from, null, null, IsOrdered: true);
    }

    List<PostgresSplit> ByValues(PostgresTable found, List<Relation> relations, string divides)
    {
        var column = found.RequiredColumn(divides);
        if (Literals(column.Oid, _options.Scan.Bounds) is not { } literal)
            throw PostgresErrors.ScanColumn(_table.Options.Find("scan.partition.column")!, column.Name, column.TypeText);
        var perUnit = column.Oid is PostgresTypes.Timestamp or PostgresTypes.TimestampTz && _options.Scan.Bounds == ScanBounds.Date ? PostgresOptions.MicrosOfDay : 1;
        var (lower, upper) = ((Int128)_options.Scan.LowerBound * perUnit, (Int128)_options.Scan.UpperBound * perUnit);
        var step = (upper - lower) / _options.Scan.Count!.Value + 1;
        var splits = new List<PostgresSplit>();
        for (var from = lower; from <= upper; from += step)
        {
            var name = $"t.{PostgresName.Quote(column.Name)}";
            var condition = $"{name} >= {literal(from)} AND {name} {(from + step > upper ? "<=" : "<")} {literal(from + step > upper ? upper : from + step)}";
            splits.Add(new PostgresSplit(found.Name.Sql, null, null, condition, relations is [{ Kind: "r" or "m" }]));
        }
        return splits;
    }

    // How bounds are written for a column; null where they are none of its type.
    static Func<Int128, string>? Literals(uint oid, ScanBounds bounds) => (oid, bounds) switch
    {
        (PostgresTypes.Int2 or PostgresTypes.Int4 or PostgresTypes.Int8 or PostgresTypes.Numeric or PostgresTypes.Float4 or PostgresTypes.Float8, ScanBounds.Number) =>
            value => value.ToString(CultureInfo.InvariantCulture),
        (PostgresTypes.Date, ScanBounds.Date) => value => $"'{LookupText.Of((int)value, SqlType.Date)}'::date",
        (PostgresTypes.Timestamp, ScanBounds.Date or ScanBounds.Timestamp) => value => $"'{LookupText.Of((long)value, SqlType.Timestamp(6))}'::timestamp",
        (PostgresTypes.TimestampTz, ScanBounds.Date or ScanBounds.Timestamp) => value => $"'{LookupText.Of((long)value, SqlType.Timestamp(6))}+00'::timestamptz",
        _ => null,
    };

    void RestoreState(string state)
    {
        try
        {
            using var document = JsonDocument.Parse(state);
            _listed = document.RootElement.GetProperty("listed").GetBoolean();
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw PostgresErrors.PositionMalformed(state);
        }
    }

    sealed record Relation(string Sql, string Kind, long Blocks);
}
