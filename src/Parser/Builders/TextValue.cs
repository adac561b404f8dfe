using System.Globalization;
using System.Text;
using Antlr4.Runtime;
using SqlStream.Core.Diagnostics;
using static SqlStream.Parser.Generated.SqlStreamParser;

namespace SqlStream.Parser.Builders;

/// <summary>The characters that a string literal stands for.</summary>
static class TextValue
{
    public static string Decode(TextContext context)
    {
        if (context.UNICODE_STRING() is { } unicode)
            return DecodeUnicode(unicode.Symbol, context.STRING_LITERAL() is { Length: > 0 } escape ? escape[0].Symbol : null);
        var parts = context.STRING_LITERAL();
        return parts.Length == 1
            ? Unquote(parts[0].GetText(), 1)
            : string.Concat(parts.Select(part => Unquote(part.GetText(), 1)));
    }

    public static string HexDigits(IToken token)
    {
        var digits = Unquote(token.Text, 2);
        if (digits.Length % 2 != 0 || !digits.All(char.IsAsciiHexDigit))
            throw new SqlException(SyntaxErrors.InvalidHex(SyntaxBuilder.Span(token)));
        return digits.ToUpperInvariant();
    }

    static string Unquote(string text, int prefix)
    {
        var inner = text[prefix..^1];
        return inner.Contains('\'') ? inner.Replace("''", "'") : inner;
    }

    static string DecodeUnicode(IToken token, IToken? escapeToken)
    {
        var escape = '\\';
        if (escapeToken is not null)
        {
            var chosen = Unquote(escapeToken.Text, 1);
            if (chosen.Length != 1 || char.IsAsciiHexDigit(chosen[0]) || "+'\" \t\r\n".Contains(chosen[0]))
                throw new SqlException(SyntaxErrors.InvalidEscapeCharacter(SyntaxBuilder.Span(escapeToken)));
            escape = chosen[0];
        }
        var text = Unquote(token.Text, 3);
        var decoded = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != escape)
                decoded.Append(text[i]);
            else if (i + 1 < text.Length && text[i + 1] == escape)
                decoded.Append(text[++i]);
            else
                i += AppendEscape(text, i, decoded, token);
        }
        return decoded.ToString();
    }

    /// <summary>Appends the character of an escape and returns how many characters follow the escape
    /// character.</summary>
    static int AppendEscape(string text, int at, StringBuilder decoded, IToken token)
    {
        var six = at + 1 < text.Length && text[at + 1] == '+';
        var start = at + (six ? 2 : 1);
        var length = six ? 6 : 4;
        if (start + length > text.Length
            || !int.TryParse(text.AsSpan(start, length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
            || (six && !Rune.IsValid(code)))
        {
            throw new SqlException(SyntaxErrors.InvalidUnicodeEscape(SyntaxBuilder.Span(token)));
        }
        if (six)
            decoded.Append(new Rune(code).ToString());
        else
            decoded.Append((char)code);
        return start + length - at - 1;
    }
}
