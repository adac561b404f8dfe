using System.Diagnostics;
using SqlStream.Parser.Syntax;

namespace SqlStream.Parser.Printing;

/// <summary>Row patterns.</summary>
static class PatternPrinter
{
    public static void Print(SqlWriter writer, PatternSyntax pattern)
    {
        switch (pattern)
        {
            case PatternVariable variable:
                writer.Write(variable.Name);
                break;
            case PatternSequence sequence:
                for (var i = 0; i < sequence.Parts.Count; i++)
                    Nested(writer.If(i > 0, " "), sequence.Parts[i], sequence.Parts[i] is PatternSequence or PatternAlternation);
                break;
            case PatternAlternation alternation:
                for (var i = 0; i < alternation.Choices.Count; i++)
                    Nested(writer.If(i > 0, " | "), alternation.Choices[i], alternation.Choices[i] is PatternAlternation);
                break;
            case PatternPermutation permutation:
                writer.Write("PERMUTE(").List(permutation.Parts, part => Print(writer, part)).Write(")");
                break;
            case PatternExclusion exclusion:
                Print(writer.Write("{- "), exclusion.Pattern);
                writer.Write(" -}");
                break;
            case PatternAnchor anchor:
                writer.Write(anchor.End ? "$" : "^");
                break;
            case PatternRepetition repetition:
                Nested(writer, repetition.Pattern, repetition.Pattern is not PatternVariable);
                writer.Write(Quantifier(repetition)).If(repetition.Reluctant, "?");
                break;
            default:
                throw new UnreachableException($"pattern {pattern.GetType().Name} has no case");
        }
    }

    static void Nested(SqlWriter writer, PatternSyntax pattern, bool parentheses)
    {
        writer.If(parentheses, "(");
        Print(writer, pattern);
        writer.If(parentheses, ")");
    }

    static string Quantifier(PatternRepetition repetition) => (repetition.Min, repetition.Max) switch
    {
        (0, null) => "*",
        (1, null) => "+",
        (0, 1) => "?",
        (var min, null) => $"{{{min},}}",
        var (min, max) => min == max ? $"{{{min}}}" : $"{{{min},{max}}}",
    };
}
