using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using SqlStream.Core.Connect;

namespace SqlStream.Connectors.Postgres;

/// <summary>A part of a table.</summary>
/// <param name="Relation">The table, or the partition of it, as SQL; read without its own partitions.</param>
/// <param name="From">The first block; null where the part is not one of blocks.</param>
/// <param name="To">The block behind the last; null where all that follow belong to it.</param>
/// <param name="Condition">What holds for the rows of the part, as SQL; null where all of the blocks belong to it.</param>
/// <param name="IsOrdered">Rows have places, by which reading can go on.</param>
sealed record PostgresSplit(
    [property: JsonPropertyName("relation")] string Relation,
    [property: JsonPropertyName("from")] long? From,
    [property: JsonPropertyName("to")] long? To,
    [property: JsonPropertyName("where")] string? Condition,
    [property: JsonPropertyName("ordered")] bool IsOrdered)
{
    /// <summary>Reads a split of a checkpoint.</summary>
    public static PostgresSplit Parse(SourceSplit split)
    {
        try
        {
            return JsonSerializer.Deserialize<PostgresSplit>(split.Id) ?? throw PostgresErrors.PositionMalformed(split.Id);
        }
        catch (JsonException)
        {
            throw PostgresErrors.PositionMalformed(split.Id);
        }
    }

    public SourceSplit ToSourceSplit() => new(JsonSerializer.Serialize(this));

    /// <summary>The query of the part's rows from a position on.</summary>
    /// <param name="columns">What is asked for, of the table <c>t</c>.</param>
    /// <param name="condition">What must hold, as SQL; null for nothing.</param>
    /// <param name="rowsMax">So many rows are enough.</param>
    /// <param name="position">Where to go on.</param>
    /// <param name="isSorted">Rows are put into the order of their places, in which those of blocks that are read one after the other come by themselves.</param>
    public string Query(IReadOnlyList<string> columns, string? condition, long? rowsMax, PostgresPosition position, bool isSorted)
    {
        var conditions = new List<string>();
        if (From is { } from)
            conditions.Add(string.Create(CultureInfo.InvariantCulture, $"t.ctid >= '({from},0)'"));
        if (To is { } to)
            conditions.Add(string.Create(CultureInfo.InvariantCulture, $"t.ctid < '({to},0)'"));
        if (Condition is not null)
            conditions.Add(Condition);
        // Where rows are counted they must be the same ones under another query, too.
        if (condition is not null && IsOrdered)
            conditions.Add(condition);
        if (position.After is { } after)
            conditions.Add($"t.ctid > '{after}'");
        var where = conditions.Count > 0 ? $" WHERE {string.Join(" AND ", conditions)}" : "";
        var all = IsOrdered ? columns.Prepend("t.ctid") : columns;
        var order = isSorted ? " ORDER BY t.ctid" : "";
        var limit = rowsMax is { } rows ? string.Create(CultureInfo.InvariantCulture, $" LIMIT {rows}") : "";
        var offset = position.Rows > 0 ? string.Create(CultureInfo.InvariantCulture, $" OFFSET {position.Rows}") : "";
        return $"SELECT {string.Join(", ", all)} FROM {(IsOrdered ? "ONLY " : "")}{Relation} AS t{where}{order}{limit}{offset}";
    }
}

/// <summary>How far a part has been read: behind the row of a place, or behind a number of rows.</summary>
/// <param name="After">The place of the last row, as the server writes it; null before the first, and where rows have no places.</param>
/// <param name="Rows">The number of rows, where they have no places.</param>
sealed record PostgresPosition(
    [property: JsonPropertyName("after")] string? After,
    [property: JsonPropertyName("rows")] long Rows)
{
    public static PostgresPosition Start { get; } = new(null, 0);

    /// <summary>Reads a position of a checkpoint.</summary>
    public static PostgresPosition Parse(string position)
    {
        try
        {
            using var document = JsonDocument.Parse(position);
            if (document.RootElement.GetProperty("version").GetInt32() == 1)
            {
                var after = document.RootElement.TryGetProperty("after", out var place) ? place.GetString() : null;
                if (after is null || after.All(c => char.IsAsciiDigit(c) || c is '(' or ')' or ','))
                    return new PostgresPosition(after, document.RootElement.TryGetProperty("rows", out var rows) ? rows.GetInt64() : 0);
            }
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw PostgresErrors.PositionMalformed(position);
        }
        throw PostgresErrors.PositionMalformed(position);
    }

    public override string ToString() => After is null
        ? string.Create(CultureInfo.InvariantCulture, $"{{\"version\":1,\"rows\":{Rows}}}")
        : $"{{\"version\":1,\"after\":\"{After}\"}}";
}
