using System.Diagnostics;
using SqlStream.Core.Diagnostics;
using SqlStream.Engine.Jobs;
using SqlStream.Engine.Results;
using SqlStream.Engine.Runs;
using SqlStream.Execution;
using SqlStream.Execution.Graph;
using SqlStream.Execution.Recovery;
using SqlStream.Parser;
using SqlStream.Parser.Syntax;
using SqlStream.Planner;
using SqlStream.Planner.Catalog;
using SqlStream.Planner.Explain;
using SqlStream.Planner.Physical;
using SqlStream.Planner.Statements;
using SqlStream.State;

namespace SqlStream.Engine.Sessions;

/// <summary>Carries out statement plans: one method a kind of statement.</summary>
sealed class StatementRunner(SqlStreamEngine engine, Session session)
{
    static readonly TimeSpan _caughtUpMax = TimeSpan.FromSeconds(10);
    static readonly TimeSpan _deliveredMax = TimeSpan.FromSeconds(2);
    static readonly TimeSpan _tick = TimeSpan.FromMilliseconds(10);

    const int ForkIdLength = 8;

    readonly CatalogRunner _catalog = new(engine, session);

    public async Task<StatementResult> RunAsync(ParsedStatement statement, SourceText source, CancellationToken cancellation)
    {
        _catalog.Refresh(source.Text);
        var catalog = new UsedCatalog(session.Catalog);
        var plan = SqlPlanner.Plan(statement.Syntax, source, session.PlannerContext with { Catalog = catalog });
        var result = await RunAsync(plan, statement, catalog, cancellation).ConfigureAwait(false);
        return plan.Warnings.IsEmpty ? result : result with { Warnings = [.. plan.Warnings] };
    }

    /// <summary>Starts the job of a statement again, in the catalog that it was planned in: of CREATE TABLE AS only the job.</summary>
    public async Task<JobResult> ResumeAsync(ParsedStatement statement, SourceText source, CancellationToken cancellation)
    {
        var catalog = new UsedCatalog(session.Catalog);
        var plan = SqlPlanner.Plan(statement.Syntax, source, session.PlannerContext with { Catalog = catalog });
        var insert = plan as InsertPlan ?? (plan as TableAsPlan)?.Insert ?? throw new EngineBugException("the statement of a job starts none");
        return (JobResult)await InsertAsync(insert, statement, catalog, cancellation).ConfigureAwait(false);
    }

    /// <summary>Plans a statement and does what later ones need, in the session alone: nothing is kept, started or shown. Returns the warnings.</summary>
    public IReadOnlyList<Diagnostic> Rehearse(ParsedStatement statement, SourceText source)
    {
        _catalog.Refresh(source.Text);
        var plan = SqlPlanner.Plan(statement.Syntax, source, session.PlannerContext);
        switch (plan)
        {
            case CreateTablePlan { Table: var table, IfNotExists: var ifNotExists } when !(ifNotExists && Known(table) is not null):
                _catalog.Rehearse([new PutObject(table)]);
                break;
            case CreateViewPlan { View: var view, IfNotExists: var ifNotExists } when !(ifNotExists && Known(view) is not null):
                _catalog.Rehearse([new PutObject(view)]);
                break;
            case ChangePlan change:
                At(statement.Span, () =>
                {
                    _catalog.Rehearse(change.Changes);
                    return DoneResult.Ok;
                });
                break;
            case TableAsPlan create:
                _catalog.Rehearse(create.Create.Changes);
                break;
            case DropPlan { Exists: true } drop:
                _catalog.Rehearse([new RemoveObject(Dropped(drop))]);
                break;
            case SetPlan set:
                Set(set, statement.Syntax);
                break;
            case ResetPlan reset:
                Reset(reset, statement.Syntax);
                break;
            case UsePlan use:
                _catalog.Use(use);
                break;
            default:
                break;
        }
        return [.. plan.Warnings];
    }

    /// <summary>Reads the catalogs again that directories keep and others have changed, or all that directories keep.</summary>
    public void RefreshKept(bool always = false) => _catalog.RefreshKept(always);

    /// <summary>The tables of the catalog are elsewhere: in a directory, or outside.</summary>
    public bool IsElsewhere(CatalogDefinition definition) => _catalog.IsElsewhere(definition);

