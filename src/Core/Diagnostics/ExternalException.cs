namespace SqlStream.Core.Diagnostics;

/// <summary>When it makes sense to try again.</summary>
public enum Retry
{
    /// <summary>At once.</summary>
    Now,

    /// <summary>After a pause that grows.</summary>
    Backoff,

    /// <summary>Not before somebody has acted.</summary>
    Never,
}

/// <summary>The outside world failed: a file, a disk, a server.</summary>
public sealed class ExternalException : Exception
{
    /// <summary>Describes a failure of the outside world.</summary>
    public ExternalException(string message, Retry retry, string sqlState = Diagnostics.SqlState.IoError, Exception? cause = null, string? hint = null)
        : base(message, cause)
    {
        Retry = retry;
        SqlState = sqlState;
        Hint = hint;
    }

    /// <summary>When to try again.</summary>
    public Retry Retry { get; }

    /// <summary>One of <see cref="Diagnostics.SqlState"/>.</summary>
    public string SqlState { get; }

    /// <summary>What to do about it, where that can be said.</summary>
    public string? Hint { get; }

    /// <summary>The same as a message without a position.</summary>
    public Diagnostic ToDiagnostic() => new(SqlState, Message, SourceSpan.None, InnerException?.Message, Hint);
}
