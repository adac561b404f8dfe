using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Engine;
using SqlStream.Engine.Results;
using SqlStream.Engine.Runs;
using SqlStream.Engine.Sessions;
using SqlStream.Execution;
using SqlStream.Planner.Catalog;
using SqlStream.Testing;

namespace SqlStream.EndToEnd.Tests.Streams;

/// <summary>Runs a stream script in one configuration and gives what the sink holds at the end.</summary>
sealed class StreamRunner(StreamScript script, StreamConfiguration configuration)
{
    static readonly TimeSpan _waitMax = TimeSpan.FromSeconds(60);

    readonly ManualConnector _manual = new();
    bool _fedAhead;

    public async Task<IReadOnlyList<string>> RunAsync()
    {
        using var first = new TemporaryDirectory();
        using var second = new TemporaryDirectory();
        using var savepoints = new TemporaryDirectory();
        var middle = configuration.Interruption == Interruption.None ? script.Blocks.Count : (script.Blocks.Count + 1) / 2;
        string? savepoint = null;
        if (configuration.Interruption != Interruption.None)
            savepoint = await RunPartAsync(first.Path, RestoreMode.Auto, configuration.Parallelism, configuration.Phases, 0, middle, savepoints.Path);
        var directory = savepoint is null ? first.Path : second.Path;
        var mode = savepoint is null ? RestoreMode.Auto : new RestoreMode(RestoreKind.Path, savepoint);
        var parallelism = configuration.Interruption == Interruption.None ? configuration.Parallelism : configuration.ParallelismAfter;
        var phases = configuration.Interruption == Interruption.None ? configuration.Phases : configuration.PhasesAfter;
        var from = configuration.Interruption == Interruption.None ? 0 : middle + (_fedAhead ? 1 : 0);
        await RunPartAsync(directory, mode, parallelism, phases, from, script.Blocks.Count, savepoints: null);
        var target = _manual.Target(script.Target);
        Assert.Equal(0, target.Violations);
        if (target.Key.Count > 0)
            return BatchText.FoldByKey(target.Rows, target.Key);
        return target.Rows.All(row => row.StartsWith("+ ", StringComparison.Ordinal)) ? [.. target.Rows.Order(StringComparer.Ordinal)] : BatchText.Fold(target.Rows);
    }

    // The last part has no savepoints: it ends.
    async Task<string?> RunPartAsync(string directory, RestoreMode mode, int parallelism, string phases, int from, int to, string? savepoints)
    {
        var pool = new ColumnPool(poison: true);
        string? savepoint = null;
        await using (var engine = SqlStreamEngine.Open(Options(directory, parallelism, phases, pool)))
        {
            var session = engine.OpenSession();
            session.Run = ScriptRun.Open(engine, script.Statement, mode, discardUnfinished: false);
            var job = await StartAsync(session);
            for (var i = from; i < to; i++)
            {
                if (script.Blocks[i].IsSettled)
                    await SettleAsync(job, i);
                await FeedAsync(session, i);
                if (configuration.CheckpointAfterBlocks)
                    await job.CheckpointAsync().WaitAsync(_waitMax);
            }
            if (savepoints is not null)
                savepoint = await InterruptAsync(session, job, to, savepoints);
            else
                await EndAsync(job);
            await session.Run.SettleAsync();
        }
        Assert.Equal(0, pool.Outstanding);
        return savepoint;
    }

    EngineOptions Options(string directory, int parallelism, string phases, ColumnPool pool) => new()
    {
        DataDirectory = directory,
        Workers = 2,
        Pool = pool,
        Seed = 1,
        BatchRows = configuration.BatchRows,
        ChannelCapacity = configuration.ChannelCapacity,
        Connectors = [_manual],
        Guards = true,
        Settings = new Dictionary<string, string>
        {
            ["parallelism.default"] = parallelism.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["table.optimizer.agg-phase-strategy"] = phases,
            ["state.backend.type"] = configuration.Backend,
            ["execution.checkpointing.interval"] = "1 h",
            ["restart-strategy.type"] = "none",
        },
    };

    async Task<Job> StartAsync(Session session)
    {
        Job? job = null;
        var source = new SourceText(script.Catalog + "\n" + script.Statement);
        foreach (var statement in Session.Parse(source))
        {
            if (await session.ExecuteAsync(statement, source, CancellationToken.None) is JobResult { Job: { } started })
                job = started;
        }
        return job!;
    }

    Task FeedAsync(Session session, int block)
    {
        var (table, rows, _) = script.Blocks[block];
        var definition = (TableDefinition)session.Catalog.Objects.Single(known => ("." + known.Name).EndsWith("." + table, StringComparison.Ordinal));
        var schema = new Schema([.. definition.Columns.OfType<PhysicalColumnDefinition>().Select(column => new Field(column.Name, column.Type))]);
        _manual.Table(table).Feed([.. rows.Select(row => BatchText.ParseRow(row, schema))]);
        return Task.CompletedTask;
    }

    // A barrier goes behind everything that was read before it, and behind what idle sources said.
    async Task SettleAsync(Job job, int fed)
    {
        await ReadAsync(fed);
        await job.CheckpointAsync().WaitAsync(_waitMax);
    }

    async Task ReadAsync(int fed)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        foreach (var table in script.Blocks.Take(fed).GroupBy(block => block.Table))
        {
            using var timeout = new CancellationTokenSource(_waitMax);
            while (_manual.Table(table.Key).BlocksRead < table.Count())
                await timer.WaitForNextTickAsync(timeout.Token);
        }
    }

    async Task<string?> InterruptAsync(Session session, Job job, int fed, string savepoints)
    {
        await ReadAsync(fed);
        if (configuration.Interruption == Interruption.Savepoint)
        {
            var result = await job.StopAsync(StopKind.Stop, savepoints).WaitAsync(_waitMax);
            await job.Completion.WaitAsync(_waitMax);
            Assert.Equal(JobStatus.Suspended, job.Status);
            return result!.Path;
        }
        await job.CheckpointAsync().WaitAsync(_waitMax);
        // One more block is read and lost with the attempt: it must be read again, once.
        if (fed < script.Blocks.Count)
        {
            await FeedAsync(session, fed);
            _fedAhead = true;
        }
        job.Cancel();
        await job.Completion.WaitAsync(_waitMax);
        return null;
    }

    async Task EndAsync(Job job)
    {
        foreach (var table in script.Blocks.Select(block => block.Table).Distinct())
            _manual.Table(table).End();
        await job.Completion.WaitAsync(_waitMax);
        if (job.Error is not null)
            throw new InvalidOperationException($"the job failed in configuration '{configuration}': {job.Error}", job.Error);
        Assert.Equal(JobStatus.Finished, job.Status);
    }
}
