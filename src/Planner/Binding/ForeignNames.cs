namespace SqlStream.Planner.Binding;

/// <summary>What functions and types of other systems are called here, for the hints of messages.</summary>
static class ForeignNames
{
    static readonly Dictionary<string, string> s_functions = new(StringComparer.OrdinalIgnoreCase)
    {
        ["LENGTH"] = "CHAR_LENGTH",
        ["LEN"] = "CHAR_LENGTH",
        ["NVL"] = "COALESCE",
        ["ISNULL"] = "COALESCE",
        ["IIF"] = "IF",
        ["FIRST"] = "FIRST_VALUE",
        ["LAST"] = "LAST_VALUE",
        ["STRING_AGG"] = "LISTAGG",
        ["GROUP_CONCAT"] = "LISTAGG",
        ["ARRAY_LENGTH"] = "CARDINALITY",
        ["SIZE"] = "CARDINALITY",
        ["TO_CHAR"] = "DATE_FORMAT",
        ["DATE_TRUNC"] = "FLOOR(... TO unit)",
        ["DATEDIFF"] = "TIMESTAMPDIFF",
        ["DATEADD"] = "TIMESTAMPADD",
        ["DATE_ADD"] = "TIMESTAMPADD",
        ["GETDATE"] = "CURRENT_TIMESTAMP",
        ["SYSDATE"] = "CURRENT_TIMESTAMP",
        ["STRPOS"] = "POSITION",
        ["CHARINDEX"] = "LOCATE",
        ["REGEXP_LIKE"] = "REGEXP",
        ["GET_JSON_OBJECT"] = "JSON_VALUE",
        ["JSON_EXTRACT"] = "JSON_VALUE",
        ["MEDIAN"] = "PERCENTILE",
        ["STDDEV"] = "STDDEV_SAMP",
        ["CHAR"] = "CHR",
    };

    static readonly Dictionary<string, string> s_types = new(StringComparer.OrdinalIgnoreCase)
    {
        ["TEXT"] = "STRING",
        ["NVARCHAR"] = "STRING",
        ["CLOB"] = "STRING",
        ["VARCHAR2"] = "STRING",
        ["UUID"] = "STRING",
        ["LONG"] = "BIGINT",
        ["INT8"] = "BIGINT",
        ["INT4"] = "INT",
        ["INT2"] = "SMALLINT",
        ["NUMBER"] = "DECIMAL",
        ["BOOL"] = "BOOLEAN",
        ["FLOAT8"] = "DOUBLE",
        ["FLOAT4"] = "FLOAT",
        ["DATETIME"] = "TIMESTAMP",
        ["TIMESTAMPTZ"] = "TIMESTAMP_LTZ",
        ["BLOB"] = "BYTES",
        ["BYTEA"] = "BYTES",
        ["JSON"] = "STRING",
        ["LIST"] = "ARRAY",
        ["STRUCT"] = "ROW",
    };

    static readonly HashSet<string> s_counters = new(StringComparer.OrdinalIgnoreCase) { "SERIAL", "BIGSERIAL", "SMALLSERIAL", "IDENTITY" };

    static readonly string[] s_typeNames =
    [
        "ARRAY", "BIGINT", "BINARY", "BOOLEAN", "BYTES", "CHAR", "DATE", "DECIMAL", "DOUBLE", "FLOAT", "INT", "INTEGER", "INTERVAL", "MAP", "MULTISET",
        "NUMERIC", "REAL", "ROW", "SMALLINT", "STRING", "TIME", "TIMESTAMP", "TIMESTAMP_LTZ", "TINYINT", "VARBINARY", "VARCHAR",
    ];

    /// <summary>The hint for a function that does not exist, or null.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="arguments">How many arguments it is called with.</param>
    public static string? FunctionHint(string name, int arguments) => arguments == 1 && name.Equals("ISNULL", StringComparison.OrdinalIgnoreCase)
        ? "Write value IS NULL."
        : s_functions.TryGetValue(name, out var own) ? $"It is called {own} here." : null;

    /// <summary>The hint for a type that does not exist, or null.</summary>
    public static string? TypeHint(string name) => s_counters.Contains(name)
        ? "No column counts by itself; declare BIGINT, and insert the numbers with the rows."
        : s_types.TryGetValue(name, out var own)
        ? $"It is called {own} here."
        : Core.Diagnostics.NearestName.Hint(name.ToUpperInvariant(), s_typeNames);
}
