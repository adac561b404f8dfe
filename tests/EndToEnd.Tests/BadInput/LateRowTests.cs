using SqlStream.EndToEnd.Tests.Rig;

namespace SqlStream.EndToEnd.Tests.BadInput;

/// <summary>Rows that come when their windows are closed.</summary>
public sealed class LateRowTests : IDisposable
{
    const int SigTerm = 15;
    const string Sums = "SELECT window_end, k, SUM(v) FROM TUMBLE(TABLE readings, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY window_start, window_end, k";
    const string Tops = """
        SELECT window_end, k, v FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end, k ORDER BY v DESC) AS n
        FROM TUMBLE(TABLE readings, DESCRIPTOR(ts), INTERVAL '10' SECOND)) WHERE n = 1
        """;

    readonly WorkDirectory _work = new();
    RunningProgram? _program;

    public LateRowTests() => Directory.CreateDirectory(_work["input"]);

    public void Dispose()
    {
        _program?.Dispose();
        _work.Dispose();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("epoch.sealed:3")]
    [InlineData("checkpoint.published:2")]
    [InlineData("ship.delivered:2")]
    [InlineData("ship.delivered:3")]
    [InlineData("file.marker-written:2")]
    public async Task Late_rows_are_kept_once_with_the_table_and_the_reason(string? crash)
    {
        await RunAsync(Sums, crash);
        Assert.Equal(
            [
                """{"source":"readings","error":"late: its windows were closed by the watermark 2026-01-01 00:00:21","k":"a","v":10,"ts":"2026-01-01 00:00:02.000"}""",
                """{"source":"readings","error":"late: its windows were closed by the watermark 2026-01-01 00:00:21","k":"c","v":20,"ts":"2026-01-01 00:00:19.500"}""",
            ],
            _work.Lines("late").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Late_rows_of_a_top_n_in_windows_are_kept_with_their_windows()
    {
        await RunAsync(Tops, crash: null);
        Assert.Equal(
            [
                """{"source":"readings","error":"late: its windows were closed by the watermark 2026-01-01 00:00:21","k":"a","v":10,"window_start":"2026-01-01 00:00:00.000","window_end":"2026-01-01 00:00:10.000"}""",
                """{"source":"readings","error":"late: its windows were closed by the watermark 2026-01-01 00:00:21","k":"c","v":20,"window_start":"2026-01-01 00:00:10.000","window_end":"2026-01-01 00:00:20.000"}""",
            ],
            _work.Lines("late").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_policy_that_keeps_rows_needs_a_place_for_them()
    {
        Script(", 'late-data' = 'dead-letter'", Sums);
        _program = Start(null);
        (await _program.EndAsync()).Exits(1).Says("ERROR 22023: option 'late-data' = 'dead-letter' needs option 'dead-letter.path'", "HINT: Add 'dead-letter.path' = '...', a directory.");
    }

    // Windows of sums or of tops: they are the same here.
    async Task RunAsync(string query, string? crash)
    {
        Script(", 'late-data' = 'dead-letter', 'dead-letter.path' = '" + _work["late"] + "'", query);
        _program = Start(crash);
        await FeedAsync("1.json", """
            {"k":"a","v":1,"ts":"2026-01-01 00:00:01"}
            {"k":"b","v":2,"ts":"2026-01-01 00:00:12"}
            {"k":"a","v":3,"ts":"2026-01-01 00:00:21"}

            """, "2026-01-01 00:00:20.000,b,2");
        await FeedAsync("2.json", """
            {"k":"a","v":10,"ts":"2026-01-01 00:00:02"}
            {"k":"c","v":20,"ts":"2026-01-01 00:00:19.5"}
            {"k":"b","v":40,"ts":"2026-01-01 00:00:25"}
            {"k":"b","v":80,"ts":"2026-01-01 00:00:41"}

            """, "2026-01-01 00:00:30.000,b,40");
        await _program.UntilAsync(() => _work.Lines("late").Count == 2, "late rows were delivered");
        _program.Signal(SigTerm);
        (await _program.EndAsync()).Exits(0);
        Assert.Equal(
            ["2026-01-01 00:00:10.000,a,1", "2026-01-01 00:00:20.000,b,2", "2026-01-01 00:00:30.000,a,3", "2026-01-01 00:00:30.000,b,40"],
            _work.Lines("sums").Order(StringComparer.Ordinal));
    }

    void Script(string options, string query) => _work.Write("job.sql", $"""
        SET 'execution.checkpointing.interval' = '20 ms';
        CREATE TABLE readings (k STRING, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts)
        WITH ('connector' = 'filesystem', 'path' = '{_work["input"]}', 'format' = 'json', 'source.monitor-interval' = '20 ms', 'sink.rolling-policy.rollover-interval' = '50 ms'{options});
        CREATE TABLE sums (window_end TIMESTAMP(3), k STRING, v INT)
        WITH ('connector' = 'filesystem', 'path' = '{_work["sums"]}', 'format' = 'csv', 'sink.rolling-policy.rollover-interval' = '50 ms');
        INSERT INTO sums {query};
        """);

    // A crash point may end the program on the way: then it is started again.
    async Task FeedAsync(string file, string rows, string expected)
    {
        File.Move(_work.Write("next", rows), Path.Combine(_work["input"], file));
        await RunningProgram.UntilAsync(() => _program!.HasExited || Delivered().Contains(expected));
        if (!_program!.HasExited)
            return;
        (await _program.EndAsync()).Exits(ProgramResult.Killed);
        _program.Dispose();
        _program = Start(null);
        await _program.UntilAsync(() => Delivered().Contains(expected), $"{expected} was delivered");
    }

    IReadOnlyList<string> Delivered() => Directory.Exists(_work["sums"]) ? _work.Lines("sums") : [];

    RunningProgram Start(string? crash) => RunningProgram.Start(new ProgramStart
    {
        Arguments = ["run", _work["job.sql"], "--data", _work["data"]],
        Environment = crash is null ? new Dictionary<string, string>() : new() { ["SQLSTREAM_CRASH"] = crash },
    });
}
