using SqlStream.Core.Diagnostics;
using SqlStream.Parser;
using SqlStream.Parser.Syntax;

namespace SqlStream.Engine.Sessions;

/// <summary>Plans the statements of a script one after the other, in a session that nobody else sees, and collects what is wrong with them.</summary>
/// <param name="session">A session of its own, which is changed.</param>
/// <param name="refuse">What whoever executes the script has against a statement, as an error of its own; null for nothing.</param>
sealed class ScriptCheck(Session session, Func<ParsedStatement, Diagnostic?>? refuse)
{
    readonly List<Diagnostic> _errors = [];
    readonly List<Diagnostic> _warnings = [];
    readonly HashSet<string> _missing = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Plans all statements. Raises every error, in the order of the script; returns the warnings.</summary>
    public IReadOnlyList<Diagnostic> Run(IReadOnlyList<ParsedStatement> statements, SourceText source)
    {
        foreach (var statement in statements)
        {
            if (refuse?.Invoke(statement) is { } refusal)
                _errors.Add(refusal);
            if (!TryPlan(statement, source))
                break;
        }
        return _errors.Count == 0 ? _warnings : throw new SqlException([.. _errors]);
    }

    // False where what follows stands on what is wrong.
    bool TryPlan(ParsedStatement statement, SourceText source)
    {
        try
        {
            _warnings.AddRange(session.Rehearse(statement, source));
            return true;
        }
        catch (SqlException e)
        {
            _errors.AddRange(e.Diagnostics.Where(error => !IsFollowing(error, source)));
        }
        if (statement.Syntax is CreateTable table)
            _missing.Add(table.Name.Last.Text);
        else if (statement.Syntax is CreateView view)
            _missing.Add(view.Name.Last.Text);
        return statement.Syntax is CreateTable or CreateView or QueryStatement or InsertStatement or StatementSet or SetStatement or ExplainStatement;
    }

    // A table that could not be created is not there; that has been said.
    bool IsFollowing(Diagnostic error, SourceText source) =>
        error.SqlState == SqlState.UndefinedTable && !error.Span.IsNone
        && _missing.Contains(source.Text.AsSpan(error.Span.Start, error.Span.Length).ToString().Split('.')[^1].Trim('`', ' '));
}
