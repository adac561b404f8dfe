using SqlStream.Core.Diagnostics;

namespace SqlStream.Execution;

/// <summary>What an attempt tells its job. Called on the attempt's turns.</summary>
interface IAttemptEvents
{
    /// <summary>A checkpoint is durable.</summary>
    void OnCheckpoint(CheckpointResult result);

    /// <summary>A checkpoint failed; the job goes on.</summary>
    void OnCheckpointFailed(string trigger, Exception error);

    /// <summary>Output cannot be delivered at the moment; the job goes on.</summary>
    void OnSinkTrouble(string table, ExternalException error);

    /// <summary>The attempt is over and has released everything.</summary>
    void OnOver(AttemptOutcome outcome, Exception? error);
}

/// <summary>How an attempt ended.</summary>
enum AttemptOutcome
{
    /// <summary>All input has been read, everything is delivered.</summary>
    Finished,

    /// <summary>Stopped with a final checkpoint.</summary>
    Stopped,

    /// <summary>Canceled without one.</summary>
    Canceled,

    /// <summary>Something failed.</summary>
    Failed,
}
