using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Engine;
using SqlStream.Engine.Results;
using SqlStream.Engine.Runs;
using SqlStream.Engine.Sessions;
using SqlStream.Execution;

namespace SqlStream.EndToEnd.Tests.Rig;

/// <summary>Engines in this process over tables that a test feeds: one subtask, no checkpoint but those that the test asks for, no restarts.</summary>
static class FedEngine
{
    static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    public static SqlStreamEngine Open(string directory, int batchRows, params IConnector[] connectors) => SqlStreamEngine.Open(new EngineOptions
    {
        DataDirectory = directory,
        Workers = 2,
        Guards = true,
        BatchRows = batchRows,
        Connectors = connectors,
        Settings = new Dictionary<string, string>
        {
            ["parallelism.default"] = "1",
            ["state.backend.type"] = "memory",
            ["execution.checkpointing.interval"] = "1000 h",
            ["restart-strategy.type"] = "none",
        },
    });

    /// <summary>Executes a script, and gives its last job.</summary>
    public static async Task<(Session Session, Job Job)> StartAsync(SqlStreamEngine engine, string script, RestoreMode? mode = null)
    {
        var session = engine.OpenSession();
        session.Run = ScriptRun.Open(engine, script, mode ?? RestoreMode.Auto, discardUnfinished: false);
        Job? job = null;
        var source = new SourceText(script);
        foreach (var parsed in Session.Parse(source))
        {
            if (await session.ExecuteAsync(parsed, source, CancellationToken.None) is JobResult { Job: { } started })
                job = started;
        }
        return (session, job!);
    }

    /// <summary>Waits until a job has ended and its output is delivered.</summary>
    public static async Task EndAsync(Session session, Job job)
    {
        await job.Completion.WaitAsync(_patience);
        await session.Run!.SettleAsync();
    }
}
