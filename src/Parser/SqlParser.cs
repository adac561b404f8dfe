using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Antlr4.Runtime;
using SqlStream.Core.Diagnostics;
using SqlStream.Parser.Generated;
using static SqlStream.Parser.Generated.SqlStreamLexer;

namespace SqlStream.Parser;

/// <summary>SQL text to syntax trees: the only entry of the parser.</summary>
/// <remarks>Thread-safe. Never throws for what a text holds: errors are part of the result.</remarks>
public static class SqlParser
{
    /// <summary>Deeper statements are parsed on a thread of their own, with a stack that holds the deepest allowed
    /// one.</summary>
    const int depthOnCallerStack = 24;

    const int deepStackBytes = 64 * 1024 * 1024;

    /// <summary>Parses the statements of a text, which semicolons separate.</summary>
    public static ParseResult Parse(SourceText source)
    {
        var statements = new List<ParsedStatement>();
        var diagnostics = new List<Diagnostic>();
        var tokens = Tokenize(source);
        foreach (var range in StatementSplitter.Split(tokens))
        {
            var (start, length) = range.GetOffsetAndLength(tokens.Count);
            try
            {
                statements.Add(ParseOne(source, tokens.GetRange(start, length)));
            }
            catch (SqlException exception)
            {
                diagnostics.AddRange(exception.Diagnostics);
            }
        }
        return new ParseResult(statements, diagnostics);
    }

    internal static List<IToken> Tokenize(SourceText source)
    {
        var lexer = new SqlStreamLexer(new AntlrInputStream(source.Text));
        lexer.RemoveErrorListeners();
        var tokens = new List<IToken>(source.Text.Length / 6);
        while (true)
        {
            var token = lexer.NextToken();
            if (token.Type == TokenConstants.EOF)
                return tokens;
            if (token.Type == IDENTIFIER && Keywords.Find(Text(source, token)) is var keyword and >= 0)
                ((CommonToken)token).Type = keyword;
            tokens.Add(token);
            // What is open to the end of the text would only be read as nonsense.
            if (token.Type is UNTERMINATED_STRING or UNTERMINATED_IDENTIFIER or UNTERMINATED_COMMENT)
                return tokens;
        }
    }

    static ReadOnlySpan<char> Text(SourceText source, IToken token) =>
        source.Text.AsSpan(token.StartIndex, token.StopIndex + 1 - token.StartIndex);

    static ParsedStatement ParseOne(SourceText source, List<IToken> tokens)
    {
        foreach (var token in CollectionsMarshal.AsSpan(tokens))
        {
            if (LexicalError(token) is { } lexical)
                throw new SqlException(lexical);
        }
        var (depth, tooDeep) = NestingCheck.Measure(CollectionsMarshal.AsSpan(tokens));
        if (tooDeep is not null)
            throw new SqlException(tooDeep);
        var syntax = depth <= depthOnCallerStack
            ? StatementParser.Parse(source, tokens)
            : OnDeepStack(() => StatementParser.Parse(source, tokens));
        var span = new SourceSpan(tokens[0].StartIndex, tokens[^1].StopIndex + 1 - tokens[0].StartIndex);
        return new ParsedStatement(syntax, source.Slice(span), span);
    }

    static Diagnostic? LexicalError(IToken token)
    {
        var span = new SourceSpan(token.StartIndex, token.StopIndex + 1 - token.StartIndex);
        return token.Type switch
        {
            UNTERMINATED_STRING => SyntaxErrors.UnterminatedString(span),
            UNTERMINATED_IDENTIFIER => SyntaxErrors.UnterminatedIdentifier(span),
            UNTERMINATED_COMMENT => SyntaxErrors.UnterminatedComment(span),
            UNEXPECTED_CHARACTER => SyntaxErrors.At(span, token.Text, ForeignSyntax.CharacterHint(token.Text)),
            _ => null,
        };
    }

    static T OnDeepStack<T>(Func<T> work)
    {
        T? result = default;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    result = work();
                }
                catch (SqlException exception)
                {
                    failure = ExceptionDispatchInfo.Capture(exception);
                }
            },
            deepStackBytes);
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result!;
    }
}
