using System.Text.Json;

namespace SqlStream.EndToEnd.Tests.Crash;

/// <summary>What readers see of a job's output.</summary>
interface ICrashOutput
{
    /// <summary>The lines of a table, in the order in which its sink wrote them.</summary>
    IReadOnlyList<string> Lines(string name);
}

/// <summary>A job that is crashed, with what its output must be.</summary>
/// <param name="Name">Short, for test names.</param>
abstract record CrashJob(string Name)
{
    /// <summary>Its script.</summary>
    public abstract string Script(string directory, string input, string source);

    /// <summary>Checks the visible output.</summary>
    public abstract void Check(ICrashOutput output, CrashReadings readings);

    /// <summary>The tables of a script that all jobs begin with. Small splits make the job slow enough for several epochs.</summary>
    protected static string Readings(string directory, string input, string source) => $$"""
        CREATE TABLE readings (id BIGINT, k STRING, v BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts)
        WITH ('connector' = 'filesystem', 'path' = '{{input}}', 'format' = 'json', {{source}},
              'bad-data' = 'dead-letter', 'dead-letter.path' = '{{directory}}/rejected');

        """;

    /// <summary>Every malformed line is among the dead letters, once.</summary>
    protected static void CheckRejected(ICrashOutput output, CrashReadings readings)
    {
        var rejected = output.Lines("rejected").Select(line =>
        {
            using var letter = JsonDocument.Parse(line);
            var raw = System.Text.Encoding.UTF8.GetString(letter.RootElement.GetProperty("raw").GetBytesFromBase64());
            return int.Parse(raw.AsSpan("{\"id\":".Length, raw.IndexOf(',', StringComparison.Ordinal) - "{\"id\":".Length), System.Globalization.CultureInfo.InvariantCulture);
        });
        ShouldBeOnce("dead letters", readings.Malformed, rejected);
    }

    /// <summary>Fails with the numbers of what is lost, repeated or was never asked for.</summary>
    protected static void ShouldBeOnce<T>(string what, IEnumerable<T> expected, IEnumerable<T> found) where T : notnull
    {
        var counts = found.CountBy(item => item).ToDictionary();
        var wanted = expected.ToHashSet();
        var lost = wanted.Where(item => !counts.ContainsKey(item)).ToList();
        var repeated = counts.Where(entry => entry.Value > 1).Select(entry => entry.Key).ToList();
        var strange = counts.Keys.Where(item => !wanted.Contains(item)).ToList();
        Assert.True(
            lost.Count + repeated.Count + strange.Count == 0,
            $"{what}: {lost.Count} lost {Some(lost)}, {repeated.Count} repeated {Some(repeated)}, {strange.Count} wrong {Some(strange)}");
    }

    static string Some<T>(List<T> items) => items.Count == 0 ? "" : $"({string.Join("; ", items.Take(5))})";
}

/// <summary>Two sinks and dead letters: a windowed aggregation that keeps no row out of account, and a projection that lets each row be traced.</summary>
sealed record WindowsJob() : CrashJob("windows")
{
    public override string Script(string directory, string input, string source) => Readings(directory, input, source) + $$"""
        CREATE TABLE windows (k STRING, window_end TIMESTAMP(3), n BIGINT, total BIGINT, first_id BIGINT, last_id BIGINT)
        WITH ('connector' = 'filesystem', 'path' = '{{directory}}/windows', 'format' = 'json', 'sink.rolling-policy.file-size' = '60 kb');
        CREATE TABLE kept (id BIGINT, k STRING)
        WITH ('connector' = 'filesystem', 'path' = '{{directory}}/kept', 'format' = 'json', 'sink.rolling-policy.file-size' = '100 kb');
        EXECUTE STATEMENT SET BEGIN
          INSERT INTO windows SELECT k, window_end, COUNT(*), SUM(v), MIN(id), MAX(id)
            FROM TUMBLE(TABLE readings, DESCRIPTOR(ts), INTERVAL '1' SECOND) WHERE v >= 100 GROUP BY window_start, window_end, k;
          INSERT INTO kept SELECT id, k FROM readings WHERE v < 500;
        END;
        """;

