using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Engine.Catalogs;
using SqlStream.Engine.Results;
using SqlStream.Engine.Runs;
using SqlStream.Engine.UserFunctions;
using SqlStream.Execution;
using SqlStream.Parser;
using SqlStream.Planner;
using SqlStream.Planner.Catalog;

namespace SqlStream.Engine.Sessions;

/// <summary>A user's place in the engine: a catalog, settings, and the statements executed one after the other. Not thread-safe.</summary>
public sealed class Session
{
    readonly SqlStreamEngine _engine;
    readonly Dictionary<string, string> _settings = [];
    readonly Dictionary<string, string> _first;
    readonly StatementRunner _runner;
    Job? _awaited;

    internal Session(SqlStreamEngine engine)
    {
        _engine = engine;
        foreach (var (key, value) in engine.Root.Options.Settings)
            Set(key, value);
        _first = new Dictionary<string, string>(_settings);
        _runner = new StatementRunner(engine, this);
    }

    /// <summary>The tables and views.</summary>
    public Planner.Catalog.Catalog Catalog { get; internal set; } = Planner.Catalog.Catalog.Empty;

    /// <summary>Where names without a catalog are looked up.</summary>
    public string CurrentCatalog => Catalog.CurrentCatalog;

    /// <summary>Where names without a database are looked up.</summary>
    public string CurrentDatabase => Catalog.CurrentDatabase;

    /// <summary>What was set; options that are not in it have their defaults.</summary>
    public IReadOnlyDictionary<string, string> Settings => _settings;

    /// <summary>What gives the jobs of the session their identities: the script run that it carries out, or a server; null for jobs that nobody keeps.</summary>
    public IJobLedger? Run { get; set; }

    /// <summary>What expressions see of the session.</summary>
    public SessionContext Context => new(
        OptionCatalog.TimeZone(_settings.GetValueOrDefault(SessionOptions.TimeZoneKey) ?? "UTC"), _engine.Root.Options.Clock, _engine.Root.Random);

    /// <summary>The names that a statement may use.</summary>
    public SessionVocabulary Vocabulary => new(Catalog, _engine.Root.Functions, _engine.Root.Connectors);

    /// <summary>Text of values.</summary>
    public ResultText TextOf(Core.Types.Schema schema) => new(schema, _engine.Root.Functions, _engine.Root.Pool, Context);

    /// <summary>Writes rows of a schema as JSON, in the session's time zone.</summary>
    public ResultJson JsonOf(Core.Types.Schema schema) => new(schema, _engine.Root.Functions, _engine.Root.Pool, Context);

    /// <summary>Parses a text; a text with errors is refused whole.</summary>
    public static IReadOnlyList<ParsedStatement> Parse(SourceText source) => SqlParser.Parse(source).StatementsOrThrow();

    /// <summary>The job that the statement waits for which is being executed, or that the last one waited for; null for none. Thread-safe.</summary>
    public Job? Awaited
    {
        get => Volatile.Read(ref _awaited);
        internal set => Volatile.Write(ref _awaited, value);
    }

    /// <summary>Executes one statement.</summary>
    public Task<StatementResult> ExecuteAsync(ParsedStatement statement, SourceText source, CancellationToken cancellation)
    {
        Awaited = null;
        return _runner.RunAsync(statement, source, cancellation);
    }

    /// <summary>Plans all statements of a script as if those before each had been executed, and executes none. Raises every error; returns the warnings.</summary>
    /// <param name="statements">The statements.</param>
    /// <param name="source">The text that they stand in.</param>
    /// <param name="refuse">What whoever executes the script has against a statement, as an error beside those of planning it; null for nothing.</param>
    public IReadOnlyList<Diagnostic> Check(IReadOnlyList<ParsedStatement> statements, SourceText source, Func<ParsedStatement, Diagnostic?>? refuse = null)
    {
        var copy = new Session(_engine) { Catalog = Catalog };
        foreach (var (key, value) in _settings)
            copy._settings[key] = value;
        return new ScriptCheck(copy, refuse).Run(statements, source);
    }

