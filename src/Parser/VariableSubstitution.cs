using System.Text;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Parser;

/// <summary>Replaces <c>${NAME}</c> in a SQL text before it is parsed, also inside literals, but not in
/// comments.</summary>
public static class VariableSubstitution
{
    /// <summary>The text with all variables replaced. A <see cref="SqlException"/> names every variable for which
    /// <paramref name="valueOf"/> gives null, with its position.</summary>
    /// <param name="source">The text as the user wrote it.</param>
    /// <param name="valueOf">The value of a variable, or null where it is not defined.</param>
    /// <param name="names">Names that are defined, for the hint; may be empty.</param>
    public static SourceText Apply(SourceText source, Func<string, string?> valueOf, IReadOnlyCollection<string>? names = null)
    {
        var text = source.Text;
        if (!text.Contains("${", StringComparison.Ordinal))
            return source;
        var replaced = new StringBuilder(text.Length);
        var errors = new List<Diagnostic>();
        var at = 0;
        // The quote that the text at this place stands in: a comment cannot begin there.
        var quote = '\0';
        while (at < text.Length)
        {
            var length = quote == '\0' ? CommentLength(text, at) : 0;
            if (length > 0)
            {
                replaced.Append(text, at, length);
                at += length;
            }
            else if (text[at] == '$' && at + 1 < text.Length && text[at + 1] == '{')
            {
                at = Replace(text, at, valueOf, names ?? [], replaced, errors);
            }
            else
            {
                quote = QuoteAfter(quote, text[at]);
                replaced.Append(text[at++]);
            }
        }
        return errors.Count > 0 ? throw new SqlException(errors) : new SourceText(replaced.ToString(), source.Name);
    }

    /// <summary>Replaces one variable and returns where the text goes on.</summary>
    static int Replace(
        string text, int at, Func<string, string?> valueOf, IReadOnlyCollection<string> names, StringBuilder replaced, List<Diagnostic> errors)
    {
        var close = text.IndexOfAny(['}', '\n'], at);
        if (close < 0 || text[close] != '}')
        {
            errors.Add(SyntaxErrors.UnterminatedVariable(new SourceSpan(at, 2)));
            return at + 2;
        }
        var name = text[(at + 2)..close];
        if (valueOf(name) is { } value)
            replaced.Append(value);
        else
            errors.Add(SyntaxErrors.UndefinedVariable(new SourceSpan(at, close + 1 - at), name, NearestName.Hint(name, names)));
        return close + 1;
    }

    static char QuoteAfter(char quote, char character) =>
        quote == character ? '\0' : quote == '\0' && character is ('\'' or '`' or '"') ? character : quote;

    /// <summary>The length of the comment that begins here, or 0; hints are no comments.</summary>
    static int CommentLength(string text, int at)
    {
        if (StartsWith(text, at, "--"))
            return EndOf(text, at, "\n") - at;
        if (StartsWith(text, at, "/*") && !StartsWith(text, at, "/*+"))
            return EndOf(text, at + 2, "*/") - at;
        return 0;
    }

    static bool StartsWith(string text, int at, string what) =>
        string.CompareOrdinal(text, at, what, 0, what.Length) == 0;

    static int EndOf(string text, int from, string what)
    {
        var end = text.IndexOf(what, from, StringComparison.Ordinal);
        return end < 0 ? text.Length : end + what.Length;
    }
}
