using Antlr4.Runtime;
using static SqlStream.Parser.Generated.SqlStreamLexer;

namespace SqlStream.Parser;

/// <summary>Cuts the tokens of a text at its semicolons, so that an error in one statement leaves the others alone. The
/// semicolons between the inserts of a statement set do not cut.</summary>
static class StatementSplitter
{
    /// <summary>The ranges of tokens that make up statements, without the semicolons; none is empty.</summary>
    public static List<Range> Split(List<IToken> tokens)
    {
        var statements = new List<Range>();
        var start = 0;
        while (start < tokens.Count)
        {
            var end = FindEnd(tokens, start);
            if (end > start)
                statements.Add(start..end);
            start = end + 1;
        }
        return statements;
    }

    /// <summary>How many tokens the statements take that have their semicolon, with it.</summary>
    public static int CountComplete(List<IToken> tokens)
    {
        var start = 0;
        while (start < tokens.Count && FindEnd(tokens, start) is var end && end < tokens.Count)
            start = end + 1;
        return start;
    }

    static int FindEnd(List<IToken> tokens, int start)
    {
        var isSet = IsStatementSet(tokens, start);
        var cases = 0;
        for (var i = start; i < tokens.Count; i++)
        {
            switch (tokens[i].Type)
            {
                case CASE:
                    cases++;
                    break;
                case END when cases > 0:
                    cases--;
                    break;
                case END:
                    isSet = false;
                    break;
                case SEMICOLON when isSet:
                    cases = 0;
                    break;
                case SEMICOLON:
                    return i;
                default:
                    break;
            }
        }
        return tokens.Count;
    }

    /// <summary>[EXPLAIN words | COMPILE words FOR] [EXECUTE] STATEMENT SET BEGIN, or BEGIN STATEMENT SET.</summary>
    public static bool IsStatementSet(List<IToken> tokens, int start)
    {
        var at = start;
        if (TypeAt(tokens, at) == EXPLAIN)
        {
            while (at < tokens.Count && tokens[at].Type is not (EXECUTE or STATEMENT or BEGIN or SEMICOLON or LEFT_PAREN or SELECT))
                at++;
        }
        else if (TypeAt(tokens, at) == COMPILE)
        {
            while (at < tokens.Count && tokens[at].Type is not (FOR or SEMICOLON))
                at++;
            at++;
        }
        if (TypeAt(tokens, at) == EXECUTE)
            at++;
        return TypeAt(tokens, at) == BEGIN
            || (TypeAt(tokens, at) == STATEMENT && TypeAt(tokens, at + 1) == SET && TypeAt(tokens, at + 2) == BEGIN);
    }

    static int TypeAt(List<IToken> tokens, int at) => at < tokens.Count ? tokens[at].Type : TokenConstants.EOF;
}
