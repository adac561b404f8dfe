using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Engine.Results;
using SqlStream.Engine.Runs;
using SqlStream.Parser;
using SqlStream.Planner;

namespace SqlStream.Engine.Sessions;

/// <summary>A user's place in the engine: a catalog, settings, and the statements executed one after the other. Not thread-safe.</summary>
public sealed class Session
{
    readonly SqlStreamEngine _engine;
    readonly Dictionary<string, string> _settings = [];
    readonly Dictionary<string, string> _first;
    readonly StatementRunner _runner;

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

    /// <summary>What was set; options that are not in it have their defaults.</summary>
    public IReadOnlyDictionary<string, string> Settings => _settings;

    /// <summary>The script run that the session carries out, which gives jobs their identities; null outside of one.</summary>
    public ScriptRun? Run { get; set; }

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

    /// <summary>Executes one statement.</summary>
    public Task<StatementResult> ExecuteAsync(ParsedStatement statement, SourceText source, CancellationToken cancellation) =>
        _runner.RunAsync(statement, source, cancellation);

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
        Catalog, _engine.Root.Connectors, _engine.Root.Functions, new SessionOptions(new Dictionary<string, string>(_settings)), Context);
}
