using System.Security.Cryptography;
using SqlStream.Connectors;
using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Files;
using SqlStream.Core.Functions;
using SqlStream.Engine.Memory;
using SqlStream.Engine.Push;
using SqlStream.Engine.UserFunctions;
using SqlStream.Execution;
using SqlStream.Execution.Runtime;
using SqlStream.Functions;

namespace SqlStream.Engine;

/// <summary>Makes the parts of an engine and puts them together: the only place that does.</summary>
sealed class CompositionRoot : IDisposable
{
    const int EdgeThreads = 16;
    const int StateThreads = 2;

    readonly WorkerPool _workers;
    readonly EdgePool _edge;
    readonly EdgePool _stateWriters;

    public CompositionRoot(EngineOptions options, string dataDirectory)
    {
        Options = options;
        Random = new Random(options.Seed ?? RandomNumberGenerator.GetInt32(int.MaxValue));
        Functions = new UserFunctionCatalog(BuiltinFunctions.Instance);
        Assemblies = new FunctionAssemblies(options.Files, options.AllowsAssemblies);
        var builtin = new BuiltinConnectors();
        MemoryTables = new MemoryTables(dataDirectory, options.Clock, options.KeepsMemoryTables);
        Pool = options.Pool ?? new ColumnPool();
        PushTables = new PushTables(Pool, options.Clock);
        Connectors = new ConnectorCatalog(
            [.. builtin.Connectors, new MemoryConnector(MemoryTables), new PushConnector(PushTables), .. options.Connectors],
            ((IConnectorCatalog)builtin).Formats,
            builtin.Catalogs,
            options.Files);
        _workers = new WorkerPool(options.Workers);
        _edge = new EdgePool(EdgeThreads, "edge");
        _stateWriters = new EdgePool(StateThreads, "state", lowPriority: true);
    }

    public EngineOptions Options { get; }

    public Random Random { get; }

    public UserFunctionCatalog Functions { get; }

    public FunctionAssemblies Assemblies { get; }

    public IConnectorCatalog Connectors { get; }

    public MemoryTables MemoryTables { get; }

    public PushTables PushTables { get; }

    public ColumnPool Pool { get; }

    public JobServices Services(SessionContext session) => new()
    {
        Scheduler = _workers,
        Edge = _edge,
        StateWriters = _stateWriters,
        Clock = Options.Clock,
        Pool = Pool,
        Session = session,
        Output = Options.Output,
        Error = Options.Error,
        Guards = Options.Guards,
    };

    public void Dispose()
    {
        PushTables.Dispose();
        _edge.Dispose();
        _stateWriters.Dispose();
        _workers.Dispose();
    }

    sealed record ConnectorCatalog(IReadOnlyList<IConnector> Connectors, IFormatCatalog Formats, IReadOnlyList<IExternalCatalog> Catalogs, FileRoots Files)
        : IConnectorCatalog;
}
