using SqlStream.EndToEnd.Tests.Rig;

namespace SqlStream.EndToEnd.Tests.BadInput;

/// <summary>Another script over the state of an unfinished run.</summary>
public sealed class ChangedScriptTests : IDisposable
{
    readonly WorkDirectory _work = new();

    public ChangedScriptTests() =>
        _work.Write("input/rows.json", string.Concat(Enumerable.Range(0, 100).Select(id => $"{{\"id\":{id},\"k\":\"k{id % 3}\"}}\n")));

    public void Dispose() => _work.Dispose();

    [Fact]
    public async Task State_under_a_changed_filter_goes_on_and_is_reported()
    {
        await CrashAsync("COUNT(*)", "id >= 0");
        var result = await RunAsync("COUNT(*)", "id < 1000000");
        result.Exits(0);
        Assert.Matches("""
            ^job [0-9a-f]{32} \(insert-into_counts\) goes on from checkpoint 1, epoch 1
              its plan has changed; what is restored was computed by the old one
              restored: Scan
              restored: GroupAggregate \(acc acc v1 \(k STRING\) -> \(rows BIGINT\)\)
            $
            """.ReplaceLineEndings("\n"), result.Error);
        Assert.Equal(100, Sum());
    }

    [Fact]
    public async Task The_same_query_in_other_words_is_not_reported()
    {
        await CrashAsync("COUNT(*)", "id >= 0");
        (await RunAsync("COUNT(*)", "id  >=  0")).Exits(0);
        Assert.Equal(100, Sum());
    }

    [Fact]
    public async Task A_changed_aggregate_is_refused_with_a_report_before_anything_runs()
    {
        await CrashAsync("COUNT(*)", "id >= 0");
        (await RunAsync("SUM(id)", "id >= 0")).FailsWith(1, $"""
            ERROR SS002: the script has changed in a way that its unfinished run cannot follow
            DETAIL: In {_work["data"]}:
            restored: Scan
            migrated: GroupAggregate (acc acc v1 (k STRING) -> (rows BIGINT)): SUM(id) added; COUNT(*) removed (SUM(id) counts from now on only for groups that exist)
            HINT: Run the old script to its end, or start anew with --restore none --discard-unfinished; SET 'execution.state-recovery.ignore-unclaimed-state' = 'true' goes on without what is listed as not used, and counts from now on what is listed so.
            """);
        Assert.Empty(_work.VisibleFiles("counts"));
        (await RunAsync("COUNT(*)", "id >= 0")).Exits(0);
        Assert.Equal(100, Sum());
    }

    [Fact]
    public async Task A_changed_aggregate_goes_on_without_the_old_state_where_that_is_asked_for()
    {
        await CrashAsync("COUNT(*)", "id >= 0");
        var result = await RunAsync("SUM(id)", "id >= 0", "--set", "execution.state-recovery.ignore-unclaimed-state=true");
        result.Exits(0).Says(
            "goes on from checkpoint 1, epoch 1\n" + """
              its plan has changed; what is restored was computed by the old one
              restored: Scan
              migrated: GroupAggregate (acc acc v1 (k STRING) -> (rows BIGINT)): SUM(id) added; COUNT(*) removed (SUM(id) counts from now on only for groups that exist)

            """.ReplaceLineEndings("\n"));
    }

    [Fact]
    public async Task An_aggregate_that_follows_from_the_old_one_goes_on_without_being_asked()
    {
        await CrashAsync("SUM(id)", "id >= 0");
        (await RunAsync("AVG(id)", "id >= 0")).Exits(0).Says("AVG(id) taken from SUM(id)\n");
    }

    [Fact]
    public async Task What_rows_may_be_taken_away_from_is_refused_whatever_is_set()
    {
        const string inner = "SUM(n) FROM (SELECT k, COUNT(*) AS n FROM readings GROUP BY k) AS t WHERE k <> '' GROUP BY k --";
        await CrashAsync(inner.Replace("SUM(n)", "COUNT(n)", StringComparison.Ordinal), "");
        var result = await RunAsync(inner, "", "--set", "execution.state-recovery.ignore-unclaimed-state=true");
        Assert.StartsWith("ERROR SS002: the state of the unfinished run gives wrong results under the changed script\n", result.Error, StringComparison.Ordinal);
        Assert.Contains("(SUM(n) impossible: rows may be taken away that it never saw)", result.Error, StringComparison.Ordinal);
    }

    /// <summary>Everything is read, checkpointed and not delivered.</summary>
    async Task CrashAsync(string aggregate, string condition)
    {
        Write(aggregate, condition);
        (await RunningProgram.RunAsync(new ProgramStart
        {
            Arguments = ["run", _work["job.sql"], "--data", _work["data"]],
            Environment = new Dictionary<string, string> { ["SQLSTREAM_CRASH"] = "checkpoint.published:1" },
        })).Exits(ProgramResult.Killed);
    }

    Task<ProgramResult> RunAsync(string aggregate, string condition, params string[] options)
    {
        Write(aggregate, condition);
        return RunningProgram.RunAsync(["run", _work["job.sql"], "--data", _work["data"], .. options]);
    }

    void Write(string aggregate, string condition) => _work.Write("job.sql", $"""
        SET 'execution.runtime-mode' = 'streaming';
        CREATE TABLE readings (id BIGINT, k STRING) WITH ('connector' = 'filesystem', 'path' = '{_work["input"]}', 'format' = 'json');
        CREATE TABLE counts (k STRING, n BIGINT) WITH ('connector' = 'filesystem', 'path' = '{_work["counts"]}', 'format' = 'changelog-json');
        INSERT INTO counts SELECT k, {aggregate} FROM readings WHERE {condition} GROUP BY k;
        """);

    // Of the last row of each key.
    long Sum() => _work.Lines("counts")
        .Select(line => System.Text.Json.JsonDocument.Parse(line).RootElement)
        .Where(change => change.GetProperty("op").GetString() is "+I" or "+U")
        .GroupBy(change => change.GetProperty("data").GetProperty("k").GetString())
        .Sum(key => key.Last().GetProperty("data").GetProperty("n").GetInt64());
}
