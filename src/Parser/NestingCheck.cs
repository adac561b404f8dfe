using Antlr4.Runtime;
using SqlStream.Core.Diagnostics;
using static SqlStream.Parser.Generated.SqlStreamLexer;

namespace SqlStream.Parser;

/// <summary>Measures from the tokens alone how deeply a statement is nested, so that the recursive parser and what
/// comes after it are never entered with more than their stacks can hold.</summary>
static class NestingCheck
{
    /// <summary>The deepest nesting of parentheses, brackets, braces, CASE, types and prefix operators.</summary>
    public const int DepthMax = 200;

    /// <summary>The depth of a statement, or a message where it is too deep.</summary>
    public static (int Depth, Diagnostic? Error) Measure(ReadOnlySpan<IToken> tokens)
    {
        var deepest = 0;
        var depth = 0;
        var prefixes = 0;
        var types = 0;
        var previous = TokenConstants.InvalidType;
        foreach (var token in tokens)
        {
            switch (token.Type)
            {
                case LEFT_PAREN or LEFT_BRACKET or LEFT_BRACE or CASE:
                    depth++;
                    break;
                case RIGHT_PAREN or RIGHT_BRACKET or RIGHT_BRACE or END:
                    depth = Math.Max(0, depth - 1);
                    break;
                case LESS when previous is ARRAY or MAP or MULTISET or ROW or STRUCTURED:
                    types++;
                    break;
                case GREATER:
                    types = Math.Max(0, types - 1);
                    break;
                default:
                    break;
            }
            prefixes = token.Type is NOT or MINUS or PLUS ? prefixes + 1 : 0;
            deepest = Math.Max(deepest, depth + types + prefixes);
            if (deepest > DepthMax)
                return (deepest, SyntaxErrors.TooDeep(new SourceSpan(token.StartIndex, token.StopIndex + 1 - token.StartIndex)));
            previous = token.Type;
        }
        return (deepest, null);
    }
}
