using SqlStream.Core.Diagnostics;
using SqlStream.Parser.Syntax;

namespace SqlStream.Parser;

/// <summary>What a SQL text holds: the statements that are well formed, in order, and messages for each that is
/// not.</summary>
public sealed class ParseResult
{
    internal ParseResult(IReadOnlyList<ParsedStatement> statements, IReadOnlyList<Diagnostic> diagnostics)
    {
        Statements = statements;
        Diagnostics = diagnostics;
    }

    /// <summary>The statements without errors.</summary>
    public IReadOnlyList<ParsedStatement> Statements { get; }

    /// <summary>The errors, in the order of their positions; at most ten a statement.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics { get; }

    /// <summary>True where some statement is wrong.</summary>
    public bool HasErrors => Diagnostics.Count > 0;

    /// <summary>The statements, or a <see cref="SqlException"/> with all errors.</summary>
    public IReadOnlyList<ParsedStatement> StatementsOrThrow() =>
        HasErrors ? throw new SqlException(Diagnostics) : Statements;
}

/// <summary>A statement with its text, without the semicolon.</summary>
public sealed record ParsedStatement(StatementSyntax Syntax, string Text, SourceSpan Span);
