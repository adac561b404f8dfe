namespace SqlStream.Core.Diagnostics;

/// <summary>The user must act: the SQL, an option or the data is wrong. A job that fails with it is not restarted.</summary>
public sealed class SqlException : Exception
{
    /// <summary>One message.</summary>
    public SqlException(Diagnostic diagnostic) : this([diagnostic]) { }

    /// <summary>Several messages of one statement; at least one.</summary>
    public SqlException(IReadOnlyList<Diagnostic> diagnostics) : base(diagnostics[0].Message) => Diagnostics = diagnostics;

    /// <summary>A message without a position.</summary>
    public SqlException(string sqlState, string message, string? hint = null, string? detail = null)
        : this(new Diagnostic(sqlState, message, SourceSpan.None, detail, hint)) { }

    /// <summary>The messages, in the order of their position.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics { get; }

    /// <summary>The code of the first message.</summary>
    public string SqlState => Diagnostics[0].SqlState;
}
