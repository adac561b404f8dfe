using Antlr4.Runtime;
using SqlStream.Core.Diagnostics;
using static SqlStream.Parser.Generated.SqlStreamLexer;

namespace SqlStream.Parser;

/// <summary>Finds out what a user probably meant: a misspelt keyword is replaced by the right one, and if the statement
/// then can be read further, the keyword is the hint.</summary>
static class SyntaxHint
{
    const int tokensMax = 5_000;

    /// <summary>How many tokens before the first one that does not fit may be the misspelt one: <c>SELECT a form t</c>
    /// breaks at <c>t</c>, since <c>form</c> might be an alias.</summary>
    const int lookBack = 2;

    const int candidatesMax = 4;

    /// <summary>The message for a statement whose token at <paramref name="offending"/> is the first that does not
    /// fit, and the statement as it was probably meant, if there is a guess.</summary>
    public static Diagnostic Describe(List<IToken> tokens, int offending, out List<IToken>? meant)
    {
        meant = null;
        if (ForeignSyntax.Describe(tokens, offending) is { } foreign)
            return foreign;
        if (tokens.Count <= tokensMax)
        {
            for (var i = Math.Min(offending, tokens.Count - 1); i >= Math.Max(0, offending - lookBack); i--)
            {
                if (Replacement(tokens, i, offending) is not { } keyword)
                    continue;
                meant = Corrected(tokens, i, Keywords.TypeOf(keyword));
                return SyntaxErrors.At(Span(tokens[i]), tokens[i].Text, $"Did you mean \"{keyword}\"?");
            }
        }
        if (offending < tokens.Count)
        {
            var reason = WhyNot(tokens, offending);
            if (reason is not null)
                meant = Corrected(tokens, offending, IDENTIFIER);
            return SyntaxErrors.At(Span(tokens[offending]), tokens[offending].Text, reason);
        }
        var end = tokens[^1].StopIndex + 1;
        return StatementSplitter.IsStatementSet(tokens, 0)
            ? SyntaxErrors.UnterminatedStatementSet(new SourceSpan(end, 0))
            : SyntaxErrors.AtEnd(new SourceSpan(end, 0));
    }

    /// <summary>A reserved word may be meant as a name, unless it begins a clause or joins its parts.</summary>
    static string? WhyNot(List<IToken> tokens, int offending)
    {
        var token = tokens[offending];
        var isClause = token.Type is FROM or WHERE or AS or ON or AND or OR or WITH or JOIN or SELECT or UNION or INTO or VALUES or BY
            or THEN or ELSE or WHEN or END or IN or IS or NOT or FOR or SET
            || (offending + 1 < tokens.Count && tokens[offending + 1].Type == BY);
        if (!Keywords.IsReserved(token.Type) || isClause || !ReadsFurther(tokens, offending, IDENTIFIER, offending))
            return null;
        return $"\"{token.Text}\" is a reserved word; as a name it needs back-quotes: `{token.Text}`.";
    }

    static string? Replacement(List<IToken> tokens, int index, int offending)
    {
        var token = tokens[index];
        // One letter is like any short word.
        if (token.Type != IDENTIFIER || token.Text.Length == 1)
            return null;
        var candidates = new List<string>(Keywords.All);
        for (var tried = 0; tried < candidatesMax; tried++)
        {
            var keyword = NearestName.Find(token.Text, candidates);
            if (keyword is null)
                return null;
            if (ReadsFurther(tokens, index, Keywords.TypeOf(keyword), offending))
                return keyword;
            candidates.Remove(keyword);
        }
        return null;
    }

    /// <summary>True where a token of another type would let the parser come further than it came.</summary>
    static bool ReadsFurther(List<IToken> tokens, int index, int type, int offending)
    {
        var error = StatementParser.FindError(Corrected(tokens, index, type));
        return error < 0 || error > offending;
    }

    static List<IToken> Corrected(List<IToken> tokens, int index, int type) => new(tokens)
    {
        [index] = new CommonToken(tokens[index]) { Type = type },
    };

    static SourceSpan Span(IToken token) => new(token.StartIndex, token.StopIndex + 1 - token.StartIndex);
}
