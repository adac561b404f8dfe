using SqlStream.Core.Diagnostics;
using SqlStream.Execution;

namespace SqlStream.Engine.Embedding;

/// <summary>What programs do with jobs beside what they offer themselves.</summary>
public static class JobExtensions
{
    /// <summary>Waits until the job has ended and throws what it failed with: <see cref="SqlException"/> where the SQL or the data is wrong,
    /// <see cref="ExternalException"/> where the outside is. A job that was stopped or canceled has not failed. Cancellation ends the waiting, not
    /// the job.</summary>
    public static async Task WaitAsync(this Job job, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(job);
        await job.Completion.WaitAsync(cancellation).ConfigureAwait(false);
        job.ThrowIfFailed();
    }

    internal static void ThrowIfFailed(this Job job)
    {
        if (job.Status == JobStatus.Failed && job.Error is { } error)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(error);
    }
}
