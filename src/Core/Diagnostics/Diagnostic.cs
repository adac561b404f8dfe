using System.Text;

namespace SqlStream.Core.Diagnostics;

/// <summary>How much a diagnostic weighs.</summary>
public enum Severity
{
    /// <summary>The statement was refused.</summary>
    Error,

    /// <summary>The statement works, but probably not as meant.</summary>
    Warning,

    /// <summary>Something the user should know.</summary>
    Notice,
}

/// <summary>One message to a user, worded by PostgreSQL's rules: the primary message is lower case, without a final
/// period, and quotes identifiers; detail and hint are sentences.</summary>
/// <param name="SqlState">Five characters, one of <see cref="Diagnostics.SqlState"/>.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Span">Where in the SQL text; <see cref="SourceSpan.None"/> where no text is to blame.</param>
/// <param name="Detail">More facts.</param>
/// <param name="Hint">What to do.</param>
/// <param name="Severity">Error unless said otherwise.</param>
public sealed record Diagnostic(
    string SqlState,
    string Message,
    SourceSpan Span,
    string? Detail = null,
    string? Hint = null,
    Severity Severity = Severity.Error)
{
    /// <summary>The message in the form that a terminal shows: code, message, excerpt with a caret line, detail, hint.</summary>
    public string Render(SourceText? source)
    {
        var text = new StringBuilder();
        text.Append(Severity.ToString().ToUpperInvariant()).Append(' ').Append(SqlState).Append(": ").Append(Message);
        if (source is not null && !Span.IsNone)
            AppendExcerpt(text, source);
        if (Detail is not null)
            text.Append("\nDETAIL: ").Append(Detail);
        if (Hint is not null)
            text.Append("\nHINT: ").Append(Hint);
        return text.ToString();
    }

    /// <summary>The message in one line, as goldens hold it: <c>42703 at 1:8: message. Hint: ...</c>.</summary>
    public string RenderShort(SourceText? source)
    {
        var text = new StringBuilder(SqlState);
        if (source is not null && !Span.IsNone)
        {
            var (line, column) = source.LineColumn(Span.Start);
            text.Append(" at ").Append(line).Append(':').Append(column);
        }
        text.Append(": ").Append(Message);
        if (Detail is not null)
            text.Append(". Detail: ").Append(Detail.TrimEnd('.'));
        if (Hint is not null)
            text.Append(". Hint: ").Append(Hint);
        return text.ToString();
    }

    void AppendExcerpt(StringBuilder text, SourceText source)
    {
        const int excerptMax = 160;
        var (line, column) = source.LineColumn(Span.Start);
        var excerpt = source.Line(line);
        var skipped = Math.Max(0, Math.Min(column - 1 - (excerptMax / 2), excerpt.Length - excerptMax));
        var shown = excerpt.Substring(skipped, Math.Min(excerptMax, excerpt.Length - skipped));
        var prefix = source.Name.Length == 0 ? $"line {line}: " : $"{source.Name}:{line}: ";
        var caretStart = column - 1 - skipped;
        var carets = Math.Clamp(Span.Length, 1, Math.Max(1, shown.Length - caretStart));
        text.Append("\n  ").Append(prefix).Append(shown.Replace('\t', ' '));
        text.Append("\n  ").Append(' ', prefix.Length + caretStart).Append('^', carets);
    }
}
