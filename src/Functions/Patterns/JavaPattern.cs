using System.Text;
using System.Text.RegularExpressions;
using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Functions.Scalar.Strings;

namespace SqlStream.Functions.Patterns;

/// <summary>A regular expression of Java, ready to match UTF-8 texts. Immutable to its users and thread-safe.</summary>
/// <remarks>Texts of ASCII characters alone are matched by a form of their own, which is faster. A pattern is interpreted first
/// and compiled to machine code when it has been used often: compiling costs milliseconds. A pattern that is a plain string is
/// searched in the bytes.</remarks>
sealed class JavaPattern
{
    /// <summary>How long the search for one match may take.</summary>
    public const int SecondsMax = 1;

    readonly string _source;
    readonly Form _ascii;
    readonly Form _all;
    readonly byte[]? _literal;

    /// <summary>Makes a pattern of its tree; <paramref name="source"/> is for messages.</summary>
    public JavaPattern(PatternTree tree, string source)
    {
        Tree = tree;
        _source = source;
        _ascii = new Form(tree, ascii: true);
        _all = new Form(tree, ascii: false);
        _literal = LiteralOf(tree.Root);
    }

    /// <summary>The parts, and the names of groups.</summary>
    public PatternTree Tree { get; }

    /// <summary>Parses a pattern; 2201B where it is none.</summary>
    public static JavaPattern Parse(string pattern, SourceSpan span) => new(PatternParser.Parse(pattern, span), pattern);

    /// <summary>True if some part of the text matches.</summary>
    public bool IsMatch(ReadOnlySpan<byte> text)
    {
        if (_literal is not null)
            return text.IndexOf(_literal) >= 0;
        using var characters = new CharText(text);
        try
        {
            return Regex(characters).IsMatch(characters.Span);
        }
        catch (RegexMatchTimeoutException)
        {
            throw FunctionErrors.PatternTimeout(_source, SecondsMax);
        }
    }

    /// <summary>Number of matches that do not overlap.</summary>
    public int Count(ReadOnlySpan<byte> text)
    {
        if (_literal is not null)
            return text.Count(_literal);
        using var characters = new CharText(text);
        try
        {
            var count = 0;
            foreach (var match in Regex(characters).EnumerateMatches(characters.Span))
                count += characters.SplitsPair(match.Index) ? 0 : 1;
            return count;
        }
        catch (RegexMatchTimeoutException)
        {
            throw FunctionErrors.PatternTimeout(_source, SecondsMax);
        }
    }

    /// <summary>The position of the first match in characters from 1, or 0.</summary>
    public int Position(ReadOnlySpan<byte> text)
    {
        if (_literal is not null)
            return text.IndexOf(_literal) is >= 0 and var at ? Kernels.Utf8.Count(text[..at]) + 1 : 0;
        using var characters = new CharText(text);
        try
        {
            foreach (var match in Regex(characters).EnumerateMatches(characters.Span))
                return characters.CountTo(match.Index) + 1;
            return 0;
        }
        catch (RegexMatchTimeoutException)
        {
            throw FunctionErrors.PatternTimeout(_source, SecondsMax);
        }
    }

    /// <summary>Appends what the first match, or a group in it, matched; false where there is no match or the group took no part.</summary>
    public bool TryExtract(ReadOnlySpan<byte> text, int group, BytesColumnBuilder output)
    {
        if (group < 0 || group > Tree.GroupCount)
            return false;
        if (_literal is not null)
        {
            if (text.IndexOf(_literal) < 0)
                return false;
            output.Append(_literal);
            return true;
        }
        using var characters = new CharText(text);
        try
        {
            if (group > 0)
                return TryExtractGroup(characters, group, output);
            foreach (var match in Regex(characters).EnumerateMatches(characters.Span))
            {
                characters.Append(output, match.Index, match.Length);
                return true;
            }
            return false;
        }
        catch (RegexMatchTimeoutException)
        {
            throw FunctionErrors.PatternTimeout(_source, SecondsMax);
        }
    }

    /// <summary>Appends the text with every match replaced.</summary>
    /// <param name="text">The text.</param>
    /// <param name="replacement">What takes the place of a match, as it is.</param>
    /// <param name="result">Room to work in.</param>
    /// <param name="output">What is appended to.</param>
    public void Replace(ReadOnlySpan<byte> text, ReadOnlySpan<byte> replacement, ByteText result, BytesColumnBuilder output)
    {
        result.Clear();
        if (_literal is not null)
            ReplaceLiteral(text, _literal, replacement, result);
        else
            ReplaceMatches(text, replacement, result);
        output.Append(result.Span);
    }

