using System.Globalization;

namespace SqlStream.Bench.Nexmark;

/// <summary>The queries of the suite, in our own writing, and what Flink publishes for each.</summary>
static class Suite
{
    /// <summary>Events that a second of event time has, as in the suite's first version.</summary>
    public const long EventsPerSecond = 10_000_000;

    /// <summary>Lines of the file that q13 looks up.</summary>
    const int SideInputLines = 10_000;

    /// <summary>Thousand events a second and core; null where none is published.</summary>
    public static IReadOnlyList<(string Query, int? Published)> Queries { get; } =
    [
        ("q0", 155), ("q1", 158), ("q2", 175), ("q3", 152), ("q4", 34), ("q5", 22), ("q6", null), ("q7", 12), ("q8", 146), ("q9", 14), ("q10", 58), ("q11", 40),
        ("q12", 76), ("q13", 131), ("q14", 161), ("q15", 72), ("q16", 19), ("q17", 117), ("q18", 54), ("q19", 44), ("q20", 19), ("q21", 99), ("q22", 130), ("q23", null),
    ];

    /// <summary>The script of a query over so many events.</summary>
    public static string Script(string query, long events, string directory) => (Read("tables") + Read(query))
        .Replace("${TPS}", EventsPerSecond.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace("${EVENTS_NUM}", events.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace("${NEXMARK_DIR}", directory, StringComparison.Ordinal);

    /// <summary>Writes the files that queries read.</summary>
    public static void WriteSideInput(string directory) => File.WriteAllLines(
        Path.Combine(directory, "side_input.txt"), Enumerable.Range(0, SideInputLines).Select(i => string.Create(CultureInfo.InvariantCulture, $"{i},{i}")));

    static string Read(string name) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "queries", name + ".sql"));
}
