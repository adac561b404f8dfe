using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Engine;
using SqlStream.Engine.Results;
using SqlStream.Engine.Runs;
using SqlStream.Engine.Sessions;
using SqlStream.Execution;
using SqlStream.Planner.Catalog;

namespace SqlStream.Goldens;

/// <summary>Runs a stream script in one configuration and gives what the sink holds at the end.</summary>
/// <param name="script">The script.</param>
/// <param name="configuration">The configuration.</param>
public sealed class StreamRunner(StreamScript script, StreamConfiguration configuration)
{
    readonly ManualConnector _manual = new();
    readonly ScriptClock? _clock = script.Blocks.Any(block => block.Clock is not null) ? new ScriptClock() : null;
    bool _fedAhead;
    bool _hasEnded;
    string? _error;

    /// <summary>How long a step of the job may take.</summary>
    public TimeSpan WaitMax { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The rows that are left, ordered, or all changes; the error of a job that fails as the last line.</summary>
    public async Task<IReadOnlyList<string>> RunAsync()
    {
        using var first = new GoldenDirectory();
        using var second = new GoldenDirectory();
        using var savepoints = new GoldenDirectory();
        var middle = configuration.Interruption == Interruption.None ? script.Blocks.Count : (script.Blocks.Count + 1) / 2;
        string? savepoint = null;
        if (configuration.Interruption != Interruption.None)
            savepoint = await RunPartAsync(first.Path, RestoreMode.Auto, configuration.Parallelism, configuration.Phases, 0, middle, savepoints.Path);
        var directory = savepoint is null ? first.Path : second.Path;
        var mode = savepoint is null ? RestoreMode.Auto : new RestoreMode(RestoreKind.Path, savepoint);
        var parallelism = configuration.Interruption == Interruption.None ? configuration.Parallelism : configuration.ParallelismAfter;
        var phases = configuration.Interruption == Interruption.None ? configuration.Phases : configuration.PhasesAfter;
        var from = configuration.Interruption == Interruption.None ? 0 : middle + (_fedAhead ? 1 : 0);
        if (_error is null && !_hasEnded)
            await RunPartAsync(directory, mode, parallelism, phases, from, script.Blocks.Count, savepoints: null);
        var target = _manual.Target(script.Target);
        Check.That(target.Violations == 0);
        return _error is null ? Rows(target) : [.. Rows(target), _error];
    }

    IReadOnlyList<string> Rows(ManualTarget target)
    {
        if (script.IsChangelog)
            return target.Rows;
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
                if (job.Completion.IsCompleted)
                    break;
                if (script.Blocks[i].IsSettled || script.Blocks[i].IsCheckpointed)
                    await SettleAsync(job, i);
                Feed(session, i);
                if (configuration.CheckpointAfterBlocks)
                    await CheckpointAsync(job);
            }
            if (job.Error is not null)
                _error = Text(job.Error);
            else if (savepoints is not null)
                savepoint = await InterruptAsync(session, job, to, savepoints);
            else
                await EndAsync(job);
            await session.Run.SettleAsync();
        }
        Check.That(pool.Outstanding == 0);
        return savepoint;
    }

    EngineOptions Options(string directory, int parallelism, string phases, ColumnPool pool) => new()
    {
        DataDirectory = directory,
        IsPrivateDirectory = true,
        Workers = 2,
        Clock = _clock ?? TimeProvider.System,
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

    void Feed(Session session, int number)
    {
        var block = script.Blocks[number];
        if (block.Clock is { } time)
        {
            _clock!.Set(BatchText.ParseTime(time, block.Line));
            return;
        }
        var definition = session.Catalog.Objects.OfType<TableDefinition>().FirstOrDefault(known => ("." + known.Name).EndsWith("." + block.Table, StringComparison.Ordinal))
            ?? throw new GoldenException(block.Line, $"table \"{block.Table}\" does not exist");
        var schema = new Schema([.. definition.Columns.OfType<PhysicalColumnDefinition>().Select(column => new Field(column.Name, column.Type))]);
        if (block.Watermark is null)
            _manual.Table(block.Table).Feed(BatchText.ParseRows(block, schema));
        else
            _manual.Table(block.Table).FeedWatermark(BatchText.ParseTime(block.Watermark, block.Line));
    }

    // A job that fails meanwhile says so by itself.
    async Task CheckpointAsync(Job job)
    {
        try
        {
            await WithinAsync(job.CheckpointAsync(), "a checkpoint of");
        }
        catch (SqlException exception) when (IsOver(exception))
        {
            await WithinAsync(job.Completion, "the end of");
        }
    }

    static bool IsOver(SqlException exception) => exception.Diagnostics[0].SqlState == SqlState.InvalidTransactionState;

    static string Text(Exception error) => error is SqlException { Diagnostics: [var first, ..] } ? $"ERROR {first.SqlState}: {first.Message}" : $"ERROR: {error.Message}";

    // A barrier goes behind everything that was read before it, and behind what idle sources said.
    async Task SettleAsync(Job job, int fed)
    {
        await ReadAsync(job, fed);
        await CheckpointAsync(job);
    }

    async Task ReadAsync(Job job, int fed)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        var names = job.TablesRead.Select(name => name[(name.LastIndexOf('.') + 1)..]).ToHashSet();
        foreach (var table in script.Blocks.Take(fed).Where(block => names.Contains(block.Table)).GroupBy(block => block.Table))
        {
            using var timeout = new CancellationTokenSource(WaitMax);
            while (_manual.Table(table.Key).BlocksRead < table.Count() && !job.Completion.IsCompleted)
            {
                if (timeout.IsCancellationRequested)
                    throw new GoldenTimeoutException(table.First().Line, $"the rows of table \"{table.Key}\" were not read within {WaitMax.TotalSeconds} s");
                await timer.WaitForNextTickAsync();
            }
        }
    }

    async Task WithinAsync(Task step, string what)
    {
        try
        {
            await step.WaitAsync(WaitMax);
        }
        catch (TimeoutException)
        {
            throw new GoldenTimeoutException(script.Blocks.Count > 0 ? script.Blocks[^1].Line : 0, $"{what} the job took longer than {WaitMax.TotalSeconds} s");
        }
    }

    // A job that has nothing to read, or fails, ends before it can be interrupted.
    async Task<string?> InterruptAsync(Session session, Job job, int fed, string savepoints)
    {
        await ReadAsync(job, fed);
        try
        {
            return await InterruptNowAsync(session, job, fed, savepoints);
        }
        catch (SqlException exception) when (IsOver(exception))
        {
            await WithinAsync(job.Completion, "the end of");
            Ended(job);
            return null;
        }
    }

    async Task<string?> InterruptNowAsync(Session session, Job job, int fed, string savepoints)
    {
        if (configuration.Interruption == Interruption.Savepoint)
        {
            var stop = job.StopAsync(StopKind.Stop, savepoints);
            await WithinAsync(stop, "the savepoint of");
            await WithinAsync(job.Completion, "the end of");
            return IsInterrupted(job, JobStatus.Suspended) ? (await stop)!.Path : null;
        }
        await WithinAsync(job.CheckpointAsync(), "a checkpoint of");
        // One more block is read and lost with the attempt: it must be read again, once.
        if (fed < script.Blocks.Count)
        {
            Feed(session, fed);
            _fedAhead = true;
        }
        job.Cancel();
        await WithinAsync(job.Completion, "the end of");
        IsInterrupted(job, JobStatus.Canceled);
        return null;
    }

    // One that was about to end is not interrupted any more.
    bool IsInterrupted(Job job, JobStatus expected)
    {
        if (job.Status == expected)
            return true;
        Ended(job);
        return false;
    }

    void Ended(Job job) => (_hasEnded, _error) = (true, job.Error is null ? null : Text(job.Error));

    async Task EndAsync(Job job)
    {
        // Also those that no row came for.
        var read = job.TablesRead.Select(name => name[(name.LastIndexOf('.') + 1)..]);
        foreach (var table in script.Blocks.Where(block => block.Clock is null).Select(block => block.Table).Union(read))
            _manual.Table(table).End();
        await WithinAsync(job.Completion, "the end of");
        if (job.Error is not null)
            _error = Text(job.Error);
    }
}
