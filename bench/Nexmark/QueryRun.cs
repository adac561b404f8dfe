using System.Diagnostics;
using SqlStream.Core.Diagnostics;
using SqlStream.Engine;
using SqlStream.Engine.Results;
using SqlStream.Engine.Runs;
using SqlStream.Engine.Sessions;
using SqlStream.Execution;

namespace SqlStream.Bench.Nexmark;

/// <summary>What one run of a query cost.</summary>
/// <param name="Wall">Elapsed time.</param>
/// <param name="Cpu">CPU time of the whole process meanwhile, database and garbage collector included.</param>
/// <param name="AllocatedBytes">Managed bytes allocated meanwhile.</param>
/// <param name="DiskBytes">Bytes in the data directory at the end, output included.</param>
sealed record QueryCost(TimeSpan Wall, TimeSpan Cpu, long AllocatedBytes, long DiskBytes);

/// <summary>Runs a query of the suite to its end in this process: state in RocksDB, a checkpoint a second.</summary>
static class QueryRun
{
    static readonly Dictionary<string, string> _settings = new()
    {
        ["execution.runtime-mode"] = "streaming",
        ["execution.checkpointing.interval"] = "1 s",
        ["state.backend.type"] = "rocksdb",
        ["state.memory-budget"] = "512 mb",
    };

    /// <summary>What the run cost; throws <see cref="SqlException"/> where the query is refused.</summary>
    public static async Task<QueryCost> RunAsync(string query, long events, int workers)
    {
        var directory = Directory.CreateTempSubdirectory("sqlstream-nexmark-");
        try
        {
            Suite.WriteSideInput(directory.FullName);
            return await RunAsync(Suite.Script(query, events, directory.FullName), directory, workers).ConfigureAwait(false);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    static async Task<QueryCost> RunAsync(string sql, DirectoryInfo directory, int workers)
    {
        await using var engine = SqlStreamEngine.Open(new EngineOptions
        {
            DataDirectory = Path.Combine(directory.FullName, "data"),
            Workers = workers,
            Settings = new Dictionary<string, string>(_settings) { ["parallelism.default"] = workers.ToString(System.Globalization.CultureInfo.InvariantCulture) },
            Seed = 1,
        });
        var session = engine.OpenSession();
        session.Run = ScriptRun.Open(engine, sql, RestoreMode.Auto, discardUnfinished: false);
        var source = new SourceText(sql);
        GC.Collect();
        using var process = Process.GetCurrentProcess();
        var cpu = process.TotalProcessorTime;
        var allocated = GC.GetTotalAllocatedBytes();
        var watch = Stopwatch.StartNew();
        foreach (var statement in Session.Parse(source))
        {
            if (await session.ExecuteAsync(statement, source, CancellationToken.None).ConfigureAwait(false) is not JobResult { Job: { } job })
                continue;
            await job.Completion.ConfigureAwait(false);
            if (job.Status != JobStatus.Finished)
                throw new InvalidOperationException($"job ended {job.Status}: {job.Error}");
        }
        await session.Run.SettleAsync().ConfigureAwait(false);
        var wall = watch.Elapsed;
        process.Refresh();
        return new QueryCost(
            wall, process.TotalProcessorTime - cpu, GC.GetTotalAllocatedBytes() - allocated,
            directory.EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length));
    }
}
