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

    /// <summary>What stands before the line that goes on after this text.</summary>
    public string ContinuationPrompt(string text) => ContinuationPrompts(text + "\n")[^1];

    public IReadOnlyList<string> ContinuationPrompts(string text)
    {
        var tokens = text.Length > StyledMax ? [] : SqlTokens.Scan(text);
        var prompts = new List<string>();
        var next = 0;
        for (var at = text.IndexOf('\n', StringComparison.Ordinal); at >= 0; at = text.IndexOf('\n', at + 1))
        {
            while (next < tokens.Count && tokens[next].Span.End <= at)
                next++;
            var isInside = next < tokens.Count && tokens[next].Span.Start < at;
            prompts.Add(Prompt(isInside ? SignOf(text, tokens[next]) : ' '));
        }
        return prompts;
    }

    static string Prompt(char sign) => sign switch
    {
        '\'' => "        '> ",
        '`' => "        `> ",
        '"' => "        \"> ",
        '/' => "        *> ",
        _ => "       ..> ",
    };

    // What a literal, name or comment begins with, behind what says of which kind it is.
    static char SignOf(string text, SqlToken token)
    {
        var sign = text.AsSpan(token.Span.Start).IndexOfAny("'`\"/");
        return sign < 0 ? ' ' : text[token.Span.Start + sign];
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
