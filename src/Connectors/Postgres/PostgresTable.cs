using System.Globalization;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Postgres;

/// <summary>A column of a table, as the server has it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Oid">The number of its type; of a domain, of what it is made of.</param>
/// <param name="TypeText">Its type, for people.</param>
/// <param name="IsEnum">The type is an enumeration.</param>
/// <param name="ElementOid">Of an array the number of its elements' type; else 0.</param>
/// <param name="ElementIsEnum">That is an enumeration.</param>
/// <param name="Modifier">Length or precision, in the form that the server keeps them; -1 if there is none.</param>
/// <param name="Dimensions">Of an array, how many dimensions were declared.</param>
/// <param name="IsNotNull">It cannot be NULL.</param>
/// <param name="HasDefault">The server fills it where a row leaves it out.</param>
/// <param name="IsGenerated">Only the server writes it.</param>
sealed record PostgresColumn(
    string Name, uint Oid, string TypeText, bool IsEnum, uint ElementOid, bool ElementIsEnum, int Modifier, int Dimensions, bool IsNotNull, bool HasDefault, bool IsGenerated)
{
    /// <summary>The type has a name that people give to texts without case.</summary>
    public bool IsCaseless => TypeText == "citext";
}

/// <summary>A unique index, neither partial nor deferrable nor on expressions.</summary>
/// <param name="Columns">Its columns in order.</param>
/// <param name="IsPrimary">It is the one of the primary key.</param>
/// <param name="IsSearched">The server finds by it rows whose columns are equal to something: texts are in it in the collation of their columns.</param>
sealed record PostgresKey(IReadOnlyList<string> Columns, bool IsPrimary, bool IsSearched);

/// <summary>A table, as the server has it.</summary>
/// <param name="Name">Its name with its schema.</param>
/// <param name="Columns">Its columns in order.</param>
/// <param name="UniqueKeys">Each unique index that ON CONFLICT can use.</param>
/// <param name="TakesMerge">MERGE does the same to it as INSERT ... ON CONFLICT: no rules, no policies, no tables that inherit from it, and no triggers that are to see rows
/// before they come.</param>
sealed record PostgresTable(PostgresName Name, IReadOnlyList<PostgresColumn> Columns, IReadOnlyList<PostgresKey> UniqueKeys, bool TakesMerge)
{
    const string FindSql = """
        SELECT c.oid::int8, c.relkind::text, n.nspname::text, c.relname::text,
            NOT (c.relhasrules OR c.relrowsecurity OR (c.relhassubclass AND c.relkind <> 'p')) AND NOT EXISTS (
                SELECT FROM pg_trigger g WHERE g.tgtype & 7 = 7 AND (g.tgrelid = c.oid OR g.tgrelid IN (SELECT p.relid::oid FROM pg_partition_tree(c.oid) AS p)))
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = to_regclass($1)
        """;

    // A domain stands for the type that it is made of.
    const string ColumnsSql = """
        SELECT a.attname::text, t.oid::int8, format_type(a.atttypid, a.atttypmod), t.typtype = 'e', coalesce(e.oid, 0)::int8, coalesce(e.typtype = 'e', false),
            a.atttypmod, a.attndims::int4, a.attnotnull, a.atthasdef OR a.attidentity <> '', a.attgenerated <> '' OR a.attidentity = 'a'
        FROM pg_attribute a
        CROSS JOIN LATERAL (
            WITH RECURSIVE base(oid, next) AS (
                SELECT d.oid, d.typbasetype FROM pg_type d WHERE d.oid = a.atttypid
                UNION ALL SELECT d.oid, d.typbasetype FROM base JOIN pg_type d ON d.oid = base.next)
            SELECT oid FROM base WHERE next = 0) AS root
        JOIN pg_type t ON t.oid = root.oid
        LEFT JOIN pg_type e ON e.oid = t.typelem AND t.typcategory = 'A'
        WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
        """;

    const string KeysSql = """
        SELECT i.indisprimary, (SELECT string_agg(a.attname, chr(1) ORDER BY k.place) FROM unnest(i.indkey) WITH ORDINALITY AS k(number, place)
            JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number WHERE k.place <= i.indnkeyatts),
            NOT EXISTS (SELECT FROM unnest(i.indkey::int2[], i.indcollation::oid[]) AS k(number, collated)
                JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number WHERE k.collated <> a.attcollation)
        FROM pg_index i
        WHERE i.indrelid = $1::oid AND i.indisunique AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL
        """;

    /// <summary>Looks a table up; null if it is not there.</summary>
    public static PostgresTable? Find(PostgresSession session, PostgresName name, CancellationToken cancellation)
    {
        var found = session.Query(FindSql, row => (Oid: row.GetInt64(0), Kind: row.GetString(1), Schema: row.GetString(2), Name: row.GetString(3), TakesMerge: row.GetBoolean(4)), cancellation, name.Sql);
        if (found is not [var table])
            return null;
        if (Kind(table.Kind) is { } other)
            throw PostgresErrors.NoTable(name, other);
        var columns = session.Query(
            ColumnsSql,
            row => new PostgresColumn(
                row.GetString(0), (uint)row.GetInt64(1), row.GetString(2), row.GetBoolean(3), (uint)row.GetInt64(4), row.GetBoolean(5), row.GetInt32(6), row.GetInt32(7),
                row.GetBoolean(8), row.GetBoolean(9), row.GetBoolean(10)),
            cancellation,
            table.Oid);
        var keys = session.Query(KeysSql, row => new PostgresKey(row.GetString(1).Split('\u0001'), row.GetBoolean(0), row.GetBoolean(2)), cancellation, table.Oid);
        return new PostgresTable(new PostgresName(table.Schema, table.Name), columns, keys, table.TakesMerge);
    }

    /// <summary>The columns of its primary key in order; empty if there is none.</summary>
    public IReadOnlyList<string> PrimaryKey => UniqueKeys.FirstOrDefault(key => key.IsPrimary)?.Columns ?? [];

    /// <summary>The column that a column here means: the one of its name, else the one of its name in lower case.</summary>
    public PostgresColumn? Column(string name)
    {
        var lower = name.ToLowerInvariant();
        return Columns.FirstOrDefault(column => column.Name == name) ?? Columns.FirstOrDefault(column => column.Name == lower);
    }

    /// <summary>The same; 42703 if there is none.</summary>
    public PostgresColumn RequiredColumn(string name) => Column(name) ?? throw PostgresErrors.ColumnMissing(Name, name, Columns.Select(column => column.Name));

    /// <summary>The statement that makes a table of columns here.</summary>
    public static string CreateSql(PostgresName name, Schema schema, IReadOnlyCollection<int> primaryKey)
    {
        var columns = schema.Fields.Select(field => $"{PostgresName.Quote(field.Name)} {PostgresTypes.Sql(field.Type)}{(field.Type.IsNullable ? "" : " NOT NULL")}");
        if (primaryKey.Count > 0)
            columns = columns.Append($"PRIMARY KEY ({PostgresName.Quote(primaryKey.Select(column => schema[column].Name))})");
        return string.Create(CultureInfo.InvariantCulture, $"CREATE TABLE IF NOT EXISTS {name.Sql} ({string.Join(", ", columns)})");
    }

    static string? Kind(string kind) => kind switch
    {
        "i" or "I" => "an index",
        "S" => "a sequence",
        "c" => "a type",
        "t" => "a storage table of the server",
        _ => null,
    };
}
