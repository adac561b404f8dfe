using Antlr4.Runtime;
using Antlr4.Runtime.Atn;
using Antlr4.Runtime.Misc;
using SqlStream.Core.Diagnostics;
using SqlStream.Parser.Builders;
using SqlStream.Parser.Generated;
using SqlStream.Parser.Syntax;

namespace SqlStream.Parser;

/// <summary>The tokens of one statement to its syntax tree.</summary>
static class StatementParser
{
    /// <summary>Parses, or throws a <see cref="SqlException"/> that names the first token that does not fit, and others after it as far as they
    /// are certain.</summary>
    public static StatementSyntax Parse(SourceText source, List<IToken> tokens)
    {
        var tree = Try(tokens, PredictionMode.SLL, out _);
        // The cheap prediction refuses a few texts that are well formed; only the full one may blame the user.
        tree ??= Try(tokens, PredictionMode.LL, out var offending) ?? throw new SqlException(SyntaxRepair.DescribeAll(tokens, offending));
        return StatementBuilder.Build(tree.statement(), source);
    }

    /// <summary>The index of the first token that does not fit, or -1 where all fit; the count of tokens is the
    /// end.</summary>
    public static int FindError(List<IToken> tokens) =>
        Try(tokens, PredictionMode.SLL, out var offending) is null ? offending : -1;

    /// <summary>The same by the full prediction: slow, and always right.</summary>
    public static int FindErrorCertainly(List<IToken> tokens) =>
        Try(tokens, PredictionMode.LL, out var offending) is null ? offending : -1;

    static SqlStreamParser.SingleStatementContext? Try(List<IToken> tokens, PredictionMode mode, out int offending)
    {
        var parser = new SqlStreamParser(new CommonTokenStream(new StatementTokens(tokens)))
        {
            ErrorHandler = new FirstErrorStrategy(),
        };
        parser.RemoveErrorListeners();
        parser.Interpreter.PredictionMode = mode;
        try
        {
            offending = -1;
            return parser.singleStatement();
        }
        catch (ParseCanceledException canceled)
        {
            offending = ((FirstErrorException)canceled.InnerException!).TokenIndex;
            return null;
        }
    }

    /// <summary>Gives up at the first error: what follows a wrong word is guesswork, and the statements are parsed
    /// one by one.</summary>
    sealed class FirstErrorStrategy : DefaultErrorStrategy
    {
        public override void Recover(Antlr4.Runtime.Parser recognizer, RecognitionException e) => Fail(recognizer, e);

        public override IToken RecoverInline(Antlr4.Runtime.Parser recognizer) => throw Fail(recognizer, null);

        public override void Sync(Antlr4.Runtime.Parser recognizer) { }

        public override void ReportError(Antlr4.Runtime.Parser recognizer, RecognitionException e) =>
        Fail(recognizer, e);

        static ParseCanceledException Fail(Antlr4.Runtime.Parser recognizer, RecognitionException? cause)
        {
            var offending = cause?.OffendingToken ?? recognizer.CurrentToken;
            throw new ParseCanceledException("syntax error", new FirstErrorException(offending.TokenIndex));
        }
    }

    sealed class FirstErrorException(int tokenIndex) : RecognitionException(null, null)
    {
        public int TokenIndex { get; } = tokenIndex;
    }

    /// <summary>The tokens of one statement, with an end of their own.</summary>
    sealed class StatementTokens(List<IToken> tokens) : ITokenSource
    {
        int _next;

        public int Line => 1;

        public int Column => 0;

        public ICharStream InputStream => tokens[0].InputStream;

        public string SourceName => "";

        public ITokenFactory TokenFactory { get; set; } = CommonTokenFactory.Default;

        public IToken NextToken() => _next < tokens.Count ? tokens[_next++] : End();

        CommonToken End() =>
        new(TokenConstants.EOF, "") { StartIndex = tokens[^1].StopIndex + 1, StopIndex = tokens[^1].StopIndex };
    }
}
