using SqlStream.Core.Diagnostics;

namespace SqlStream.Execution;

/// <summary>What an attempt tells its job. Called on the attempt's turns.</summary>
interface IAttemptEvents
{
    /// <summary>Changes are committed and wait for a checkpoint.</summary>
    void OnBehind();

    /// <summary>A checkpoint is durable.</summary>
    /// <param name="result">The checkpoint.</param>
    /// <param name="isBehind">Changes of later epochs wait for the next one.</param>
    void OnCheckpoint(CheckpointResult result, bool isBehind);

    /// <summary>A checkpoint failed; the job goes on.</summary>
    void OnCheckpointFailed(string trigger, Exception error);

    /// <summary>Output cannot be delivered at the moment; the job goes on.</summary>
    void OnSinkTrouble(string table, ExternalException error);

    /// <summary>Something that people should know.</summary>
    void OnNotice(string notice);

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
