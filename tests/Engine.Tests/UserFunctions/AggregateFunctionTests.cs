using System.Buffers;
using System.Text;
using SqlStream.Core.Diagnostics;
using SqlStream.Engine.Embedding;
using SqlStream.Engine.Tests.Support;
using SqlStream.Engine.UserFunctions;
using SqlStream.Execution;
using SqlStream.Testing;

namespace SqlStream.Engine.Tests.UserFunctions;

public sealed class AggregateFunctionTests
{
    /// <summary>The mean weighted by a second argument; NULL without rows.</summary>
    sealed class WeightedMean : UserAggregate<(double Value, long Weight), (double Sum, long Weight), double?>
    {
        public override bool CanRetract => true;

        public override bool CanMerge => true;

        public override void Accumulate(ref (double Sum, long Weight) state, (double Value, long Weight) value) =>
            state = (state.Sum + (value.Value * value.Weight), state.Weight + value.Weight);

        public override void Retract(ref (double Sum, long Weight) state, (double Value, long Weight) value) =>
            state = (state.Sum - (value.Value * value.Weight), state.Weight - value.Weight);

        public override void Merge(ref (double Sum, long Weight) state, in (double Sum, long Weight) other) =>
            state = (state.Sum + other.Sum, state.Weight + other.Weight);

        public override double? Result(in (double Sum, long Weight) state) => state.Weight == 0 ? null : state.Sum / state.Weight;
    }

    /// <summary>The different strings in order; NULL counts as "-".</summary>
    sealed class Different : UserAggregate<string?, SortedDictionary<string, int>, string>
    {
        public override bool CanRetract => true;

        public override IStateCodec<SortedDictionary<string, int>>? Codec { get; } = new DictionaryCodec();

        public override SortedDictionary<string, int> Create() => new(StringComparer.Ordinal);

        public override void Accumulate(ref SortedDictionary<string, int> state, string? value) => state[value ?? "-"] = state.GetValueOrDefault(value ?? "-") + 1;

        public override void Retract(ref SortedDictionary<string, int> state, string? value)
        {
            if (--state[value ?? "-"] == 0)
                state.Remove(value ?? "-");
        }

        public override string Result(in SortedDictionary<string, int> state) => string.Join('+', state.Keys);
    }

    sealed class DictionaryCodec : IStateCodec<SortedDictionary<string, int>>
    {
        public void Write(SortedDictionary<string, int> state, IBufferWriter<byte> output) =>
            output.Write(Encoding.UTF8.GetBytes(string.Join('\n', state.Select(entry => $"{entry.Value} {entry.Key}"))));

