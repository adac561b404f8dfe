using System.Globalization;
using System.Text.Json;
using SqlStream.EndToEnd.Tests.Rig;

namespace SqlStream.EndToEnd.Tests.Nexmark;

/// <summary>What the queries delivered: the rows that are left of the changes in their files.</summary>
static class SuiteOutput
{
    // Of bids of one time, or of one price, any may be the one: what they differ in is not compared.
    static readonly Dictionary<string, string[]> _compared = new()
    {
        ["q18"] = ["auction", "bidder", "dateTime"],
        ["q19"] = ["auction", "price", "rank_number"],
    };

    /// <summary>The rows of a query, ordered.</summary>
    public static List<string> Rows(WorkDirectory work, string query) => query switch
    {
        "q10" => [.. Partitioned(work, "out/q10").Order(StringComparer.Ordinal)],
        _ => [.. Folded(work, $"out/{query}", _compared.GetValueOrDefault(query)).Order(StringComparer.Ordinal)],
    };

    /// <summary>A value as text, the same for what comes from JSON and from PostgreSQL.</summary>
    public static string Canonical(object? value) => value switch
    {
        null => "NULL",
        DateTime time => time.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture),
        string text => text,
        _ => (Convert.ToDecimal(value, CultureInfo.InvariantCulture) / 1.000000000000000000000000000m).ToString(CultureInfo.InvariantCulture),
    };

    static IEnumerable<string> Folded(WorkDirectory work, string directory, string[]? compared)
    {
        var counts = new Dictionary<string, int>();
        foreach (var line in work.Lines(directory))
        {
            using var document = JsonDocument.Parse(line);
            var fields = document.RootElement.GetProperty("data").EnumerateObject().Where(field => compared is null || compared.Contains(field.Name));
            var row = string.Join(" | ", fields.Select(field => Canonical(Value(field.Value))));
            var added = document.RootElement.GetProperty("op").GetString() is "+I" or "+U" ? 1 : -1;
            counts[row] = counts.GetValueOrDefault(row) + added;
        }
        Assert.All(counts, row => Assert.True(row.Value >= 0, $"{directory}: \"{row.Key}\" was taken away more often than it came"));
        return counts.SelectMany(row => Enumerable.Repeat(row.Key, row.Value));
    }

    static object? Value(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.Number => value.GetDecimal(),
        _ when DateTime.TryParseExact(
            value.GetString(), ["yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm:ss.FFF"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) => time,
        _ => value.GetString(),
    };

    // The columns of the partition are in the names of directories alone.
    static IEnumerable<string> Partitioned(WorkDirectory work, string directory) => work.VisibleFiles(directory).SelectMany(file =>
    {
        var names = Path.GetRelativePath(work[directory], file).Split('/')[..^1].Select(part => Uri.UnescapeDataString(part[(part.IndexOf('=') + 1)..])).ToList();
        return File.ReadLines(file).Select(line => string.Join(" | ", line.Split(',').Select(value => value.Trim('"')).Concat(names)));
    });
}
