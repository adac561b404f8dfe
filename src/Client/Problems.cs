namespace SqlStream.Client;

/// <summary>What a request was refused for: problem details of RFC 9457, with what SQL says more.</summary>
public sealed record Problem
{
    /// <summary>What kind of problem, as a URI; <c>about:blank</c> where the status says it all.</summary>
    public string Type { get; init; } = "about:blank";

    /// <summary>The primary message.</summary>
    public required string Title { get; init; }

    /// <summary>The HTTP status.</summary>
    public int Status { get; init; }

    /// <summary>More facts.</summary>
    public string? Detail { get; init; }

    /// <summary>The SQLSTATE.</summary>
    public required string SqlState { get; init; }

    /// <summary>What to do.</summary>
    public string? Hint { get; init; }

    /// <summary>Where in the SQL text; null where no text is to blame.</summary>
    public ProblemPosition? Position { get; init; }

    /// <summary>All errors of the statement, the first included, where there are several.</summary>
    public IReadOnlyList<ProblemError>? Errors { get; init; }
}

/// <summary>One of several errors, or a warning.</summary>
/// <param name="SqlState">The SQLSTATE.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Detail">More facts.</param>
/// <param name="Hint">What to do.</param>
/// <param name="Position">Where.</param>
public sealed record ProblemError(string SqlState, string Message, string? Detail = null, string? Hint = null, ProblemPosition? Position = null);

/// <summary>A place in a SQL text.</summary>
/// <param name="Line">Line, from 1.</param>
/// <param name="Column">Column, from 1, in UTF-16 units.</param>
/// <param name="Offset">Offset, from 0, in UTF-16 units.</param>
/// <param name="Length">Length, in UTF-16 units.</param>
public sealed record ProblemPosition(int Line, int Column, int Offset, int Length);
