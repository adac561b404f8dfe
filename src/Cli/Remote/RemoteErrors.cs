using SqlStream.Client;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Cli.Remote;

/// <summary>Errors of a server as if they had come up here.</summary>
static class RemoteErrors
{
    /// <summary>The error. Positions are moved to where the text that was sent stands in the whole.</summary>
    public static Exception Of(ApiException error, int offset = 0) =>
        error.IsConnection || error.Problem.Status >= 500
            ? new ExternalException(error.Message, Retry.Backoff, error.Problem.SqlState, error.InnerException is null ? null : new IOException(error.Problem.Detail), error.Problem.Hint)
            : Of(error.Problem, offset);

    /// <summary>What a statement failed with.</summary>
    public static Exception Of(Problem problem, int offset)
    {
        if (problem.SqlState == SqlState.QueryCanceled)
            return new OperationCanceledException();
        if (problem.Errors is { Count: > 0 } errors)
            return new SqlException([.. errors.Select(one => Diagnostic(one, offset))]);
        return new SqlException(Diagnostic(new ProblemError(problem.SqlState, problem.Title, problem.Detail, problem.Hint, problem.Position), offset));
    }

    /// <summary>A message of a server.</summary>
    public static Diagnostic Diagnostic(ProblemError error, int offset, Severity severity = Severity.Error) => new(
        error.SqlState, error.Message, error.Position is { } position ? new SourceSpan(position.Offset + offset, position.Length) : SourceSpan.None,
        error.Detail, error.Hint, severity);
}
