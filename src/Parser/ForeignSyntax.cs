using Antlr4.Runtime;
using SqlStream.Core.Diagnostics;
using static SqlStream.Parser.Generated.SqlStreamLexer;

namespace SqlStream.Parser;

/// <summary>Recognises what is written in the manner of other systems, and says how it is written here, or that there is no such thing.</summary>
static class ForeignSyntax
{
    const string ListColumns = "List the columns that are wanted, or leave some out in a view.";
    const string OneCommaMore = "The comma before it is one too many, or something is missing between them.";
    const string NoConstraints = "Tables hold data of others, so that nothing enforces it; filter in the query, with WHERE.";

    // Words behind the type of a column.
    static readonly Dictionary<string, string> s_constraints = new(StringComparer.OrdinalIgnoreCase)
    {
        ["AUTO_INCREMENT"] = "Insert the numbers with the rows.",
        ["AUTOINCREMENT"] = "Insert the numbers with the rows.",
        ["IDENTITY"] = "Insert the numbers with the rows.",
        ["GENERATED"] = "Insert the numbers with the rows; a computed column is written as name AS expression.",
        ["DEFAULT"] = "Write COALESCE(value, default) in the query that fills the table.",
        ["UNIQUE"] = "Write PRIMARY KEY (column) NOT ENFORCED.",
        ["CHECK"] = NoConstraints,
        ["REFERENCES"] = NoConstraints,
    };

    /// <summary>The message for a statement whose token at <paramref name="offending"/> is the first that does not fit; null where nothing is
    /// recognised.</summary>
    public static Diagnostic? Describe(List<IToken> tokens, int offending)
    {
        if (NotSupported(tokens, offending) is var (at, what, way))
            return SyntaxErrors.NotSupported(Span(tokens[at]), what, way);
        if (Hint(tokens, offending) is not { } hint)
            return null;
        return offending < tokens.Count
            ? SyntaxErrors.At(Span(tokens[offending]), tokens[offending].Text, hint)
            : SyntaxErrors.AtEnd(new SourceSpan(tokens[^1].StopIndex + 1, 0), hint);
    }

    /// <summary>The hint for a character that nothing is written with, or null.</summary>
    public static string? CharacterHint(string text) => text switch
    {
        "&" => "Conditions are joined by AND.",
        "!" => "Write NOT before a condition, and <> between values.",
        "~" => "Write REGEXP(text, pattern).",
        _ => null,
    };

    // The token to blame, what it is, and what to do instead.
    static (int At, string What, string Hint)? NotSupported(List<IToken> tokens, int offending)
    {
        var (previous, before) = (TypeAt(tokens, offending - 1), TypeAt(tokens, offending - 2));
        if (previous == LEFT_PAREN && before == EXCEPT && TypeAt(tokens, offending - 3) == STAR)
            return (offending - 2, "SELECT * EXCEPT (...)", ListColumns);
        if (offending >= tokens.Count)
            return null;
        var text = tokens[offending].Text.ToUpperInvariant();
        var first = tokens[0].Type;
        return text switch
        {
            "EXCLUDE" or "REPLACE" or "RENAME" when previous == STAR => (offending, $"SELECT * {text}", ListColumns),
            "INDEX" when previous is CREATE or UNIQUE => (offending, "CREATE INDEX", "There are no indexes; state is found by key without them."),
            "UNIQUE" when previous == CREATE && IsWord(tokens, offending + 1, "INDEX") =>
                (offending, "CREATE INDEX", "PRIMARY KEY (...) NOT ENFORCED says by which columns rows are told apart."),
            "RETURNING" when first is INSERT or UPDATE or DELETE => (offending, "RETURNING", "SELECT the rows in a statement of their own."),
            "INTO" when first is SELECT or WITH => (offending, "SELECT ... INTO", "Write INSERT INTO table SELECT ..., or CREATE TABLE table WITH (...) AS SELECT ...."),
            _ when first == CREATE && before != LEFT_PAREN && previous is not (LEFT_PAREN or COMMA) && s_constraints.TryGetValue(text, out var way) =>
                (offending, $"{text} of a column", way),
            "(" when first == CREATE && before is LEFT_PAREN or COMMA && IsTableConstraint(tokens[offending - 1].Text) =>
                (offending - 1, $"{tokens[offending - 1].Text.ToUpperInvariant()} in CREATE TABLE", NoConstraints),
            "(" when IsWord(tokens, offending - 1, "KEY") && IsWord(tokens, offending - 2, "FOREIGN") => (offending - 2, "FOREIGN KEY", NoConstraints),
            "COMMIT" or "ROLLBACK" or "START" when offending == 0 =>
                (0, "a transaction", "Each statement stands alone; the inserts of EXECUTE STATEMENT SET BEGIN ... END are one job."),
            _ => null,
        };
    }

