using SqlStream.Cli.Terminals;
using SqlStream.Parser;

namespace SqlStream.Cli.Shell;

/// <summary>How SQL looks while it is typed, and when Enter executes it.</summary>
sealed class SqlTextRules : ITextRules
{
    // A text that long was pasted; nobody waits for its colours.
    const int StyledMax = 20_000;

    public Style[] Styles(string text)
    {
        var styles = new Style[text.Length];
        if (text.Length > StyledMax || ShellText.IsCommand(text))
            return styles;
        foreach (var token in SqlTokens.Scan(text))
            Array.Fill(styles, StyleOf(token.Kind), token.Span.Start, token.Span.Length);
        return styles;
    }

    public bool IsComplete(string text) => ShellText.IsCommand(text) || ShellText.IsClientWord(text) || string.IsNullOrWhiteSpace(text) || SqlTokens.IsComplete(text);

    public string ContinuationPrompt(string text) => OpenSign(text) switch
    {
        '\'' => "        '> ",
        '`' => "        `> ",
        '"' => "        \"> ",
        '/' => "        *> ",
        _ => "       ..> ",
    };

    static char OpenSign(string text)
    {
        if (text.Length > StyledMax || SqlTokens.Scan(text) is not [.., { Kind: SqlTokenKind.Open } open])
            return ' ';
        var sign = text.AsSpan(open.Span.Start).IndexOfAny("'`\"/");
        return sign < 0 ? ' ' : text[open.Span.Start + sign];
    }

    static Style StyleOf(SqlTokenKind kind) => kind switch
    {
        SqlTokenKind.Keyword => Style.Keyword,
        SqlTokenKind.Text => Style.Text,
        SqlTokenKind.Number => Style.Number,
        SqlTokenKind.Comment => Style.Comment,
        SqlTokenKind.Open => Style.Open,
        _ => Style.Plain,
    };
}
