using Antlr4.Runtime;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Parser;

/// <summary>Every message of the parser.</summary>
static class SyntaxErrors
{
    public static Diagnostic At(SourceSpan span, string text, string? hint = null) =>
        new(SqlState.SyntaxError, $"syntax error at or near \"{Shorten(text)}\"", span, Hint: hint);

    public static Diagnostic AtEnd(SourceSpan span, string? hint = null) =>
        new(SqlState.SyntaxError, "syntax error at end of input", span, Hint: hint);

    public static Diagnostic UnterminatedString(SourceSpan span) =>
        new(SqlState.SyntaxError, "unterminated string literal", span, Hint: "Close it with a single quote; a quote inside is written twice, and a backslash is an ordinary character.");

    public static Diagnostic UnterminatedIdentifier(SourceSpan span) =>
        new(SqlState.SyntaxError, "unterminated quoted identifier", span);

    public static Diagnostic UnterminatedComment(SourceSpan span) =>
        new(SqlState.SyntaxError, "unterminated comment", span, Hint: "Close it with */.");

    public static Diagnostic UnterminatedStatementSet(SourceSpan span) =>
        new(SqlState.SyntaxError, "statement set without END", span, Hint: "Close it with END;.");

    public static Diagnostic EmptyStatementSet(SourceSpan span) =>
        new(SqlState.SyntaxError, "statement set without a statement", span, Hint: "Put one or more INSERT statements between BEGIN and END.");

    public static Diagnostic TooDeep(SourceSpan span) =>
        new(SqlState.StatementTooComplex, "statement is nested too deeply", span,
            Detail: $"At most {NestingCheck.DepthMax} levels are possible.");

    public static Diagnostic NumberOutOfRange(SourceSpan span, string text) =>
        new(SqlState.NumericValueOutOfRange, $"number \"{Shorten(text)}\" is out of range", span);

    public static Diagnostic InvalidHex(SourceSpan span) =>
        new(SqlState.SyntaxError, "binary literal is not an even number of hexadecimal digits", span);

    public static Diagnostic InvalidUnicodeEscape(SourceSpan span) =>
        new(SqlState.InvalidEscapeSequence, "invalid Unicode escape", span, Hint: "Unicode escapes are \\XXXX and \\+XXXXXX.");

    public static Diagnostic InvalidEscapeCharacter(SourceSpan span) =>
        new(SqlState.InvalidEscapeSequence, "invalid Unicode escape character", span);

    public static Diagnostic EmptyIdentifier(SourceSpan span) =>
        new(SqlState.InvalidName, "quoted identifier is empty", span);

    public static Diagnostic UndefinedTimeUnit(SourceSpan span, string name) =>
        new(SqlState.SyntaxError, $"time unit \"{Shorten(name)}\" does not exist", span,
            Hint: NearestName.Hint(name.ToUpperInvariant(), timeUnits));

    public static Diagnostic LimitTwice(SourceSpan span) =>
        new(SqlState.SyntaxError, "number of rows is limited twice", span);

    public static Diagnostic ColumnWithoutType(SourceSpan span, string name) =>
        new(SqlState.SyntaxError, $"column \"{name}\" has no data type", span);

    public static Diagnostic NoTableFunction(SourceSpan span) =>
        new(SqlState.SyntaxError, "this function cannot stand in place of a table", span);

    public static Diagnostic NotSupported(SourceSpan span, string what, string? hint = null) =>
        new(SqlState.FeatureNotSupported, $"{what} is not supported", span, Hint: hint);

    public static Diagnostic UndefinedVariable(SourceSpan span, string name, string? hint) =>
        new(SqlState.UndefinedObject, $"variable \"{Shorten(name)}\" is not defined", span, Hint: hint);

    public static Diagnostic UnterminatedVariable(SourceSpan span) =>
        new(SqlState.SyntaxError, "unterminated variable", span, Hint: "Close it with a brace, as in ${NAME}.");

    /// <summary>A kind of parse tree that no builder handles: the grammar and the builders do not fit.</summary>
    public static EngineBugException NoCase(object node) => new($"parse tree {node.GetType().Name} has no case");

    /// <summary>The same of a token.</summary>
    public static EngineBugException NoCase(IToken token) => new($"token type {token.Type} has no case");

    static readonly string[] timeUnits =
        ["SECOND", "MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "QUARTER", "YEAR", "MILLISECOND", "MICROSECOND"];

    static string Shorten(string text)
    {
        const int shownMax = 60;
        return text.Length <= shownMax ? text : string.Concat(text.AsSpan(0, shownMax), "...");
    }
}