    internal IReadOnlyList<Diagnostic> Rehearse(ParsedStatement statement, SourceText source) => _runner.Rehearse(statement, source);

    /// <summary>The default catalog is kept by the data directory, and shared by all sessions that say so.</summary>
    public void KeepCatalog()
    {
        var kept = new CatalogDefinition(ObjectName.DefaultCatalog) { DefaultDatabase = ObjectName.DefaultDatabase, Type = CatalogDefinition.DirectoryType };
        Catalog = Catalog.After(new PutCatalog(kept, IsNew: false));
        Refresh();
    }

    /// <summary>Reads the catalogs again that directories keep and other sessions have changed.</summary>
    public void Refresh() => _runner.RefreshKept();

    /// <summary>What is to be kept of the session.</summary>
    public StoredSession Store(string id, string name, DateTimeOffset openedAt) => new()
    {
        Id = id,
        Name = name,
        OpenedAt = openedAt,
        Settings = new SortedDictionary<string, string>(_settings, StringComparer.Ordinal),
        Catalog = StoredSnapshot.OfSession(Catalog, _runner.IsElsewhere),
    };

    /// <summary>The session as it was.</summary>
    public void Restore(StoredSession stored)
    {
        Restore(stored.Settings, stored.Catalog);
        _runner.RefreshKept(always: true);
    }

    /// <summary>Sets options, as SET does.</summary>
    public void Set(IReadOnlyDictionary<string, string> settings)
    {
        foreach (var (key, value) in settings)
            Set(key, value);
    }

    internal Task<JobResult> ResumeAsync(Jobs.JobRecord record)
    {
        Restore(record.Settings, record.Catalog);
        // Nobody waits for it here.
        _settings["table.dml-sync"] = "false";
        var source = new SourceText(record.Sql);
        return _runner.ResumeAsync(Parse(source)[0], source, CancellationToken.None);
    }

    void Restore(IReadOnlyDictionary<string, string> settings, StoredSnapshot? catalog)
    {
        _settings.Clear();
        Set(settings);
        if (catalog is not null)
            Catalog = catalog.Restore(PlannerContext);
    }

    /// <summary>Ends the job of a query and forgets it.</summary>
    public async Task CloseAsync(QueryResult query)
    {
        query.Job.Cancel();
        await query.Job.Completion.ConfigureAwait(false);
        query.Job.Results!.Close();
        _engine.Jobs.Remove(query.Job);
    }

    /// <summary>Sets an option; gives a line for people where it has no effect here.</summary>
    internal string? Set(string key, string value)
    {
        key = FormerOptions.Rename(key);
        if (UnsupportedOptions.IsHarmless(key, value))
            return null;
        if (!OptionCatalog.IsKnown(key) && IgnoredOptions.Notice(key) is { } notice)
            return notice;
        OptionCatalog.Check(key, value);
        if (key is "execution.checkpointing.dir" or "execution.checkpointing.savepoint-dir")
            _engine.Root.Options.Files.Check(value, SourceSpan.None);
        _settings[key] = value;
        return null;
    }

    internal void Reset(string? key)
    {
        if (key is null)
        {
            _settings.Clear();
            foreach (var (known, value) in _first)
                _settings[known] = value;
            return;
        }
        key = FormerOptions.Rename(key);
        if (!OptionCatalog.IsKnown(key) && (UnsupportedOptions.Contains(key) || IgnoredOptions.Notice(key) is not null))
            return;
        if (!OptionCatalog.IsKnown(key))
            throw EngineErrors.NoSuchOption(key, OptionCatalog.All.Select(option => option.Key));
        if (_first.TryGetValue(key, out var first))
            _settings[key] = first;
        else
            _settings.Remove(key);
    }

    internal PlannerContext PlannerContext => new(
        Catalog, _engine.Root.Connectors, _engine.Root.Functions, new SessionOptions(new Dictionary<string, string>(_settings)), Context)
    {
        FunctionsOf = (known, catalog) => new SessionFunctions(known, _engine.Root.Assemblies, catalog),
    };
}
