using System.Text;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Functions.Patterns;

/// <summary>What takes the place of a match, in the syntax of Java: $1 and ${name} are groups, a backslash makes the next character
/// mean itself.</summary>
sealed class Replacement
{
    readonly List<(int Group, byte[] Text)> _list = [];

    Replacement()
    {
    }

    /// <summary>A text, or a group where its number is not negative.</summary>
    public (int Group, byte[] Text)[] Parts { get; private set; } = [];

    /// <summary>Some group other than the whole match is asked for.</summary>
    public bool NeedsGroups { get; private set; }

    /// <summary>Parses a replacement for matches of a pattern; 2201B where it is none or names a group that does not exist.</summary>
    public static Replacement Parse(string text, PatternTree tree, SourceSpan span)
    {
        var replacement = new Replacement();
        var literal = new StringBuilder();
        for (var i = 0; i < text.Length;)
        {
            if (text[i] == '\\')
            {
                if (i + 1 == text.Length)
                    throw FunctionErrors.InvalidReplacement(span, text, i + 1, "nothing follows the backslash");
                literal.Append(text[i + 1]);
                i += 2;
            }
            else if (text[i] == '$')
            {
                replacement.AddText(literal);
                replacement.AddGroup(Group(text, ref i, tree, span));
            }
            else
            {
                literal.Append(text[i++]);
            }
        }
        replacement.AddText(literal);
        replacement.Parts = [.. replacement._list];
        return replacement;
    }

    void AddText(StringBuilder literal)
    {
        if (literal.Length > 0)
            _list.Add((-1, Encoding.UTF8.GetBytes(literal.ToString())));
        literal.Clear();
    }

    void AddGroup(int group)
    {
        _list.Add((group, []));
        NeedsGroups |= group > 0;
    }

    static int Group(string text, ref int i, PatternTree tree, SourceSpan span)
    {
        var start = i++;
        if (i < text.Length && text[i] == '{')
        {
            var end = text.IndexOf('}', i);
            if (end < 0)
                throw FunctionErrors.InvalidReplacement(span, text, start + 1, "the name of the group is not closed");
            var name = text[(i + 1)..end];
            i = end + 1;
            return tree.GroupNames.TryGetValue(name, out var named)
                ? named
                : throw FunctionErrors.InvalidReplacement(span, text, start + 1, $"the pattern has no group \"{name}\"");
        }
        if (i == text.Length || !char.IsAsciiDigit(text[i]))
            throw FunctionErrors.InvalidReplacement(span, text, start + 1, "\"$\" is followed by no group");
        var number = text[i++] - '0';
        if (number > tree.GroupCount)
            throw FunctionErrors.InvalidReplacement(span, text, start + 1, $"the pattern has no group {number}");
        // More digits belong to the number as long as there is such a group.
        while (i < text.Length && char.IsAsciiDigit(text[i]) && (number * 10) + text[i] - '0' <= tree.GroupCount)
            number = (number * 10) + text[i++] - '0';
        return number;
    }
}
