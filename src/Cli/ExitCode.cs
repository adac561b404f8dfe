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

    /// <summary>The code for an error.</summary>
    public static int Of(Exception error) => error switch
    {
        SqlException => UserError,
        ExternalException => Outside,
        OperationCanceledException => UserError,
        _ => JobFailed,
    };
}
