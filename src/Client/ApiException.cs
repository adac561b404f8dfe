using System.Net;

namespace SqlStream.Client;

/// <summary>A server refused a request, or could not be reached.</summary>
public sealed class ApiException : Exception
{
    /// <summary>What a server answered.</summary>
    public ApiException(Problem problem) : base(problem.Title) => Problem = problem;

    /// <summary>A server that could not be reached.</summary>
    public ApiException(Problem problem, Exception cause) : base(problem.Title, cause) => Problem = problem;

    /// <summary>What is wrong.</summary>
    public Problem Problem { get; }

    /// <summary>The server was not reached, or the connection to it was lost.</summary>
    public bool IsConnection => Problem.SqlState == "08006";

    /// <summary>The HTTP status; 0 where there was no answer.</summary>
    public HttpStatusCode StatusCode => (HttpStatusCode)Problem.Status;
}