    async Task<StatementResult> RunAsync(StatementPlan plan, ParsedStatement statement, UsedCatalog catalog, CancellationToken cancellation)
    {
        return plan switch
        {
            CreateTablePlan create => Create(create.Table, create.IfNotExists),
            CreateViewPlan create => Create(create.View, create.IfNotExists),
            ChangePlan change => At(statement.Span, () => Change(change)),
            TableAsPlan create => await CreateAsync(create, statement, catalog, cancellation).ConfigureAwait(false),
            DropPlan drop => Drop(drop),
            InsertPlan insert => await InsertAsync(insert, statement, catalog, cancellation).ConfigureAwait(false),
            QueryPlan query => Query(query, statement),
            SetPlan set => Set(set, statement.Syntax),
            ResetPlan reset => Reset(reset, statement.Syntax),
            UsePlan use => Use(use),
            ExplainPlan explain => Explain(explain),
            ResultPlan result => new TableResult(result.Columns, [.. result.Rows.Select(row => (IReadOnlyList<object?>)[.. row])]),
            ShowPartitionsPlan show => PartitionRunner.Show(show),
            ChangePartitionsPlan change => PartitionRunner.Change(change),
            ShowJobsPlan => ShowJobs(),
            ShowJobPlan show => JobResults.Describe(engine.Jobs.Find(show.JobId)),
            DescribeJobPlan describe => JobResults.Describe(engine.Jobs.Find(describe.JobId)),
            ShowCheckpointsPlan show => JobResults.Checkpoints(show.JobId is null ? engine.Jobs.All : [engine.Jobs.Find(show.JobId)]),
            CheckpointPlan checkpoint => await CheckpointAsync(checkpoint, cancellation).ConfigureAwait(false),
            SavepointPlan savepoint => await SavepointAsync(savepoint, cancellation).ConfigureAwait(false),
            StopJobPlan stop => await StopAsync(stop, cancellation).ConfigureAwait(false),
            _ => throw new UnreachableException($"plan {plan.GetType().Name} has no handler"),
        };
    }

    DoneResult Create(CatalogObject created, bool ifNotExists)
    {
        if (ifNotExists && Known(created) is { } existing)
            return new DoneResult([$"{existing.Kind} \"{existing.Name}\" exists; nothing was done"]);
        return Done(_catalog.Apply([new PutObject(created)]));
    }

    CatalogObject? Known(CatalogObject created) =>
        session.Catalog.Objects.FirstOrDefault(known => known.Name == created.Name && known.IsTemporary == created.IsTemporary);

    CatalogObject Dropped(DropPlan plan) => session.Catalog.Objects.First(known => known.Name == plan.Name && known.IsTemporary == plan.Temporary);

    DoneResult Change(ChangePlan plan) =>
        Done([.. plan.Notice is null ? Array.Empty<string>() : [plan.Notice], .. _catalog.Apply(plan.Changes)]);

    // The table is there before its job; a job that fails later leaves it behind.
    async Task<JobResult> CreateAsync(TableAsPlan plan, ParsedStatement statement, UsedCatalog catalog, CancellationToken cancellation)
    {
        _catalog.Apply(plan.Create.Changes);
        return (JobResult)await InsertAsync(plan.Insert, statement, catalog, cancellation).ConfigureAwait(false);
    }

    DoneResult Drop(DropPlan plan)
    {
        if (!plan.Exists)
            return DoneResult.Ok;
        return Done(_catalog.Apply([new RemoveObject(Dropped(plan))]));
    }

    DoneResult Use(UsePlan plan)
    {
        _catalog.Use(plan);
        return DoneResult.Ok;
    }

    static DoneResult Done(IReadOnlyList<string> notices) => notices.Count == 0 ? DoneResult.Ok : new DoneResult(notices);

    StatementResult Set(SetPlan plan, StatementSyntax syntax)
    {
        if (plan.Key is null)
            return JobResults.Settings(session.Settings);
        var set = (SetStatement)syntax;
        var ignored = At(set.Key!, set.Value!, () => session.Set(plan.Key, plan.Value!));
        if (ignored is not null)
            return new DoneResult([ignored]);
        if (FormerOptions.Rename(plan.Key) == "state.backend.type")
        {
            StateBackends.Resolve(plan.Value!, out var notice);
            if (notice is not null)
                return new DoneResult([notice.Message]);
        }
        return DoneResult.Ok;
    }

    DoneResult Reset(ResetPlan plan, StatementSyntax syntax)
    {
        if (syntax is ResetStatement { Key: { } key })
        {
            At(key, key, () =>
            {
                session.Reset(plan.Key);
                return null;
            });
        }
        else
        {
            session.Reset(null);
        }
        return DoneResult.Ok;
    }

