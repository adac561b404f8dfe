using SqlStream.Core.Diagnostics;
using SqlStream.Parser;

namespace SqlStream.Cli.Shell;

/// <summary>Tells the shell's own commands from SQL: <c>.name arguments</c> or <c>\name arguments</c> on a line of its own, and the words HELP, QUIT, EXIT and
/// CLEAR.</summary>
static class ShellText
{
    static readonly string[] _clientWords = ["help", "quit", "exit", "clear"];

    /// <summary>The text is a command.</summary>
    public static bool IsCommand(string text)
    {
        var line = text.AsSpan().TrimStart();
        return line.Length > 1 && ((line[0] == '.' && char.IsAsciiLetter(line[1])) || (line[0] == '\\' && (char.IsAsciiLetter(line[1]) || line[1] is '?' or '!')));
    }

    /// <summary>The text is one of the words that only the shell knows, or HELP with a topic.</summary>
    public static bool IsClientWord(string text)
    {
        var (word, rest) = Split(text.Trim().TrimEnd(';').TrimEnd());
        return _clientWords.Contains(word, StringComparer.OrdinalIgnoreCase) && (rest.Length == 0 || word.Equals("help", StringComparison.OrdinalIgnoreCase))
            && !text.Trim().Contains('\n', StringComparison.Ordinal);
    }

    /// <summary>The first word, and what follows it.</summary>
    public static (string Word, string Arguments) Split(string text)
    {
        text = text.Trim();
        var end = text.AsSpan().IndexOfAny(" \t\n");
        return end < 0 ? (text, "") : (text[..end], text[end..].Trim());
    }

    /// <summary>A script as statements and commands, in order. Wrong SQL anywhere is refused before anything is executed; positions are those of the script.</summary>
    public static IReadOnlyList<(string? Command, ParsedStatement? Statement)> Parse(SourceText source)
    {
        var commands = Commands(source.Text);
        var sql = source.Text.ToCharArray();
        foreach (var (start, length) in commands)
        {
            // A semicolon, so that what is before it does not go on behind it.
            Array.Fill(sql, ' ', start, length);
            sql[start] = ';';
        }
        var statements = SqlParser.Parse(commands.Count == 0 ? source : new SourceText(new string(sql), source.Name)).StatementsOrThrow();
        return [.. commands.Select(command => (At: command.Start, Command: (string?)source.Text.Substring(command.Start, command.Length).Trim(), Statement: (ParsedStatement?)null))
            .Concat(statements.Select(statement => (At: statement.Span.Start, Command: (string?)null, Statement: (ParsedStatement?)statement)))
            .OrderBy(item => item.At)
            .Select(item => (item.Command, item.Statement))];
    }

    // A line is a command where no statement is open before it.
    static List<(int Start, int Length)> Commands(string text)
    {
        var commands = new List<(int, int)>();
        var from = 0;
        var looked = 0;
        var start = 0;
        while (start < text.Length)
        {
            var end = text.IndexOf('\n', start);
            if (end < 0)
                end = text.Length;
            // A statement that was open is so until there is a semicolon.
            if (IsCommand(text[start..end]) && (looked <= from || text.AsSpan(looked, start - looked).Contains(';')))
            {
                from += SqlTokens.CompleteLength(text[from..start]);
                looked = start;
                if (from == start)
                {
                    commands.Add((start, end - start));
                    from = end;
                }
            }
            start = end + 1;
        }
        return commands;
    }
}
