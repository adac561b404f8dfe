using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Rows;
using SqlStream.EndToEnd.Tests.Rig;
using SqlStream.Engine;
using SqlStream.Engine.Runs;
using SqlStream.Engine.Sessions;
using SqlStream.Execution;
using SqlStream.Goldens;
using SqlStream.Testing;

namespace SqlStream.EndToEnd.Tests.Queries;

/// <summary>Lookups whose keys are asked for again, and those that are not answered.</summary>
public sealed class LookupRetryTests : IDisposable
{
    const string Endless = "'retry-predicate' = 'lookup_miss', 'retry-strategy' = 'fixed_delay', 'fixed-delay' = '1000 h', 'max-attempts' = '3'";
    const string Soon = "'retry-predicate' = 'lookup_miss', 'retry-strategy' = 'fixed_delay', 'fixed-delay' = '5 ms', 'max-attempts' = '1000000'";

    static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    readonly WorkDirectory _work = new();
    readonly ManualConnector _manual = new();
    readonly SilentConnector _silent = new();
    Session? _session;

    public void Dispose() => _work.Dispose();

    [Theory]
    [InlineData("ordered", "+ 1 one|+ 2 two")]
    [InlineData("allow_unordered", "+ 2 two|+ 1 one")]
    public async Task A_row_that_appears_later_is_found_and_what_is_behind_waits_or_passes(string mode, string expected)
    {
        _work.Write("d/a.csv", "2,two\n");
        using var directory = new TemporaryDirectory();
        await using var engine = Open(directory.Path);
        var job = await StartAsync(engine, Query($"'output-mode' = '{mode}', {Soon}"));
        await FeedAsync(job, 1);
        await FeedAsync(job, 2);
        if (mode != "ordered")
            await WaitAsync(job, 1);
        _work.Write("d/b.csv", "1,one\n");
        await WaitAsync(job, 2);
        Assert.Equal(expected, string.Join('|', _manual.Target("result").Rows));
        _manual.Table("o").End();
        await EndAsync(job);
        Assert.Equal(JobStatus.Finished, job.Status);
    }

    // More rows wait than may, and for longer than the test: the barrier comes through all the same, and what waited is asked for after the restart.
    [Theory]
    [InlineData("ordered")]
    [InlineData("allow_unordered")]
    public async Task A_checkpoint_does_not_wait_for_rows_that_wait_and_has_them(string mode)
    {
        _work.Write("d/a.csv", "9,nine\n");
        using var first = new TemporaryDirectory();
        using var second = new TemporaryDirectory();
        var query = Query($"'output-mode' = '{mode}', 'capacity' = '1', {Endless}");
        string path;
        await using (var engine = Open(first.Path))
        {
            var job = await StartAsync(engine, query);
            await FeedAsync(job, 1);
            for (var id = 2; id <= 12; id++)
                _manual.Table("o").Feed((RowKind.Insert, [(long)id]));
            await job.CheckpointAsync().WaitAsync(_patience);
            path = (await job.StopAsync(StopKind.Stop, first.Path).WaitAsync(_patience))!.Path;
            await EndAsync(job);
        }
        _work.Write("d/a.csv", string.Concat(Enumerable.Range(1, 12).Select(id => $"{id},n{id}\n")));
        await using (var engine = Open(second.Path))
        {
            var job = await StartAsync(engine, query, new RestoreMode(RestoreKind.Path, path));
            _manual.Table("o").End();
            await EndAsync(job);
            Assert.Equal(JobStatus.Finished, job.Status);
        }
        var rows = _manual.Target("result").Rows.Where(row => !row.Contains("nine", StringComparison.Ordinal)).ToHashSet();
        Assert.Subset(Enumerable.Range(1, 12).Select(id => $"+ {id} n{id}").ToHashSet(), rows);
        Assert.Equal(12, _manual.Target("result").Rows.Count);
    }

