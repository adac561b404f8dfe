using SqlStream.Core.Diagnostics;

namespace SqlStream.Cli;

/// <summary>What the program answers to its caller.</summary>
static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>The SQL or the user's input is wrong.</summary>
    public const int UserError = 1;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 2;

    /// <summary>A job failed.</summary>
    public const int JobFailed = 3;

    /// <summary>An outside system failed.</summary>
    public const int Outside = 4;

    /// <summary>The reader of standard output has gone: 128 + SIGPIPE, as from programs that the signal ends.</summary>
    public const int OutputClosed = 128 + 13;

    /// <summary>The code for an error.</summary>
    public static int Of(Exception error) => error switch
    {
        _ when StandardStreams.HasLostReader => OutputClosed,
        SqlException => UserError,
        ExternalException => Outside,
        OperationCanceledException => UserError,
        _ => JobFailed,
    };

    /// <summary>The code for jobs that failed with these errors.</summary>
    public static int OfJobs(IEnumerable<Exception?> errors)
    {
        if (StandardStreams.HasLostReader)
            return OutputClosed;
        return errors.Any(error => error is ExternalException) ? Outside : JobFailed;
    }
}
