using SqlStream.Core.Diagnostics;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;
using SqlStream.Engine.Embedding;
using SqlStream.Engine.UserFunctions;
using SqlStream.Execution;
using SqlStream.Telemetry;
using SqlStream.Testing;

namespace SqlStream.Engine.Tests.Documentation;

/// <summary>The code of the README and of docs/embedding.md, as it stands there.</summary>
public sealed class Snippets
{
    [Fact]
    public async Task Readme()
    {
        var windows = new List<Window>();

        await using var engine = await SqlStreamEngine.OpenAsync();
        engine.RegisterFunction("fahrenheit", (double celsius) => celsius * 9 / 5 + 32);
        await engine.ExecuteAsync("""
            CREATE TABLE readings (sensor STRING, celsius DOUBLE, at TIMESTAMP(3), WATERMARK FOR at AS at - INTERVAL '5' SECOND)
            WITH ('connector' = 'push')
            """);

        var writer = await engine.OpenWriterAsync<Reading>("readings");
        await writer.WriteAsync(new Reading("roof", 21.5, new DateTime(2026, 1, 1, 8, 0, 0)));
        await writer.WriteAsync(new Reading("roof", 22.5, new DateTime(2026, 1, 1, 8, 0, 9)));
        writer.Complete();

        await foreach (var window in engine.QueryAsync<Window>("""
            SELECT sensor, window_end, fahrenheit(AVG(celsius)) AS average
            FROM TUMBLE(TABLE readings, DESCRIPTOR(at), INTERVAL '10' SECOND) GROUP BY window_start, window_end, sensor
            """))
        {
            windows.Add(window);
        }

        Assert.Equal([new Window("roof", new DateTime(2026, 1, 1, 8, 0, 10), 71.6)], windows);
    }

    sealed record Reading(string Sensor, double Celsius, DateTime At);
    sealed record Window(string Sensor, DateTime WindowEnd, double? Average);

    [Fact]
    public async Task Rows()
    {
        var lines = new List<string>();
        await using var engine = await SqlStreamEngine.OpenAsync(new EngineOptions
        {
            Settings = new Dictionary<string, string> { ["parallelism.default"] = "1", ["execution.runtime-mode"] = "streaming" },
        });

        // Rows that only grow, as values of a type.
        await foreach (var (name, amount) in engine.QueryAsync<(string, decimal)>("SELECT * FROM (VALUES ('ada', 1.50), ('bob', 2)) AS t (name, amount)"))
            lines.Add($"{name} {amount}");

        // A result that changes, as changes.
        await foreach (var change in engine.ChangesAsync<Total>("SELECT name, SUM(amount) AS amount FROM (VALUES ('ada', 1), ('ada', 2)) AS t (name, amount) GROUP BY name"))
            lines.Add($"{change.Kind.Symbol()} {change.Value.Amount}");

        // Any result, by names that are known at run time only.
        await foreach (var row in engine.QueryAsync("SELECT 1 AS x, MAP['k', ARRAY[1, 2]] AS m"))
            lines.Add($"{row.Kind.Symbol()} {row["x"]} {row.Get<int>("x") + 1} {row}");

        Assert.Contains("ada 1.50", lines);
        Assert.Contains("+I 1 2 +I(1, {k=[1, 2]})", lines);
        // Changes within a batch are one.
        Assert.Contains(lines, line => line is "+I 3" or "+U 3");
    }

    sealed record Total(string Name, int? Amount);

