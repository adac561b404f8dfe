namespace SqlStream.EndToEnd.Tests.Definitions;

/// <summary>SET and RESET: what is wrong is blamed at its place.</summary>
public sealed class SettingTests
{
    [Theory]
    [InlineData("SET 'parallelism.defualt' = '2'", "42704 at 1:5: option 'parallelism.defualt' does not exist. Hint: Did you mean \"parallelism.default\"?")]
    [InlineData("RESET 'pipeline.nam'", "42704 at 1:7: option 'pipeline.nam' does not exist. Hint: Did you mean \"pipeline.name\"?")]
    [InlineData("SET 'parallelism.default' = 'two'", "22023 at 1:29: option 'parallelism.default' must be a whole number from 1 to 32768, not 'two'. Hint: Use SET 'parallelism.default' = '...' or RESET 'parallelism.default'.")]
    [InlineData("SET table.local-time-zone = nowhere", "22023 at 1:29: option 'table.local-time-zone' must be a time zone such as UTC or Europe/Berlin, not 'nowhere'. Hint: Use SET 'table.local-time-zone' = '...' or RESET 'table.local-time-zone'.")]
    public async Task A_wrong_option_is_named_with_its_position(string sql, string error)
    {
        await using var engine = new TestEngine();
        Assert.Equal(error, await engine.ErrorOf(sql));
    }