    [Fact]
    public async Task A_lookup_that_does_not_answer_fails_the_job()
    {
        using var directory = new TemporaryDirectory();
        await using var engine = Open(directory.Path);
        var job = await StartAsync(engine, """
            CREATE TABLE o (id BIGINT, p AS PROCTIME()) WITH ('connector' = 'manual', 'bounded' = 'false');
            CREATE TABLE result (id BIGINT, name STRING) WITH ('connector' = 'manual');
            CREATE TABLE d (id BIGINT, name STRING) WITH ('connector' = 'silent');
            INSERT INTO result SELECT /*+ LOOKUP('table' = 'd', 'timeout' = '50 ms') */ o.id, name FROM o JOIN d FOR SYSTEM_TIME AS OF o.p ON o.id = d.id
            """);
        _manual.Table("o").Feed((RowKind.Insert, [1L]));
        await EndAsync(job);
        Assert.Equal(JobStatus.Failed, job.Status);
        var error = Assert.IsType<ExternalException>(job.Error);
        Assert.Equal((Retry.Backoff, "looking up in table \"d\" took longer than 50 ms"), (error.Retry, error.Message.Replace("default_catalog.default_database.", "", StringComparison.Ordinal)));
    }

    string Query(string hint) => $"""
        CREATE TABLE o (id BIGINT, p AS PROCTIME()) WITH ('connector' = 'manual', 'bounded' = 'false');
        CREATE TABLE result (id BIGINT, name STRING) WITH ('connector' = 'manual');
        CREATE TABLE d (id BIGINT, name STRING) WITH ('connector' = 'filesystem', 'path' = '{_work["d"]}', 'format' = 'csv');
        INSERT INTO result SELECT /*+ LOOKUP('table' = 'd', {hint}) */ o.id, name FROM o LEFT JOIN d FOR SYSTEM_TIME AS OF o.p ON o.id = d.id
        """;

    SqlStreamEngine Open(string directory) => FedEngine.Open(directory, 2, _manual, _silent);

    async Task<Job> StartAsync(SqlStreamEngine engine, string script, RestoreMode? mode = null)
    {
        (_session, var job) = await FedEngine.StartAsync(engine, script, mode);
        return job;
    }

    Task EndAsync(Job job) => FedEngine.EndAsync(_session!, job);

    async Task FeedAsync(Job job, long id)
    {
        var before = _manual.Table("o").BlocksRead;
        _manual.Table("o").Feed((RowKind.Insert, [id]));
        using var timeout = new CancellationTokenSource(_patience);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (_manual.Table("o").BlocksRead == before)
            await timer.WaitForNextTickAsync(timeout.Token);
        await job.CheckpointAsync().WaitAsync(_patience);
    }

    async Task WaitAsync(Job job, int rows)
    {
        using var timeout = new CancellationTokenSource(_patience);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (_manual.Target("result").Rows.Count < rows)
        {
            await job.CheckpointAsync().WaitAsync(_patience);
            await timer.WaitForNextTickAsync(timeout.Token);
        }
    }

    /// <summary>Tables that never answer.</summary>
    sealed class SilentConnector : IConnector
    {
        public string Name => "silent";

        public IReadOnlyList<OptionDefinition> Options { get; } = [];

        public bool UsesFormat => false;

        public ISource? CreateSource(ConnectorTable table, IFormatCatalog formats) => new Source();

        public ISink? CreateSink(ConnectorTable table, IFormatCatalog formats) => null;

        sealed class Source : ISource, ILookupSource
        {
            public bool IsBounded => true;

            public ChangelogMode Changelog => ChangelogMode.AppendOnly;

            public BadDataPolicy BadData { get; } = new(BadDataKind.Fail);

            public ISink? DeadLetterSink => null;

            public LookupOptions Lookup { get; } = new(LookupCache.None, null, 1, null, null, CachesMissing: false);

            public ISplitEnumerator CreateEnumerator(SourceContext context, string? state) => throw new NotSupportedException();

            public ISplitReader CreateReader(SplitReaderContext context, SourceSplit split, string? position) => throw new NotSupportedException();

            public ILookup CreateLookup(LookupContext context) => new Lookup();
        }

        sealed class Lookup : ILookup
        {
            public void Start(Batch keys) => keys.Release();

            public LookupAnswer? TryTake() => null;

            public void Dispose()
            {
                // Nothing is held.
            }
        }
    }
}