    // What is wrong with no part of the statement is wrong with the whole.
    static DoneResult At(SourceSpan statement, Func<DoneResult> change)
    {
        try
        {
            return change();
        }
        catch (SqlException e) when (e.Diagnostics.All(error => error.Span.IsNone))
        {
            throw new SqlException([.. e.Diagnostics.Select(error => error with { Span = statement })]);
        }
    }

    // A key that is not there is blamed at the key, everything else at the value.
    static string? At(StringLiteral key, StringLiteral value, Func<string?> change)
    {
        try
        {
            return change();
        }
        catch (SqlException e)
        {
            throw new SqlException([.. e.Diagnostics.Select(error => error.Span.IsNone
                ? error with { Span = error.SqlState == SqlState.UndefinedObject ? key.Span : value.Span }
                : error)]);
        }
    }

    TextResult Explain(ExplainPlan plan) => new(SqlTokens.MaskSecrets(string.Join('\n', plan.Lines(new GraphExplainer(Options("", "").Parallelism)))));

    QueryResult Query(QueryPlan plan, ParsedStatement statement)
    {
        var id = engine.Jobs.NewId();
        var options = Options(id, "select") with
        {
            Sql = SqlTokens.MaskSecrets(statement.Text),
            // The result of a query goes straight to its client: nothing of it is kept.
            StateBackend = StateBackends.Memory,
        };
        var job = engine.Jobs.Start(plan.Plan, options, session.Context, store: null, restore: null, targets: []);
        return new QueryResult(job, plan.Plan.Roots.Any(root => !root.Changelog.IsAppendOnly), plan.Plan.Roots.All(root => root.IsBounded));
    }

    async Task<StatementResult> InsertAsync(InsertPlan plan, ParsedStatement statement, UsedCatalog catalog, CancellationToken cancellation)
    {
        var targets = plan.Targets.Select(target => target.ToString()).ToList();
        var name = session.Settings.GetValueOrDefault("pipeline.name")
            ?? $"{plan.Verb}_{string.Join("_", targets.Distinct().Select(target => target.Split('.')[^1]))}";
        var planText = string.Join('\n', ExplainPrinter.Print(ExplainTrees.Of(plan.Plan)));
        var identity = session.Run?.Identify(new JobRequest
        {
            PipelineName = session.Settings.GetValueOrDefault("pipeline.name"),
            Name = name,
            Targets = targets,
            Plan = plan.Plan,
            PlanText = planText,
            Settings = session.Settings,
            Sql = statement.Text,
            Catalog = catalog,
        });
        if (identity is { IsFinished: true })
        {
            engine.Root.MemoryTables.Restore(identity.JobId);
            return new JobResult(null, $"job {identity.JobId} ({name}) has finished in an earlier run");
        }
        var id = identity?.JobId ?? engine.Jobs.NewId();
        var job = Start(plan.Plan, Options(id, name) with { Sql = SqlTokens.MaskSecrets(statement.Text), PlanText = planText }, identity, targets);
        var notice = identity?.Restore is { } from
            ? $"job {id} ({name}) goes on from checkpoint {from.Manifest.CheckpointId}, epoch {from.Manifest.Epoch}"
            : $"job {id} ({name}) started";
        if (identity is { Report: { Count: > 0 } report })
            notice += string.Concat(report.Prepend("its plan has changed; what is restored was computed by the old one").Select(line => "\n  " + line));
        if (session.Settings.GetValueOrDefault("table.dml-sync") == "true")
        {
            session.Awaited = job;
            await job.Completion.WaitAsync(cancellation).ConfigureAwait(false);
        }
        return new JobResult(job, notice);
    }

    Job Start(PhysicalPlan plan, JobOptions options, JobIdentity? identity, IReadOnlyList<string> targets)
    {
        try
        {
            engine.Root.MemoryTables.Restore(options.JobId);
            if (identity?.Restore is { } restored)
            {
                options = options with { MaxParallelism = restored.Manifest.MaxParallelism, ForkId = engine.Jobs.NewId()[..ForkIdLength] };
                if (options.Sinks == SinkRecovery.SkipToMarker
                    && ReplayCheck.Problem(plan, options.PlanText, restored.Manifest, options.Parallelism) is { } problem)
                    throw EngineErrors.NotRepeatable(options.Name, problem);
            }
            var store = engine.Jobs.StoreOf(options.JobId, session.Settings.GetValueOrDefault("execution.checkpointing.dir"));
            var job = engine.Jobs.Start(plan, options, session.Context, store, identity?.Restore, targets);
            session.Run?.Started(identity!, job);
            return job;
        }
        catch
        {
            if (identity is not null)
                session.Run!.NotStarted(identity);
            throw;
        }
    }

