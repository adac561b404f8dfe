using SqlStream.EndToEnd.Tests.Rig;

namespace SqlStream.EndToEnd.Tests.CommandLine;

/// <summary><c>--progress</c>.</summary>
public sealed class ProgressTests : IDisposable
{
    const int SigTerm = 15;

    readonly WorkDirectory _work = new();

    public ProgressTests()
    {
        _work.Write("input/rows.json", "{\"id\":1,\"at\":\"2026-01-01 00:00:10\"}\n{\"id\":2,\"at\":\"2026-01-01 00:00:20\"}\nno row\n");
        _work.Write("job.sql", $"""
            SET 'pipeline.name' = 'copy';
            SET 'execution.checkpointing.interval' = '20 ms';
            CREATE TABLE readings (id BIGINT, at TIMESTAMP(3), WATERMARK FOR at AS at - INTERVAL '5' SECOND)
            WITH ('connector' = 'filesystem', 'path' = '{_work["input"]}', 'format' = 'json', 'source.monitor-interval' = '20 ms', 'bad-data' = 'skip');
            CREATE TABLE copies (id BIGINT) WITH ('connector' = 'filesystem', 'path' = '{_work["copies"]}', 'format' = 'csv');
            INSERT INTO copies SELECT id FROM readings;
            """);
    }

    public void Dispose() => _work.Dispose();

    [Fact]
    public async Task A_line_a_second_tells_rows_rate_watermark_and_checkpoint()
    {
        using var program = RunningProgram.Start("run", _work["job.sql"], "--data", _work["data"], "--parallelism", "1", "--progress", "true");
        await program.UntilAsync(() => Lines(program.Error).Any(line => line.StartsWith("copy: 2 rows in, 0/s, 2 out", StringComparison.Ordinal)), "it showed both rows");
        program.Signal(SigTerm);
        var lines = Lines((await program.EndAsync()).Exits(0).Error).Where(line => line.StartsWith("copy: ", StringComparison.Ordinal)).ToList();
        Assert.Matches(@"^copy: 2 rows in, 0/s, 2 out, watermark 2026-01-01T00:00:15(\.0+)?Z?, 1 not readable, checkpoint \d+$", lines[^1]);
    }

    [Fact]
    public async Task There_is_none_where_standard_error_is_no_terminal()
    {
        using var program = RunningProgram.Start("run", _work["job.sql"], "--data", _work["data"]);
        await program.UntilAsync(() => Directory.Exists(_work["data/checkpoints"]), "it took a checkpoint");
        program.Signal(SigTerm);
        Assert.DoesNotContain("rows in", (await program.EndAsync()).Exits(0).Error, StringComparison.Ordinal);
    }

    static string[] Lines(string text) => text.Split('\n');
}