    static string? Hint(List<IToken> tokens, int offending)
    {
        var type = TypeAt(tokens, offending);
        var (previous, before) = (TypeAt(tokens, offending - 1), TypeAt(tokens, offending - 2));
        return type switch
        {
            EQUAL when previous == EQUAL => "Values are compared by a single \"=\".",
            COLON when previous == COLON || TypeAt(tokens, offending + 1) == COLON => "Write CAST(value AS type).",
            COMMA when previous == INTEGER_NUMBER && before == LIMIT => "Write LIMIT count OFFSET start.",
            INTEGER_NUMBER when before == SELECT && IsWord(tokens, offending - 1, "TOP") => "Write LIMIT count at the end of the query.",
            COMMA when previous == INTEGER_NUMBER && before == BETWEEN => "Write BETWEEN low AND high.",
            ON when previous == DISTINCT => "Use an aggregate such as MIN for each group.",
            INTEGER_NUMBER or STRING_LITERAL when previous == LEFT_PAREN && tokens[0].Type == INSERT => "Write VALUES before the rows.",
            FROM when previous == SELECT => "Name the columns after SELECT, or write *.",
            IDENTIFIER when previous == STAR && (before is SELECT or COMMA) && TypeAt(tokens, offending + 1) != IDENTIFIER => "Write FROM before the table.",
            IDENTIFIER when previous == TRUNCATE => "Write TRUNCATE TABLE name.",
            _ when previous == COLUMN && before is ADD or DROP or MODIFY => "Leave out the word COLUMN.",
            _ when before == COLUMN && tokens[0].Type == ALTER => "Leave out the word COLUMN.",
            _ when IsWord(tokens, offending, "REGEXP") || IsWord(tokens, offending, "RLIKE") => "Write REGEXP(text, pattern).",
            STRING_LITERAL when IsWord(tokens, offending - 1, "E") && AreAdjacent(tokens, offending) =>
                "A backslash is an ordinary character in text; write U&'\\000A' for the character with that code.",
            QUOTED_IDENTIFIER or IDENTIFIER when IsOption(tokens, offending) => "Options and their values stand in single quotes.",
            _ when IsWord(tokens, offending, "ISNULL") => "Write IS NULL.",
            _ when IsWord(tokens, offending, "NOTNULL") => "Write IS NOT NULL.",
            FROM or WHERE or RIGHT_PAREN or TokenConstants.EOF when previous == COMMA => OneCommaMore,
            GROUP or ORDER when previous == COMMA && TypeAt(tokens, offending + 1) == BY => OneCommaMore,
            _ when previous == STRING_LITERAL && before == INTERVAL => "Write the unit after the text, as in INTERVAL '1' DAY.",
            _ => null,
        };
    }

    static bool IsTableConstraint(string word) => word.ToUpperInvariant() is "UNIQUE" or "CHECK" or "INDEX" or "KEY";

    // WITH ("key" = ...), WITH ('key' = "value"), and the same further on in the list and in SET.
    static bool IsOption(List<IToken> tokens, int offending)
    {
        var (previous, before) = (TypeAt(tokens, offending - 1), TypeAt(tokens, offending - 2));
        if (previous == EQUAL && before == STRING_LITERAL)
            return true;
        for (var i = offending - 1; i > 0; i--)
        {
            if (tokens[i].Type == LEFT_PAREN)
                return tokens[i - 1].Type is WITH && (previous is LEFT_PAREN or COMMA);
            if (tokens[i].Type is not (STRING_LITERAL or EQUAL or COMMA))
                return false;
        }
        return false;
    }

    static bool AreAdjacent(List<IToken> tokens, int offending) => tokens[offending - 1].StopIndex + 1 == tokens[offending].StartIndex;

    static bool IsWord(List<IToken> tokens, int index, string word) =>
        index >= 0 && index < tokens.Count && tokens[index].Text.Equals(word, StringComparison.OrdinalIgnoreCase);

    static int TypeAt(List<IToken> tokens, int index) => index >= 0 && index < tokens.Count ? tokens[index].Type : TokenConstants.EOF;

    static SourceSpan Span(IToken token) => new(token.StartIndex, token.StopIndex + 1 - token.StartIndex);
}