    [Fact]
    public async Task Options_of_Flink_without_effect_are_accepted_with_a_notice()
    {
        await using var engine = new TestEngine();
        Assert.StartsWith("option 'taskmanager.memory.process.size' has no effect: ", Assert.Single(await engine.RunAsync("SET 'taskmanager.memory.process.size' = '4g'")), StringComparison.Ordinal);
        Assert.Equal([], await engine.RunAsync("RESET 'taskmanager.memory.process.size'"));
        Assert.DoesNotContain(await engine.RunAsync("SET"), line => line.StartsWith("taskmanager", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("pipeline.auto-watermark-interval", "200 ms")]
    [InlineData("pipeline.object-reuse", "true")]
    [InlineData("table.exec.mini-batch.enabled", "true")]
    [InlineData("table.exec.mini-batch.allow-latency", "5 s")]
    [InlineData("table.exec.mini-batch.size", "5000")]
    [InlineData("table.exec.rank.topn-cache-size", "10000")]
    [InlineData("table.exec.sink.keyed-shuffle", "FORCE")]
    [InlineData("table.exec.uid.generation", "ALWAYS")]
    [InlineData("table.optimizer.distinct-agg.split.enabled", "true")]
    [InlineData("table.optimizer.join-reorder-enabled", "true")]
    [InlineData("table.optimizer.reuse-sub-plan-enabled", "false")]
    [InlineData("execution.checkpointing.unaligned", "true")]
    [InlineData("execution.checkpointing.unaligned.enabled", "true")]
    [InlineData("execution.checkpointing.aligned-checkpoint-timeout", "30 s")]
    [InlineData("execution.checkpointing.incremental", "false")]
    [InlineData("execution.checkpointing.externalized-checkpoint-retention", "DELETE_ON_CANCELLATION")]
    [InlineData("execution.checkpointing.storage", "filesystem")]
    [InlineData("execution.checkpointing.file-merging.enabled", "true")]
    [InlineData("execution.checkpointing.checkpoints-after-tasks-finish", "true")]
    [InlineData("execution.buffer-timeout", "0 ms")]
    [InlineData("state.backend.incremental", "true")]
    [InlineData("state.backend.rocksdb.memory.managed", "true")]
    [InlineData("state.changelog.enabled", "true")]
    [InlineData("state.checkpoint-storage", "filesystem")]
    [InlineData("sql-client.execution.result-mode", "tableau")]
    [InlineData("table.display.max-column-width", "50")]
    [InlineData("env.java.opts.all", "-Xmx1g")]
    public async Task Usual_options_of_Flink_that_change_no_result_are_accepted_with_a_notice(string key, string value)
    {
        await using var engine = new TestEngine();
        Assert.StartsWith($"option '{key}' has no effect: ", Assert.Single(await engine.RunAsync($"SET '{key}' = '{value}'")), StringComparison.Ordinal);
        Assert.Equal([], await engine.RunAsync($"RESET '{key}'"));
    }

    [Theory]
    [InlineData("parallelism.default", "3")]
    [InlineData("pipeline.name", "orders")]
    [InlineData("pipeline.max-parallelism", "64")]
    [InlineData("execution.runtime-mode", "streaming")]
    [InlineData("execution.checkpointing.interval", "10 s")]
    [InlineData("execution.checkpointing.mode", "EXACTLY_ONCE")]
    [InlineData("execution.checkpointing.timeout", "10 min")]
    [InlineData("execution.checkpointing.min-pause", "1 s")]
    [InlineData("execution.checkpointing.max-concurrent-checkpoints", "1")]
    [InlineData("execution.checkpointing.tolerable-failed-checkpoints", "3")]
    [InlineData("state.backend", "hashmap")]
    [InlineData("state.checkpoints.dir", "file:///tmp/checkpoints")]
    [InlineData("state.savepoints.dir", "/tmp/savepoints")]
    [InlineData("state.checkpoints.num-retained", "2")]
    [InlineData("restart-strategy", "fixed-delay")]
    [InlineData("table.exec.resource.default-parallelism", "2")]
    [InlineData("table.exec.source.idle-timeout", "5 s")]
    [InlineData("table.optimizer.agg-phase-strategy", "TWO_PHASE")]
    [InlineData("table.exec.state.ttl", "12 h")]
    [InlineData("table.exec.sink.upsert-materialize", "NONE")]
    [InlineData("table.sql-dialect", "default")]
    [InlineData("table.local-time-zone", "Europe/Berlin")]
    public async Task Usual_options_of_Flink_that_are_here_too_are_accepted(string key, string value)
    {
        await using var engine = new TestEngine();
        Assert.DoesNotContain(await engine.RunAsync($"SET '{key}' = '{value}'"), notice => notice.Contains("no effect", StringComparison.Ordinal));
        Assert.Equal([], await engine.RunAsync($"RESET '{key}'"));
    }

    [Fact]
    public async Task A_former_name_sets_the_option_of_today()
    {
        await using var engine = new TestEngine();
        await engine.RunAsync("SET 'state.checkpoints.num-retained' = '7'");
        Assert.Contains("execution.checkpointing.num-retained,7,3", await engine.RunAsync("SET"));
        await engine.RunAsync("RESET 'state.checkpoints.num-retained'");
        Assert.Contains("execution.checkpointing.num-retained,3,3", await engine.RunAsync("SET"));
    }

    [Theory]
    [InlineData("table.exec.legacy-cast-behaviour", "ENABLED", "0A000 at 1:42: option 'table.exec.legacy-cast-behaviour' = 'ENABLED' is not supported yet. Hint: Leave it out, or set it to 'DISABLED', which is what happens.")]
    [InlineData("execution.state-recovery.path", "/x", "0A000 at 1:39: option 'execution.state-recovery.path' = '/x' is not supported yet. Hint: Leave it out.")]
    public async Task Options_that_would_change_results_are_refused(string key, string value, string error)
    {
        await using var engine = new TestEngine();
        Assert.Equal(error, await engine.ErrorOf($"SET '{key}' = '{value}'"));
    }

    [Fact]
    public async Task Null_for_a_not_null_column_fails_the_job_unless_such_rows_are_to_be_dropped()
    {
        const string insert = "INSERT INTO required SELECT NULLIF(n, 2), 'x' FROM (VALUES 1, 2, 3, CAST(NULL AS INT)) AS t (n)";
        await using var engine = new TestEngine();
        await engine.RunAsync("CREATE TABLE required (id BIGINT NOT NULL, name STRING) WITH ('connector' = 'memory')");

        Assert.Contains("23502: NULL in column \"id\" of table \"required\", which is NOT NULL", await engine.ErrorOf(insert), StringComparison.Ordinal);
        await engine.RunAsync("SET 'table.exec.sink.not-null-enforcer' = 'DROP'");
        await engine.RunAsync(insert + "; INSERT INTO required VALUES (NULL, 'y')");
        Assert.Equal([(2, 2), (0, 1)], engine.Engine.Jobs.All.TakeLast(2).Select(job => (job.Progress().RowsOut, job.Progress().NullRows)));
        Assert.Contains("rows with NULL,1", await engine.RunAsync($"DESCRIBE JOB '{engine.Engine.Jobs.All[^1].Id}'"));
        Assert.Equal(["1,x", "3,x"], (await engine.RunAsync("SELECT * FROM required")).Order(StringComparer.Ordinal));
        Assert.StartsWith("23502 at 1:13: column \"id\" is NOT NULL and gets no value", await engine.ErrorOf("INSERT INTO required (name) VALUES ('z')"), StringComparison.Ordinal);
        await engine.RunAsync("RESET 'table.exec.sink.not-null-enforcer'");
        Assert.StartsWith("23502 at 1:30: column \"id\" is NOT NULL and gets NULL", await engine.ErrorOf("INSERT INTO required VALUES (NULL, 'y')"), StringComparison.Ordinal);
    }
}
