namespace SqlStream.Execution;

/// <summary>Where a job is in its life.</summary>
public enum JobStatus
{
    /// <summary>Made, not started.</summary>
    Created,

    /// <summary>Runs.</summary>
    Running,

    /// <summary>Failed and waits to be started again.</summary>
    Restarting,

    /// <summary>All input has been read and all output delivered.</summary>
    Finished,

    /// <summary>Failed for good.</summary>
    Failed,

    /// <summary>Ended on request, without a final checkpoint.</summary>
    Canceled,

    /// <summary>Stopped with a checkpoint or savepoint from which it can go on.</summary>
    Suspended,
}
