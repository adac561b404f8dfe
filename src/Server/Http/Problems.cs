using System.Text.Json;
using Microsoft.AspNetCore.Http;
using SqlStream.Client;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Server.Http;

/// <summary>Errors as problem details (RFC 9457), with SQLSTATE, position, detail and hint.</summary>
static class Problems
{
    const string ContentType = "application/problem+json";
    const int ErrorsMax = 200;

    /// <summary>The status and body for an error.</summary>
    /// <param name="error">The error.</param>
    /// <param name="source">The SQL text that its positions belong to; null for none.</param>
    public static (int Status, Problem Problem) Of(Exception error, SourceText? source = null)
    {
        IReadOnlyList<Diagnostic> diagnostics = error switch
        {
            SqlException sql => sql.Diagnostics,
            ExternalException external => [external.ToDiagnostic()],
            OperationCanceledException => [new Diagnostic(SqlState.QueryCanceled, "canceled on request", SourceSpan.None)],
            _ => [new Diagnostic(SqlState.InternalError, error.Message, SourceSpan.None, Hint: "This is a defect of the engine; the server's messages have the details.")],
        };
        var errors = diagnostics.Take(ErrorsMax).Select(diagnostic => ErrorOf(diagnostic, source)).ToList();
        var first = errors[0];
        var status = error is ExternalException ? StatusCodes.Status503ServiceUnavailable : StatusOf(first.SqlState);
        return (status, new Problem
        {
            Title = first.Message,
            Status = status,
            SqlState = first.SqlState,
            Detail = first.Detail,
            Hint = first.Hint,
            Position = first.Position,
            Errors = errors.Count > 1 ? errors : null,
        });
    }

    /// <summary>A diagnostic as the API shows it.</summary>
    public static ProblemError ErrorOf(Diagnostic diagnostic, SourceText? source)
    {
        ProblemPosition? position = null;
        if (source is not null && !diagnostic.Span.IsNone)
        {
            var (line, column) = source.LineColumn(diagnostic.Span.Start);
            position = new ProblemPosition(line, column, diagnostic.Span.Start, diagnostic.Span.Length);
        }
        return new ProblemError(diagnostic.SqlState, diagnostic.Message, diagnostic.Detail, diagnostic.Hint, position);
    }

    /// <summary>Answers with a problem.</summary>
    public static async Task WriteAsync(HttpContext context, int status, Problem problem)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }
        context.Response.StatusCode = status;
        context.Response.ContentType = ContentType;
        var body = JsonSerializer.SerializeToUtf8Bytes(problem with { Status = status }, ApiJson.Wire.Problem);
        context.Response.ContentLength = body.Length;
        await Sending.WriteAsync(context, body).ConfigureAwait(false);
    }

    static int StatusOf(string sqlState) => sqlState switch
    {
        ServerErrors.InvalidAuthorization => StatusCodes.Status401Unauthorized,
        SqlState.InsufficientPrivilege => StatusCodes.Status403Forbidden,
        SqlState.ConfigurationLimitExceeded => StatusCodes.Status429TooManyRequests,
        SqlState.StatementTooComplex => StatusCodes.Status413PayloadTooLarge,
        SqlState.ObjectInUse or SqlState.InvalidTransactionState or SqlState.DuplicateObject or SqlState.QueryCanceled => StatusCodes.Status409Conflict,
        SqlState.InternalError => StatusCodes.Status500InternalServerError,
        _ => StatusCodes.Status400BadRequest,
    };
}