        public SortedDictionary<string, int> Read(ReadOnlySpan<byte> bytes)
        {
            var state = new SortedDictionary<string, int>(StringComparer.Ordinal);
            foreach (var line in Encoding.UTF8.GetString(bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries))
                state[line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..]] = int.Parse(line[..line.IndexOf(' ', StringComparison.Ordinal)], null);
            return state;
        }
    }

    sealed class Last : UserAggregate<int, int, int>
    {
        public override void Accumulate(ref int state, int value) => state = value == 13 ? throw new ArgumentException("unlucky") : value;

        public override int Result(in int state) => state;
    }

    sealed class Loose : UserAggregate<int, List<int>, int>
    {
        public override void Accumulate(ref List<int> state, int value) => state.Add(value);

        public override int Result(in List<int> state) => state.Count;
    }

    const string Rows = "(VALUES ('a', 1, 1, 'x'), ('a', 4, 2, 'y'), ('b', 7, 0, 'x'), ('a', CAST(NULL AS INT), 5, NULL)) AS t (k, v, w, s)";

    [Theory]
    [InlineData("1")]
    [InlineData("3")]
    public async Task Groups_have_results_of_their_own(string parallelism)
    {
        await using var scope = await OpenAsync();
        await scope.Engine.ExecuteAsync($"SET 'parallelism.default' = '{parallelism}'");
        Assert.Equal(
            "+I(a, 3, -+x+y) | +I(b, NULL, x)", await scope.TextAsync($"SELECT k, weighted(v, w), different(s) FROM {Rows} GROUP BY k"));
        Assert.Equal("+I(NULL, )", await scope.TextAsync($"SELECT weighted(v, w), different(s) FROM {Rows} WHERE k = 'z'"));
    }

    [Fact]
    public async Task Rows_that_go_are_taken_away()
    {
        await using var scope = await OpenAsync();
        await scope.Engine.ExecuteAsync("SET 'execution.runtime-mode' = 'streaming'");
        var results = new List<string>();
        // The inner result of a changes from 1 to 2, so that the outer functions see one row go and another come.
        await foreach (var change in scope.Engine.ChangesAsync<(double?, string)>(
            "SELECT weighted(n, 1), different(k || CAST(n AS STRING)) FROM (SELECT k, COUNT(*) AS n FROM (VALUES 'a', 'b', 'a') AS t (k) GROUP BY k)"))
        {
            if (change.IsRemoval)
                Assert.True(results.Remove(change.Value.ToString()));
            else
                results.Add(change.Value.ToString());
        }
        Assert.Equal(["(1.5, a2+b1)"], results);
        var error = await scope.ErrorOfAsync<int>("SELECT last_of(n) FROM (SELECT k, CAST(COUNT(*) AS INT) AS n FROM (VALUES 'a', 'b', 'a') AS t (k) GROUP BY k)");
        Assert.Contains("LAST_OF", error.ToUpperInvariant(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Windows_are_put_together_from_slices()
    {
        await using var scope = await OpenAsync();
        await scope.Engine.ExecuteAsync("CREATE TABLE p (v DOUBLE, w BIGINT, s STRING, at TIMESTAMP(3), WATERMARK FOR at AS at) WITH ('connector' = 'push')");
        var start = new DateTime(2026, 1, 1);
        var writer = await scope.Engine.OpenWriterAsync<(double, long, string, DateTime)>("p");
        await writer.WriteAsync([(1, 1, "x", start), (4, 2, "y", start.AddSeconds(6)), (10, 1, "z", start.AddSeconds(12))], scope.Limit);
        writer.Complete();
        Assert.Equal(
            [(start.AddSeconds(5), 1.0, "x"), (start.AddSeconds(10), 3.0, "x+y"), (start.AddSeconds(15), 6.0, "y+z"), (start.AddSeconds(20), 10.0, "z")],
            (await scope.QueryAsync<(DateTime, double?, string)>(
                "SELECT window_end, weighted(v, w), different(s) FROM HOP(TABLE p, DESCRIPTOR(at), INTERVAL '5' SECOND, INTERVAL '10' SECOND) GROUP BY window_start, window_end"))
            .Select(row => (row.Item1, row.Item2!.Value, row.Item3)));
    }

    [Fact]
    public async Task State_survives_a_savepoint()
    {
        using var directory = new TemporaryDirectory();
        await using var scope = await OpenAsync();
        await scope.Engine.ExecuteAsync(
            """
            CREATE TABLE p (k STRING, v INT, s STRING) WITH ('connector' = 'push');
            CREATE TABLE m (k STRING, mean DOUBLE, names STRING, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'memory');
            """);
        const string Sql = "INSERT INTO m SELECT k, weighted(v, 1), different(s) FROM p GROUP BY k";
        var writer = await scope.Engine.OpenWriterAsync<(string, int, string?)>("p");
        var job = await scope.Engine.StartAsync(Sql);
        await writer.WriteAsync([("a", 1, "x"), ("a", 2, null)], scope.Limit);
        while (job.Progress().RowsIn < 2)
            await Task.Delay(5, scope.Limit);
        var savepoint = await job.StopAsync(StopKind.Stop, directory.Path);
        await job.WaitAsync(scope.Limit);
        await writer.WriteAsync(("a", 6, "y"), scope.Limit);
        writer.Complete();
        await (await scope.Engine.StartAsync(Sql, savepoint!.Path)).WaitAsync(scope.Limit);
        Assert.Equal("+I(a, 3, -+x+y)", await scope.TextAsync("SELECT * FROM m"));
    }

    [Fact]
    public async Task Failures_name_the_function()
    {
        await using var scope = await OpenAsync();
        Assert.StartsWith("38000: function LAST_OF failed: unlucky", await scope.ErrorOfAsync<int>("SELECT last_of(x) FROM (VALUES 1, 13) AS t (x)"), StringComparison.Ordinal);
        Assert.StartsWith(
            "42804: state List<int> of aggregate function LOOSE holds references",
            EngineScope.Text(Assert.Throws<SqlException>(() => scope.Engine.RegisterAggregate("loose", new Loose()))), StringComparison.Ordinal);
        Assert.StartsWith("42723", EngineScope.Text(Assert.Throws<SqlException>(() => scope.Engine.RegisterAggregate("SUM", new Last()))), StringComparison.Ordinal);
        Assert.StartsWith("42723", EngineScope.Text(Assert.Throws<SqlException>(() => scope.Engine.RegisterFunction("last_of", (int x) => x))), StringComparison.Ordinal);
    }

    static async Task<EngineScope> OpenAsync()
    {
        var scope = await EngineScope.OpenAsync();
        scope.Engine.RegisterAggregate("weighted", new WeightedMean());
        scope.Engine.RegisterAggregate("different", new Different());
        scope.Engine.RegisterAggregate("last_of", new Last());
        return scope;
    }
}
