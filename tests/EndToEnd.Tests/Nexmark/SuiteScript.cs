using System.Globalization;
using SqlStream.Testing;

namespace SqlStream.EndToEnd.Tests.Nexmark;

/// <summary>The queries of bench/Nexmark as one job, whose changes go to files below <c>out/</c>.</summary>
sealed record SuiteScript(IReadOnlyList<string> Queries)
{
    const string BlackHole = "'connector' = 'blackhole'";

    static readonly (string Table, string Columns)[] _events =
    [
        ("person", "id BIGINT, name VARCHAR, emailAddress VARCHAR, creditCard VARCHAR, city VARCHAR, state VARCHAR, `dateTime` TIMESTAMP(3), extra VARCHAR"),
        ("auction", "id BIGINT, itemName VARCHAR, description VARCHAR, initialBid BIGINT, reserve BIGINT, `dateTime` TIMESTAMP(3), expires TIMESTAMP(3), seller BIGINT, "
            + "category BIGINT, extra VARCHAR"),
        ("bid", "auction BIGINT, bidder BIGINT, price BIGINT, channel VARCHAR, url VARCHAR, `dateTime` TIMESTAMP(3), extra VARCHAR"),
    ];

    /// <summary>Number of events.</summary>
    public required long Events { get; init; }

    /// <summary>Events that a second of event time has.</summary>
    public required long EventsPerSecond { get; init; }

    /// <summary>Events come at their pace, so that the job lasts.</summary>
    public bool IsPaced { get; init; }

    /// <summary>The text; <paramref name="directory"/> is where files go.</summary>
    public string Text(string directory)
    {
        var parts = Queries.SelectMany(query => Statements(Read(query).Replace(BlackHole, Files($"{directory}/out/{query}", "changelog-json"), StringComparison.Ordinal))).ToList();
        // The events themselves, for the oracle.
        foreach (var (table, columns) in _events)
        {
            parts.Add($"CREATE TABLE {table}_events ({columns}) WITH ({Files($"{directory}/out/events/{table}", "json")})");
            parts.Add($"INSERT INTO {table}_events SELECT * FROM {table}");
        }
        var definitions = parts.Where(part => !IsInsert(part)).Select(part => part + ";\n");
        var inserts = parts.Where(IsInsert).Select(part => part + ";\n");
        var text = Read("tables") + string.Concat(definitions) + "EXECUTE STATEMENT SET BEGIN\n" + string.Concat(inserts) + "END;\n";
        return text
            .Replace("'person.proportion' = '1'", $"'person.proportion' = '1', 'max-emit-speed' = '{(IsPaced ? "false" : "true")}'", StringComparison.Ordinal)
            .Replace("${TPS}", EventsPerSecond.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("${EVENTS_NUM}", Events.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("${NEXMARK_DIR}", $"{directory}/out", StringComparison.Ordinal);
    }

    /// <summary>The file that q13 looks up.</summary>
    public static string SideInput => string.Concat(Enumerable.Range(0, 10_000).Select(i => string.Create(CultureInfo.InvariantCulture, $"{i},{i}\n")));

    static string Files(string path, string format) => $"'connector' = 'filesystem', 'path' = '{path}', 'format' = '{format}'";

    static bool IsInsert(string statement) => statement.Contains("INSERT INTO", StringComparison.Ordinal);

    // None of them has a semicolon within.
    static IEnumerable<string> Statements(string script) => script.Split(';').Select(statement => statement.Trim()).Where(statement => statement.Length > 0);

    static string Read(string name) => File.ReadAllText(Path.Combine(GoldenFolder.Root(), "..", "..", "bench", "Nexmark", "queries", name + ".sql"));
}