    /// <summary>Appends what a group, or all for 0, matched of each match, NULL where the group took no part; false if there is no such
    /// group.</summary>
    public bool TryExtractAll(ReadOnlySpan<byte> text, int group, BytesColumnBuilder output)
    {
        if (group < 0 || group > Tree.GroupCount)
            return false;
        using var characters = new CharText(text);
        try
        {
            if (group > 0)
                ExtractGroups(characters, group, output);
            else
                ExtractMatches(characters, output);
            return true;
        }
        catch (RegexMatchTimeoutException)
        {
            throw FunctionErrors.PatternTimeout(_source, SecondsMax);
        }
    }

    void ExtractMatches(CharText characters, BytesColumnBuilder output)
    {
        foreach (var match in Regex(characters).EnumerateMatches(characters.Span))
        {
            if (!characters.SplitsPair(match.Index))
                characters.Append(output, match.Index, match.Length);
        }
    }

    void ExtractGroups(CharText characters, int group, BytesColumnBuilder output)
    {
        for (var match = Regex(characters).Match(characters.ToString()); match.Success; match = match.NextMatch())
        {
            if (characters.SplitsPair(match.Index))
                continue;
            if (match.Groups[group] is { Success: true } found)
                characters.Append(output, found.Index, found.Length);
            else
                output.AppendNull();
        }
    }

    bool TryExtractGroup(CharText characters, int group, BytesColumnBuilder output)
    {
        var found = Regex(characters).Match(characters.ToString()).Groups[group];
        if (!found.Success)
            return false;
        characters.Append(output, found.Index, found.Length);
        return true;
    }

    void ReplaceMatches(ReadOnlySpan<byte> text, ReadOnlySpan<byte> replacement, ByteText result)
    {
        using var characters = new CharText(text);
        try
        {
            var done = 0;
            foreach (var match in Regex(characters).EnumerateMatches(characters.Span))
            {
                if (characters.SplitsPair(match.Index))
                    continue;
                characters.Append(result, done, match.Index - done);
                AppendReplacement(result, replacement);
                done = match.Index + match.Length;
            }
            characters.Append(result, done, characters.Span.Length - done);
        }
        catch (RegexMatchTimeoutException)
        {
            throw FunctionErrors.PatternTimeout(_source, SecondsMax);
        }
    }

    static void ReplaceLiteral(ReadOnlySpan<byte> text, ReadOnlySpan<byte> literal, ReadOnlySpan<byte> replacement, ByteText result)
    {
        for (var at = text.IndexOf(literal); at >= 0; at = text.IndexOf(literal))
        {
            result.Append(text[..at]);
            AppendReplacement(result, replacement);
            text = text[(at + literal.Length)..];
        }
        result.Append(text);
    }

    static void AppendReplacement(ByteText result, ReadOnlySpan<byte> replacement)
    {
        if (result.Span.Length + (long)replacement.Length > TextLimits.BytesMax)
            throw FunctionErrors.ResultTooLong("REGEXP_REPLACE");
        result.Append(replacement);
    }

    Regex Regex(CharText characters) => (characters.IsAscii ? _ascii : _all).Get();

    // The bytes of a pattern that is a plain string.
    static byte[]? LiteralOf(PatternNode root)
    {
        var text = new StringBuilder();
        if (root is CharacterNode { Set.Single: >= 0 and var only } && Rune.IsValid(only))
        {
            text.Append(new Rune(only));
        }
        else if (root is SequenceNode { Parts.Count: > 0 } sequence)
        {
            foreach (var part in sequence.Parts)
            {
                if (part is not CharacterNode { Set.Single: >= 0 and var single } || !Rune.IsValid(single))
                    return null;
                text.Append(new Rune(single));
            }
        }
        return text.Length > 0 ? Encoding.UTF8.GetBytes(text.ToString()) : null;
    }

    /// <summary>One form of the pattern, made when it is first needed. Two threads may make it twice, to no harm.</summary>
    sealed class Form(PatternTree tree, bool ascii)
    {
        const int UsesBeforeCompiling = 1_000;

        Regex? _regex;
        int _uses;

        public Regex Get()
        {
            var regex = _regex;
            if (regex is not null && _uses != UsesBeforeCompiling)
            {
                _uses++;
                return regex;
            }
            var options = RegexOptions.CultureInvariant | (regex is null ? RegexOptions.None : RegexOptions.Compiled);
            _uses++;
            return _regex = new Regex(DotNetPattern.Print(tree, ascii), options, TimeSpan.FromSeconds(SecondsMax));
        }
    }
}