    [Fact]
    public async Task Jobs()
    {
        using var directory = new TemporaryDirectory();
        var savepoints = directory.Path;
        await using var engine = await SqlStreamEngine.OpenAsync();

        await engine.ExecuteAsync("""
            CREATE TABLE orders (customer STRING, amount DECIMAL(10, 2)) WITH ('connector' = 'push');
            CREATE TABLE totals (customer STRING, amount DECIMAL(38, 2), PRIMARY KEY (customer) NOT ENFORCED) WITH ('connector' = 'memory');
            """);
        const string Totals = "INSERT INTO totals SELECT customer, SUM(amount) FROM orders GROUP BY customer";
        var orders = await engine.OpenWriterAsync<(string Customer, decimal Amount)>("orders");

        var job = await engine.StartAsync(Totals);
        await orders.WriteAsync(("ada", 10));
        while (job.Progress().RowsIn < 1)
            await Task.Delay(5);
        var savepoint = await job.StopAsync(StopKind.Stop, savepoints);
        await job.WaitAsync();

        var next = await engine.StartAsync(Totals, restoreFrom: savepoint!.Path);
        await orders.WriteAsync(("ada", 5));
        orders.Complete();
        await next.WaitAsync();

        await foreach (var total in engine.QueryAsync<decimal?>("SELECT amount FROM totals"))
            Assert.Equal(15, total);
    }

    [Fact]
    public async Task Functions()
    {
        await using var engine = await SqlStreamEngine.OpenAsync();

        engine.RegisterFunction("initials", (string first, string? last) => $"{first[0]}{last?[0]}");
        engine.RegisterFunction("price", (decimal net) => net * 1.19m, new FunctionOptions { ReturnType = SqlType.Decimal(12, 2) });
        engine.RegisterFunction("parse", (string text) => Uri.IsWellFormedUriString(text, UriKind.Absolute) ? new Uri(text).Host : throw new FormatException(),
            new FunctionOptions { OnFailure = FunctionFailure.Null });
        engine.RegisterAggregate("weighted_mean", new WeightedMean());

        await foreach (var row in engine.QueryAsync("SELECT initials('Ada', NULL), price(10), parse('x'), weighted_mean(v, w) FROM (VALUES (1e0, 1), (4e0, 2)) AS t (v, w)"))
            Assert.Equal("+I(A, 11.90, NULL, 3)", row.ToString());
    }

    [Fact]
    public async Task TableFunctions()
    {
        await using var engine = await SqlStreamEngine.OpenAsync();

        engine.RegisterTableFunction("words", (string text) => text.Split(' ').Select(word => new Word(word, word.Length)));

        var words = new List<Word>();
        await foreach (var word in engine.QueryAsync<Word>("SELECT w.text, w.length FROM (VALUES 'to be') AS t (x), LATERAL TABLE(words(x)) AS w (text, length)"))
            words.Add(word);
        Assert.Equal([new Word("to", 2), new Word("be", 2)], words);
    }

    sealed record Word(string Text, int Length);

    sealed class WeightedMean : UserAggregate<(double Value, long Weight), (double Sum, long Weight), double?>
    {
        public override bool CanMerge => true;

        public override void Accumulate(ref (double Sum, long Weight) state, (double Value, long Weight) row) =>
            state = (state.Sum + row.Value * row.Weight, state.Weight + row.Weight);

        public override void Merge(ref (double Sum, long Weight) state, in (double Sum, long Weight) other) =>
            state = (state.Sum + other.Sum, state.Weight + other.Weight);

        public override double? Result(in (double Sum, long Weight) state) => state.Weight == 0 ? null : state.Sum / state.Weight;
    }

    [Fact]
    public async Task Errors()
    {
        var said = "";
        await using var engine = await SqlStreamEngine.OpenAsync();

        try
        {
            await engine.ExecuteAsync("CREATE TABLE t (x INT) WITH ('connector' = 'memry')");
        }
        catch (SqlException error)
        {
            said = $"{error.SqlState} at {error.Diagnostics[0].Span.Start}: {error.Message}. {error.Diagnostics[0].Hint}";
        }

        Assert.Contains("memory", said, StringComparison.Ordinal);
    }

    [Fact]
    public void Otlp()
    {
        using var export = new OtlpExport(new OtlpOptions { Endpoint = new Uri("http://localhost:4318/v1/metrics") });
        Assert.NotNull(export);
    }
}
