using System.Globalization;
using SqlStream.Goldens;

namespace SqlStream.EndToEnd.Tests.Streams;

/// <summary>Random rows, in any order and as late as can be, joined with the windows of another table by the ends of the windows: against what LINQ makes of them.
/// Rows that the join has let go would be missing.</summary>
public sealed class WindowBoundJoinTests
{
    const int Rows = 60;
    const int Seconds = 200;
    const int SizeSeconds = 10;

    [Theory]
    [InlineData(1, "p.ts BETWEEN w.ending - INTERVAL '10' SECOND AND w.ending", -10, 0)]
    [InlineData(2, "p.ts > w.ending AND p.ts <= w.ending + INTERVAL '25' SECOND", 1, 25)]
    [InlineData(3, "p.ts >= w.beginning AND p.ts < w.ending", -10, -1)]
    [InlineData(4, "w.ending BETWEEN p.ts - INTERVAL '7' SECOND AND p.ts + INTERVAL '30' SECOND", -30, 7)]
    public async Task Nothing_is_let_go_that_a_window_meets(int seed, string condition, int from, int to)
    {
        var random = new Random(seed);
        // In order, so that none of them is too late for its window.
        var orders = Enumerable.Range(0, Rows).Select(_ => (Id: random.Next(4), Second: random.Next(Seconds))).OrderBy(order => order.Second).ToList();
        var payments = Enumerable.Range(0, Rows).Select(number => (Id: random.Next(4), Number: number, Second: random.Next(Seconds))).ToList();
        var windows = orders.GroupBy(order => (order.Id, Ending: ((order.Second / SizeSeconds) + 1) * SizeSeconds)).Select(group => (group.Key.Id, group.Key.Ending, Count: group.Count()));
        var expected = windows
            .SelectMany(window => payments.Where(payment => payment.Id == window.Id && payment.Second - window.Ending >= from && payment.Second - window.Ending <= to)
                .Select(payment => $"+ {Text(window.Ending)} {window.Count} {payment.Number}"))
            .Order(StringComparer.Ordinal).ToList();
        Assert.NotEmpty(expected);
        var catalog = """
            CREATE TABLE orders (id INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'manual', 'bounded' = 'false');
            CREATE TABLE payments (id INT, number INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'manual', 'bounded' = 'false');
            CREATE TABLE result (ending TIMESTAMP(3), n BIGINT, number INT) WITH ('connector' = 'manual');
            """;
        const string aggregation = "SELECT id, COUNT(*) AS n, window_start AS beginning, window_end AS ending FROM TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY id, window_start, window_end";
        var statement = seed % 2 == 0
            ? $"INSERT INTO result SELECT ending, n, number FROM ({aggregation}) AS w JOIN payments AS p ON w.id = p.id AND {condition}"
            : $"INSERT INTO result SELECT ending, n, number FROM payments AS p JOIN ({aggregation}) AS w ON w.id = p.id AND {condition}";
        var blocks = orders.Chunk(9).Select(chunk => new StreamBlock("orders", [.. chunk.Select(order => $"+ {order.Id} {Text(order.Second)}")], 0))
            .Zip(payments.Chunk(9).Select(chunk => new StreamBlock("payments", [.. chunk.Select(payment => $"+ {payment.Id} {payment.Number} {Text(payment.Second)}")], 0)))
            .SelectMany(pair => random.Next(2) == 0 ? new[] { pair.First, pair.Second } : [pair.Second, pair.First]).ToList();
        foreach (var configuration in StreamConfiguration.All)
            Assert.Equal(expected, (await new StreamRunner(new StreamScript(catalog, statement, blocks, []), configuration).RunAsync()).Order(StringComparer.Ordinal));
    }

    static string Text(int second) => TimeSpan.FromSeconds(second).ToString("c", CultureInfo.InvariantCulture);
}
