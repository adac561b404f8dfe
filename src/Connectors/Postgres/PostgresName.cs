using System.Text;

namespace SqlStream.Connectors.Postgres;

/// <summary>The name of a table or another object of a server. Parts without quotes are in lower case, as the server folds them.</summary>
/// <param name="Schema">The schema; null where the server's search path says it.</param>
/// <param name="Name">The name within the schema.</param>
sealed record PostgresName(string? Schema, string Name)
{
    /// <summary>The name as SQL, every part in quotes.</summary>
    public string Sql => Schema is null ? Quote(Name) : $"{Quote(Schema)}.{Quote(Name)}";

    /// <summary>The name for people.</summary>
    public override string ToString() => Schema is null ? Name : $"{Schema}.{Name}";

    /// <summary>Reads <c>name</c>, <c>schema.name</c>, <c>"Schema"."Name"</c>; false if the text is none of these.</summary>
    public static bool TryParse(string text, out PostgresName name)
    {
        name = new PostgresName(null, "");
        var parts = new List<string>();
        var position = 0;
        do
        {
            if (!TryPart(text, ref position, out var part))
                return false;
            parts.Add(part);
        }
        while (position < text.Length && text[position++] == '.');
        if (position < text.Length || parts.Count > 2 || text.EndsWith('.'))
            return false;
        name = parts is [var schema, var table] ? new PostgresName(schema, table) : new PostgresName(null, parts[0]);
        return true;
    }

    /// <summary>An identifier in quotes.</summary>
    public static string Quote(string identifier) => $"\"{identifier.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>Several identifiers in quotes, with commas between.</summary>
    public static string Quote(IEnumerable<string> identifiers) => string.Join(", ", identifiers.Select(Quote));

    static bool TryPart(string text, ref int position, out string part)
    {
        part = "";
        if (position < text.Length && text[position] == '"')
            return TryQuoted(text, ref position, out part);
        var start = position;
        while (position < text.Length && text[position] is not ('.' or '"'))
            position++;
        part = text[start..position].Trim().ToLowerInvariant();
        return part.Length > 0 && (position >= text.Length || text[position] == '.');
    }

    static bool TryQuoted(string text, ref int position, out string part)
    {
        var name = new StringBuilder();
        for (position++; position < text.Length; position++)
        {
            if (text[position] == '"' && (position + 1 >= text.Length || text[position + 1] != '"'))
            {
                position++;
                part = name.ToString();
                return part.Length > 0 && (position >= text.Length || text[position] == '.');
            }
            if (text[position] == '"')
                position++;
            name.Append(text[position]);
        }
        part = "";
        return false;
    }
}
