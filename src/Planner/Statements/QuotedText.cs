using SqlStream.Core.Diagnostics;

namespace SqlStream.Planner.Statements;

/// <summary>Text in double quotes, which other systems take for a string, is a name here: a column that does not exist and was written so gets
/// a hint.</summary>
static class QuotedText
{
    const string Guess = "Did you mean";

    /// <summary>True if an error is about such a column.</summary>
    public static bool IsBlamed(SqlException exception, SourceText source) => exception.Diagnostics.Any(error => IsQuoted(error, source));

    /// <summary>The same errors with hints.</summary>
    public static SqlException WithHints(SqlException exception, SourceText source) => new([.. exception.Diagnostics.Select(error => IsQuoted(error, source)
        ? error with { Hint = $"Text stands in single quotes: {InSingleQuotes(error, source)}. Double quotes are for names." }
        : error)]);

    // Where a name is nearly right, it was meant as one.
    static bool IsQuoted(Diagnostic error, SourceText source) =>
        error is { SqlState: SqlState.UndefinedColumn, Detail: null, Span: { IsNone: false, Length: > 1 } span }
        && span.End <= source.Text.Length && source.Text[span.Start] == '"' && source.Text[span.End - 1] == '"'
        && error.Message.EndsWith("does not exist", StringComparison.Ordinal) && error.Hint?.StartsWith(Guess, StringComparison.Ordinal) != true;

    static string InSingleQuotes(Diagnostic error, SourceText source)
    {
        var text = source.Text[(error.Span.Start + 1)..(error.Span.End - 1)];
        return $"'{text.Replace("\"\"", "\"", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal)}'";
    }
}
