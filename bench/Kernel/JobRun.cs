using System.Diagnostics;
using SqlStream.Core.Diagnostics;
using SqlStream.Engine;
using SqlStream.Engine.Results;
using SqlStream.Engine.Sessions;
using SqlStream.Execution;

namespace SqlStream.Bench;

/// <summary>What one run of a job cost.</summary>
/// <param name="Wall">Elapsed time.</param>
/// <param name="Cpu">CPU time of the whole process meanwhile, database and garbage collector included.</param>
/// <param name="AllocatedBytes">Managed bytes allocated meanwhile.</param>
/// <param name="PeakBytes">Peak resident memory of the process so far.</param>
sealed record JobCost(TimeSpan Wall, TimeSpan Cpu, long AllocatedBytes, long PeakBytes);

/// <summary>Runs a script to its end in this process and measures it.</summary>
static class JobRun
{
    public static async Task<JobCost> RunAsync(string sql, int workers, BenchRows? rows = null, IReadOnlyDictionary<string, string>? settings = null, int? seed = 1)
    {
        await using var engine = SqlStreamEngine.Open(new EngineOptions
        {
            Workers = workers,
            Connectors = rows is null ? [] : [new BenchConnector(rows)],
            Settings = settings ?? new Dictionary<string, string>(),
            Seed = seed,
        });
        var session = engine.OpenSession();
        var source = new SourceText(sql);
        GC.Collect();
        using var process = Process.GetCurrentProcess();
        var cpu = process.TotalProcessorTime;
        var allocated = GC.GetTotalAllocatedBytes();
        var watch = Stopwatch.StartNew();
        var jobs = new List<Job>();
        foreach (var statement in Session.Parse(source))
        {
            if (await session.ExecuteAsync(statement, source, CancellationToken.None).ConfigureAwait(false) is JobResult { Job: { } job })
                jobs.Add(job);
        }
        foreach (var job in jobs)
        {
            await job.Completion.ConfigureAwait(false);
            if (job.Status != JobStatus.Finished)
                throw new InvalidOperationException($"job ended {job.Status}: {job.Error}");
        }
        process.Refresh();
        return new JobCost(watch.Elapsed, process.TotalProcessorTime - cpu, GC.GetTotalAllocatedBytes() - allocated, process.PeakWorkingSet64);
    }
}
