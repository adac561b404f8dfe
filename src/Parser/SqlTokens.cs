using Antlr4.Runtime;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using static SqlStream.Parser.Generated.SqlStreamLexer;

namespace SqlStream.Parser;

/// <summary>What a piece of SQL text is.</summary>
public enum SqlTokenKind
{
    /// <summary>A name.</summary>
    Name,

    /// <summary>A name in back-quotes or quotation marks.</summary>
    QuotedName,

    /// <summary>A word of the grammar.</summary>
    Keyword,

    /// <summary>A literal in apostrophes.</summary>
    Text,

    /// <summary>A literal number.</summary>
    Number,

    /// <summary>A sign.</summary>
    Symbol,

    /// <summary>A comment.</summary>
    Comment,

    /// <summary>A literal, name or comment that goes on to the end of the text.</summary>
    Open,
}

/// <summary>A piece of SQL text.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Span">Where it stands.</param>
public readonly record struct SqlToken(SqlTokenKind Kind, SourceSpan Span);

/// <summary>SQL text as the lexer sees it, for what edits or shows it while it is being written. Thread-safe; never throws for what a text holds.</summary>
public static class SqlTokens
{
    /// <summary>The tokens of a text with its comments, in order; white space is left out.</summary>
    public static IReadOnlyList<SqlToken> Scan(string text)
    {
        var source = new SourceText(text);
        var tokens = new List<SqlToken>();
        var at = 0;
        foreach (var token in SqlParser.Tokenize(source))
        {
            AddComments(text, at, token.StartIndex, tokens);
            var kind = KindOf(token);
            // The lexer gives the opening sign alone; all that follows is inside.
            at = kind == SqlTokenKind.Open ? text.Length : token.StopIndex + 1;
            tokens.Add(new SqlToken(kind, new SourceSpan(token.StartIndex, at - token.StartIndex)));
        }
        AddComments(text, at, text.Length, tokens);
        return tokens;
    }

    /// <summary>True if the text ends with the semicolon of a statement: what is still to come would be another one. Comments may follow.</summary>
    public static bool IsComplete(string text)
    {
        var tokens = SqlParser.Tokenize(new SourceText(text));
        return tokens.Count > 0 && StatementSplitter.CountComplete(tokens) == tokens.Count;
    }

    /// <summary>How much of the text its statements take that have their semicolon; all of it where only comments and white space follow.</summary>
    public static int CompleteLength(string text)
    {
        var tokens = SqlParser.Tokenize(new SourceText(text));
        var count = StatementSplitter.CountComplete(tokens);
        if (count == tokens.Count)
            return text.Length;
        return count == 0 ? 0 : tokens[count - 1].StopIndex + 1;
    }

    /// <summary>The text with the values of secret options hidden: what may be kept or shown of a statement.</summary>
    /// <param name="text">The text.</param>
    /// <param name="keepsPositions">It stays as long as it is.</param>
    public static string MaskSecrets(string text, bool keepsPositions = false)
    {
        if (!SecretOptions.MayBeIn(text))
            return text;
        var tokens = SqlParser.Tokenize(new SourceText(text));
        var masked = text;
        for (var i = tokens.Count - 1; i >= 2; i--)
        {
            if (tokens[i].Type is not (STRING_LITERAL or UNICODE_STRING or UNTERMINATED_STRING) || tokens[i - 1].Type != EQUAL || tokens[i - 2].Type != STRING_LITERAL)
                continue;
            var value = tokens[i];
            var end = value.Type == UNTERMINATED_STRING ? text.Length : value.StopIndex + 1;
            var (from, to) = Inside(text, value.StartIndex, end);
            var key = tokens[i - 2].Text.Trim('\'');
            var written = text[from..to];
            var shown = keepsPositions ? SecretOptions.ShowAsLong(key, written) : SecretOptions.Show(key, written);
            if (shown != written)
                masked = string.Concat(masked.AsSpan(0, from), shown, masked.AsSpan(to));
        }
        return masked;
    }

    // What stands between the apostrophes of a literal, of which the last may be missing.
    static (int From, int To) Inside(string text, int start, int end)
    {
        var from = text.IndexOf('\'', start) + 1;
        return (from, end > from && text[end - 1] == '\'' ? end - 1 : end);
    }

    static void AddComments(string text, int from, int to, List<SqlToken> tokens)
    {
        var at = from;
        while (at < to)
        {
            if (text[at] is not ('-' or '/'))
            {
                at++;
                continue;
            }
            var end = text[at] == '-' ? text.AsSpan(at, to - at).IndexOfAny('\r', '\n') : text.AsSpan(at + 2, to - at - 2).IndexOf("*/");
            var length = end < 0 ? to - at : text[at] == '-' ? end : end + 4;
            tokens.Add(new SqlToken(SqlTokenKind.Comment, new SourceSpan(at, length)));
            at += length;
        }
    }

    static SqlTokenKind KindOf(IToken token) => token.Type switch
    {
        IDENTIFIER => SqlTokenKind.Name,
        QUOTED_IDENTIFIER => SqlTokenKind.QuotedName,
        STRING_LITERAL or UNICODE_STRING or HEX_STRING => SqlTokenKind.Text,
        INTEGER_NUMBER or DECIMAL_NUMBER or DOUBLE_NUMBER => SqlTokenKind.Number,
        UNTERMINATED_STRING or UNTERMINATED_IDENTIFIER or UNTERMINATED_COMMENT => SqlTokenKind.Open,
        >= ALL and <= ZONE => SqlTokenKind.Keyword,
        _ => SqlTokenKind.Symbol,
    };
}