    TableResult ShowJobs() => JobResults.List(engine.Jobs.All, engine.Store?.EndedBefore ?? []);

    async Task<StatementResult> CheckpointAsync(CheckpointPlan plan, CancellationToken cancellation)
    {
        var jobs = plan.JobId is not null ? [engine.Jobs.Find(plan.JobId)] : engine.Jobs.Running(plan.Table?.ToString());
        var results = new List<(Job Job, CheckpointResult Checkpoint)>();
        // What was there when a job began belongs to what the user asks to be kept, as far as it can be read within a while.
        await WaitAsync(_caughtUpMax, () => !jobs.Any(IsBehind), cancellation).ConfigureAwait(false);
        foreach (var job in jobs)
            results.Add((job, await CheckpointAsync(job, cancellation).ConfigureAwait(false)));
        await WaitAsync(_deliveredMax, () => results.All(result => IsDelivered(result.Job, result.Checkpoint)), cancellation).ConfigureAwait(false);
        return JobResults.Checkpoints([.. results.Select(result => (result.Job, result.Checkpoint with { UnshippedRows = result.Job.UndeliveredOf(result.Checkpoint) }))]);
    }

    // One that has finished, maybe just now, holds all that it was to do in its last checkpoint.
    static async Task<CheckpointResult> CheckpointAsync(Job job, CancellationToken cancellation)
    {
        try
        {
            return await job.CheckpointAsync().WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (SqlException over) when (over.Diagnostics[0].SqlState == SqlState.InvalidTransactionState)
        {
            await job.Completion.WaitAsync(cancellation).ConfigureAwait(false);
            if (job.Status == JobStatus.Finished && job.Checkpoints is [.., var last])
                return last;
            throw;
        }
    }

    static bool IsBehind(Job job) => job.Status is JobStatus.Created or JobStatus.Running or JobStatus.Restarting && !job.Progress().HasCaughtUp;

    // A sink that is away must not hold up the statement.
    static bool IsDelivered(Job job, CheckpointResult checkpoint) =>
        job.UndeliveredOf(checkpoint) == 0 || job.Undelivered.Any(sink => sink.Trouble is not null);

    async Task WaitAsync(TimeSpan max, Func<bool> condition, CancellationToken cancellation)
    {
        var clock = engine.Root.Options.Clock;
        var start = clock.GetTimestamp();
        using var tick = new PeriodicTimer(_tick, clock);
        while (!condition() && clock.GetElapsedTime(start) < max)
            await tick.WaitForNextTickAsync(cancellation).ConfigureAwait(false);
    }

    async Task<StatementResult> SavepointAsync(SavepointPlan plan, CancellationToken cancellation)
    {
        var job = engine.Jobs.Find(plan.JobId);
        var result = await job.SavepointAsync(SavepointDirectory(plan.Directory)).WaitAsync(cancellation).ConfigureAwait(false);
        return JobResults.Checkpoints([(job, result)]);
    }

    async Task<StatementResult> StopAsync(StopJobPlan plan, CancellationToken cancellation)
    {
        var job = engine.Jobs.Find(plan.JobId);
        var directory = plan.WithSavepoint ? SavepointDirectory(null) : null;
        var result = await job.StopAsync(plan.WithDrain ? StopKind.Drain : StopKind.Stop, directory).WaitAsync(cancellation).ConfigureAwait(false);
        await job.Completion.WaitAsync(cancellation).ConfigureAwait(false);
        return result is null ? new DoneResult([$"job {job.Id} stopped"]) : JobResults.Checkpoints([(job, result)]);
    }

    string SavepointDirectory(string? given)
    {
        if (given is not null)
            engine.Root.Options.Files.Check(given, SourceSpan.None);
        return given ?? session.Settings.GetValueOrDefault("execution.checkpointing.savepoint-dir") ?? Path.Combine(engine.DataDirectory, "savepoints");
    }

    JobOptions Options(string id, string name) =>
        OptionCatalog.ReadJob(session.Settings, id, name, engine.Jobs.WorkingDirectoryOf(id), engine.Root.Options.Workers);

    sealed class GraphExplainer(int parallelism) : IGraphExplainer
    {
        public IReadOnlyList<string> Explain(PhysicalPlan plan) => JobGraphBuilder.Build(plan, parallelism).Describe().TrimEnd().Split('\n');
    }
}
