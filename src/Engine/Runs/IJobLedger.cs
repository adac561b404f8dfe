using SqlStream.Execution;
using SqlStream.Planner.Catalog;
using SqlStream.Planner.Physical;

namespace SqlStream.Engine.Runs;

/// <summary>A job that a statement is about to start.</summary>
public sealed record JobRequest
{
    /// <summary>What <c>pipeline.name</c> calls it, or null.</summary>
    public required string? PipelineName { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>The tables that it writes, by their full names.</summary>
    public required IReadOnlyList<string> Targets { get; init; }

    /// <summary>Its plan.</summary>
    public required PhysicalPlan Plan { get; init; }

    /// <summary>The plan as its checkpoints keep it.</summary>
    public required string PlanText { get; init; }

    /// <summary>The settings of its session.</summary>
    public required IReadOnlyDictionary<string, string> Settings { get; init; }

    /// <summary>The statement, with its secrets.</summary>
    public required string Sql { get; init; }

    /// <summary>What its plan was made from: the catalog as it was before the statement.</summary>
    public required UsedCatalog Catalog { get; init; }
}

/// <summary>Gives the jobs that a session starts their identities, and writes them down so that they go on after a restart.</summary>
public interface IJobLedger
{
    /// <summary>Finds out who the next job is. What is needed to go on with it is durable when this returns.</summary>
    JobIdentity Identify(JobRequest request);

    /// <summary>The job has been started.</summary>
    void Started(JobIdentity identity, Job job);

    /// <summary>The job could not be started.</summary>
    void NotStarted(JobIdentity identity);

    /// <summary>Waits until the end of every job that has ended is written down.</summary>
    Task SettleAsync();
}
