using Antlr4.Runtime;
using SqlStream.Core.Diagnostics;
using static SqlStream.Parser.Generated.SqlStreamLexer;

namespace SqlStream.Parser;

/// <summary>Finds the further errors of a statement: what is wrong is put right in the cheapest way that lets the parser come clearly
/// further, and the next token that does not fit is the next error. Where nothing does, what follows would be guesswork and is not
/// reported.</summary>
static class SyntaxRepair
{
    /// <summary>Messages a statement.</summary>
    public const int ErrorsMax = 10;

    /// <summary>Tokens that are read again and again, in all; a very large statement has only its first error reported.</summary>
    const int TokensReadMax = 200_000;

    /// <summary>How many tokens beyond a repair must fit before it is believed.</summary>
    const int TokensBelieved = 2;

    // What is most often left out.
    static readonly (int Type, string Text)[] s_insertions =
    [
        (COMMA, ","), (RIGHT_PAREN, ")"), (EQUAL, "="), (BY, "BY"), (END, "END"), (LEFT_PAREN, "("), (AS, "AS"), (FROM, "FROM"), (INTO, "INTO"),
        (WHERE, "WHERE"),
    ];

    /// <summary>The messages for a statement whose token at <paramref name="offending"/> is the first that does not fit.</summary>
    public static IReadOnlyList<Diagnostic> DescribeAll(List<IToken> tokens, int offending)
    {
        var errors = new List<Diagnostic>();
        var budget = TokensReadMax;
        while (true)
        {
            var error = SyntaxHint.Describe(tokens, offending, out var meant);
            // What there is not cannot be put right.
            if (error.SqlState == SqlState.FeatureNotSupported)
                return [.. errors, error];
            // A word that was misspelt is believed as soon as the parser comes further with the right one.
            var candidates = meant is null ? Candidates(tokens, offending) : [new Candidate(meant, offending - TokensBelieved)];
            var next = Next(candidates, ref budget);
            if (error.Hint is null && next.Missing is { } missing)
                error = error with { Hint = $"Perhaps \"{missing}\" is missing{(offending < tokens.Count ? " before it" : "")}." };
            errors.Add(error);
            if (errors.Count == ErrorsMax || next.Error < 0)
                return errors;
            (tokens, offending) = (next.Tokens, next.Error);
        }
    }

    // The first candidate that reads to the end or well beyond its repair, and the error that is next in it, or -1.
    static (List<IToken> Tokens, int Error, string? Missing) Next(IEnumerable<Candidate> candidates, ref int budget)
    {
        foreach (var candidate in candidates)
        {
            budget -= candidate.Tokens.Count;
            if (budget < 0)
                break;
            var error = StatementParser.FindError(candidate.Tokens);
            if (error >= 0)
            {
                // That more should come is not certain after a repair.
                if (error <= candidate.Repaired + TokensBelieved || error >= candidate.Tokens.Count)
                    continue;
                budget -= candidate.Tokens.Count;
                error = StatementParser.FindErrorCertainly(candidate.Tokens);
            }
            return (candidate.Tokens, error, candidate.Missing);
        }
        return ([], -1, null);
    }

    // With one token more before the one that does not fit, without it, with a name in its place, without all up to where its part of the
    // statement ends.
    static IEnumerable<Candidate> Candidates(List<IToken> tokens, int offending)
    {
        if (offending == 0)
            yield break;
        foreach (var (type, text) in s_insertions)
            yield return new Candidate(With(tokens, offending, type), offending, text);
        var end = PartEnd(tokens, offending);
        if (end > offending)
            yield return new Candidate(Without(tokens, offending, 1), offending - 1);
        yield return new Candidate(With(tokens, offending, IDENTIFIER), offending);
        if (end > offending)
            yield return new Candidate(With(Without(tokens, offending, 1), offending, IDENTIFIER), offending);
        // The part may be wrong from its beginning.
        for (var start = offending; start > Math.Max(0, offending - 2); start--)
        {
            if (end > start + 1)
                yield return new Candidate(Without(tokens, start, end - start), start - 1);
        }
    }

    // Where a part ends: a comma or a parenthesis that closes more than was opened, or a word that begins a clause.
    static int PartEnd(List<IToken> tokens, int start)
    {
        var depth = 0;
        for (var i = start; i < tokens.Count; i++)
        {
            switch (tokens[i].Type)
            {
                case LEFT_PAREN:
                    depth++;
                    break;
                case RIGHT_PAREN when depth > 0:
                    depth--;
                    break;
                case RIGHT_PAREN or COMMA or FROM or WHERE or GROUP or HAVING or ORDER or LIMIT or UNION or WITH or SELECT or SEMICOLON
                    when depth == 0:
                    return i;
                default:
                    break;
            }
        }
        return tokens.Count;
    }

    static List<IToken> Without(List<IToken> tokens, int index, int count)
    {
        var rest = new List<IToken>(tokens);
        rest.RemoveRange(index, count);
        return rest;
    }

    // The new token stands behind the one before it and has no text.
    static List<IToken> With(List<IToken> tokens, int index, int type)
    {
        var previous = tokens[Math.Max(0, index - 1)];
        var more = new List<IToken>(tokens);
        more.Insert(index, new CommonToken(previous) { Type = type, Text = "", StartIndex = previous.StopIndex + 1 });
        return more;
    }

    /// <summary>A statement with an error put right.</summary>
    /// <param name="Tokens">The statement.</param>
    /// <param name="Repaired">The last token that is changed, or the one before where some were taken out.</param>
    /// <param name="Missing">What was put in, for the hint.</param>
    readonly record struct Candidate(List<IToken> Tokens, int Repaired, string? Missing = null);
}