    public override void Check(ICrashOutput output, CrashReadings readings)
    {
        CheckRejected(output, readings);
        CheckRows(output, readings);
    }

    /// <summary>Every window and every row that is kept comes once.</summary>
    public static void CheckRows(ICrashOutput output, CrashReadings readings)
    {
        ShouldBeOnce(
            "kept rows",
            readings.Whole.Where(reading => reading.Value < 500).Select(reading => (reading.Id, reading.Key)),
            Rows(output, "kept", row => (row.GetProperty("id").GetInt32(), row.GetProperty("k").GetString()!)));
        ShouldBeOnce(
            "windows",
            readings.Whole.Where(reading => reading.Value >= 100).GroupBy(reading => (reading.Key, Second: reading.Id / 1000)).Select(window => (
                window.Key.Key,
                End: new Reading((window.Key.Second + 1) * 1000).Time,
                (long)window.Count(),
                window.Sum(reading => (long)reading.Value),
                (long)window.Min(reading => reading.Id),
                (long)window.Max(reading => reading.Id))),
            Rows(output, "windows", row => (
                row.GetProperty("k").GetString()!,
                DateTime.Parse(row.GetProperty("window_end").GetString()!, System.Globalization.CultureInfo.InvariantCulture),
                row.GetProperty("n").GetInt64(),
                row.GetProperty("total").GetInt64(),
                row.GetProperty("first_id").GetInt64(),
                row.GetProperty("last_id").GetInt64())));
    }

    static IEnumerable<T> Rows<T>(ICrashOutput output, string table, Func<JsonElement, T> read) => output.Lines(table).Select(line =>
    {
        using var row = JsonDocument.Parse(line);
        return read(row.RootElement);
    });
}

/// <summary>An updating aggregation, written as its changes.</summary>
sealed record TotalsJob() : CrashJob("totals")
{
    public override string Script(string directory, string input, string source) => "SET 'execution.runtime-mode' = 'streaming';\n" + Readings(directory, input, source) + $$"""
        CREATE TABLE totals (k STRING, n BIGINT, total BIGINT, first_id BIGINT, last_id BIGINT)
        WITH ('connector' = 'filesystem', 'path' = '{{directory}}/totals', 'format' = 'changelog-json', 'sink.rolling-policy.file-size' = '200 kb');
        INSERT INTO totals SELECT k, COUNT(*), SUM(v), MIN(id), MAX(id) FROM readings GROUP BY k;
        """;

    public override void Check(ICrashOutput output, CrashReadings readings)
    {
        CheckRejected(output, readings);
        var live = new Dictionary<string, string>();
        foreach (var line in output.Lines("totals"))
        {
            using var change = JsonDocument.Parse(line);
            var data = change.RootElement.GetProperty("data");
            Apply(live, change.RootElement.GetProperty("op").GetString()!, data.GetProperty("k").GetString()!, data.GetRawText());
        }
        var expected = readings.Whole.GroupBy(reading => reading.Key).Select(key => FormattableString.Invariant(
            $"{{\"k\":\"{key.Key}\",\"n\":{key.Count()},\"total\":{key.Sum(reading => (long)reading.Value)},\"first_id\":{key.Min(reading => reading.Id)},\"last_id\":{key.Max(reading => reading.Id)}}}"));
        Assert.Equal(expected.Order(StringComparer.Ordinal), live.Values.Order(StringComparer.Ordinal));
    }

    // A change that is lost or repeated breaks the chain of its key: what is taken back must be what was last given.
    static void Apply(Dictionary<string, string> live, string op, string key, string row)
    {
        switch (op)
        {
            case "+I" or "+U":
                Assert.True(live.TryAdd(key, row), $"{op} {row} follows {live.GetValueOrDefault(key)}");
                break;
            case "-U" or "-D":
                Assert.True(live.Remove(key, out var before) && before == row, $"{op} {row} follows {before ?? "nothing"}");
                break;
            default:
                Assert.Fail($"op {op}");
                break;
        }
    }
}
