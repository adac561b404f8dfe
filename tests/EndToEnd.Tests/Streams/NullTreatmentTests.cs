using System.Globalization;
using SqlStream.Goldens;

namespace SqlStream.EndToEnd.Tests.Streams;

/// <summary>LAG, LEAD, FIRST_VALUE and LAST_VALUE with IGNORE NULLS and RESPECT NULLS over random rows, against what LINQ makes of them, in the order of time,
/// over rows that change, and at the end of a bounded table.</summary>
public sealed class NullTreatmentTests
{
    const int Rows = 40;

    public static TheoryData<string, int> Inputs => new()
    {
        { "in time", 1 }, { "in time", 2 }, { "in time", 3 }, { "changing", 4 }, { "changing", 5 }, { "changing", 6 }, { "bounded", 7 }, { "bounded", 8 },
    };

    [Theory]
    [MemberData(nameof(Inputs))]
    public async Task Values_are_those_of_the_rows_that_count(string input, int seed)
    {
        var random = new Random(seed);
        // Numbers tell rows apart, so that their order does.
        var rows = Enumerable.Range(0, Rows).Select(number => new Row(number, random.Next(3), random.Next(5) < 2 ? random.Next(100) : null)).ToList();
        var gone = input == "changing" ? rows.Where(_ => random.Next(4) == 0).ToList() : [];
        var left = rows.Except(gone).ToList();
        // LEAD looks ahead: never in time.
        var ahead = input == "in time" ? ("LAG(v, 0, -1) IGNORE NULLS OVER w", (Func<List<Row>, int, int?>)((all, i) => all[i].V)) : ("LEAD(v, 2, -1) IGNORE NULLS OVER w", (all, i) => Nth(all.Skip(i + 1), 2, -1));
        var (calls, values) = ((string[])
            [
                "LAG(v) IGNORE NULLS OVER w", "LAG(v IGNORE NULLS) OVER w", "LAG(v, 3, n) IGNORE NULLS OVER w", "LAG(v, 2) RESPECT NULLS OVER w", ahead.Item1,
                "FIRST_VALUE(v) IGNORE NULLS OVER w", "FIRST_VALUE(v) RESPECT NULLS OVER w", "LAST_VALUE(v) OVER w", "LAST_VALUE(v RESPECT NULLS) OVER (w ROWS 2 PRECEDING)",
                "FIRST_VALUE(v) RESPECT NULLS OVER (w ROWS 2 PRECEDING)",
            ],
            (Func<List<Row>, int, int?>[])
            [
                (all, i) => Nth(all.Take(i).Reverse(), 1, null), (all, i) => Nth(all.Take(i).Reverse(), 1, null), (all, i) => Nth(all.Take(i).Reverse(), 3, all[i].N),
                (all, i) => i < 2 ? null : all[i - 2].V, ahead.Item2,
                (all, i) => Nth(all.Take(i + 1), 1, null), (all, _) => all[0].V, (all, i) => Nth(all.Take(i + 1).Reverse(), 1, null), (all, i) => all[i].V,
                (all, i) => all[Math.Max(0, i - 2)].V,
            ]);
        var expected = left.GroupBy(row => row.K).SelectMany(group =>
        {
            var all = group.OrderBy(row => row.N).ToList();
            return all.Select((row, i) => $"+ {row.N} {string.Join(' ', values.Select(value => Text(value(all, i))))}");
        });
        var order = input == "in time" ? "ts" : "n";
        var bounded = input == "bounded" ? "SET 'execution.runtime-mode' = 'batch';" : "";
        var catalog = $"""
            {bounded}
            CREATE TABLE t (n INT, k INT, v INT, ts TIMESTAMP(3){(input == "in time" ? ", WATERMARK FOR ts AS ts - INTERVAL '5' SECOND" : "")})
            WITH ('connector' = 'manual'{(input == "changing" ? ", 'changelog' = 'I,UB,UA,D'" : "")});
            CREATE TABLE result (n INT, {string.Join(", ", calls.Select((_, i) => $"c{i} INT"))}) WITH ('connector' = 'manual');
            """;
        var statement = $"INSERT INTO result SELECT n, {string.Join(", ", calls)} FROM t WINDOW w AS (PARTITION BY k ORDER BY {order})";
        // In time, rows come out of order by less than the watermark waits.
        var arrived = rows.OrderBy(row => input == "in time" ? row.N + random.Next(4) : random.Next()).Select(row => "+ " + row).ToList();
        var blocks = arrived.Chunk(7).Append([.. gone.Select(row => "- " + row)]).Select(block => new StreamBlock("t", block, 0)).ToList();
        var script = new StreamScript(catalog, statement, blocks, []);
        foreach (var configuration in StreamConfiguration.All.Where((_, i) => i == 0 || i % 3 == seed % 3))
            Assert.Equal(expected.Order(StringComparer.Ordinal), (await new StreamRunner(script, configuration).RunAsync()).Order(StringComparer.Ordinal));
    }

    static int? Nth(IEnumerable<Row> rows, int number, int? standIn)
    {
        var values = rows.Where(row => row.V is not null).Select(row => row.V).ToList();
        return values.Count < number ? standIn : values[number - 1];
    }

    static string Text(int? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "NULL";

    sealed record Row(int N, int K, int? V)
    {
        public override string ToString() => $"{N} {K} {Text(V)} 10:00:{N:D2}";
    }
}
