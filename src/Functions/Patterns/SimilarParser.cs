using System.Text;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Functions.Patterns;

/// <summary>Parses the regular expressions of SIMILAR TO (SQL:2016 8.6): % any text, _ any character, | * + ? {n,m} ( ), classes in
/// brackets with ranges, ^ for what is not in them and [:ALPHA:] and the like. The whole text must match.</summary>
sealed class SimilarParser
{
    const int DepthMax = 100;

    readonly string _pattern;
    readonly int _escape;
    readonly SourceSpan _span;
    int _at;
    int _depth;

    SimilarParser(string pattern, int escape, SourceSpan span)
    {
        _pattern = pattern;
        _escape = escape;
        _span = span;
    }

    /// <summary>Parses a pattern; 2201B where it is none.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="escape">Makes the next character mean itself, or -1.</param>
    /// <param name="span">Where it stands in the SQL text.</param>
    public static JavaPattern Parse(string pattern, int escape, SourceSpan span)
    {
        var parser = new SimilarParser(pattern, escape, span);
        var inner = parser.Alternation();
        if (parser._at < pattern.Length)
            throw parser.Invalid("\")\" closes no group");
        var root = new SequenceNode([new AnchorNode(AnchorKind.Start), new SequenceNode([inner]), new AnchorNode(AnchorKind.End)]);
        return new JavaPattern(new PatternTree(root, 0), pattern);
    }

    PatternNode Alternation()
    {
        if (++_depth > DepthMax)
            throw Invalid($"groups are nested more than {DepthMax} deep");
        var branches = new List<PatternNode> { Sequence() };
        while (TryTake('|'))
            branches.Add(Sequence());
        _depth--;
        return branches.Count == 1 ? branches[0] : new AlternationNode([.. branches]);
    }

    SequenceNode Sequence()
    {
        var parts = new List<PatternNode>();
        while (_at < _pattern.Length && _pattern[_at] is not ('|' or ')'))
            parts.Add(Repeated(Atom()));
        return new SequenceNode([.. parts]);
    }

    PatternNode Atom()
    {
        var start = _at;
        var next = Take();
        if (next == _escape)
            return new CharacterNode(CodePointSet.Of(Escaped(start)));
        switch (next)
        {
            case '%':
                return new RepeatNode(new CharacterNode(CodePointSet.All), 0, null, RepeatMode.Greedy);
            case '_':
                return new CharacterNode(CodePointSet.All);
            case '(':
                var inner = Alternation();
                return TryTake(')') ? new SequenceNode([inner]) : throw Invalid("the group is not closed", start);
            case '[':
                return new CharacterNode(Class(start));
            case '*' or '+' or '?' or '{':
                throw Invalid($"there is nothing for \"{(char)next}\" to repeat", start);
            default:
                return new CharacterNode(CodePointSet.Of(next));
        }
    }

    PatternNode Repeated(PatternNode atom)
    {
        if (TryTake('*'))
            return new RepeatNode(atom, 0, null, RepeatMode.Greedy);
        if (TryTake('+'))
            return new RepeatNode(atom, 1, null, RepeatMode.Greedy);
        if (TryTake('?'))
            return new RepeatNode(atom, 0, 1, RepeatMode.Greedy);
        var start = _at;
        if (!TryTake('{'))
            return atom;
        var min = Number(start);
        int? max = min;
        if (TryTake(','))
            max = _at < _pattern.Length && _pattern[_at] == '}' ? null : Number(start);
        return TryTake('}') && (max is null || max >= min)
            ? new RepeatNode(atom, min, max, RepeatMode.Greedy)
            : throw Invalid("the repetition must be {n}, {n,} or {n,m} with m not less than n", start);
    }

    int Number(int start)
    {
        long number = -1;
        for (; _at < _pattern.Length && char.IsAsciiDigit(_pattern[_at]) && number <= int.MaxValue; _at++)
            number = (Math.Max(0, number) * 10) + _pattern[_at] - '0';
        return number is >= 0 and <= int.MaxValue ? (int)number : throw Invalid("the repetition needs a number", start);
    }

    // In brackets what stands before ^ is in the class, what stands after it is not.
    CodePointSet Class(int start)
    {
        var included = CodePointSet.Empty;
        var excluded = CodePointSet.Empty;
        var isExcluding = false;
        var isEmpty = true;
        while (!TryTake(']'))
        {
            if (_at >= _pattern.Length)
                throw Invalid("the character class is not closed", start);
            if (!isExcluding && TryTake('^'))
            {
                isExcluding = true;
                if (isEmpty)
                    included = CodePointSet.All;
                continue;
            }
            isEmpty = false;
            var item = Item(start);
            if (isExcluding)
                excluded = excluded.Union(item);
            else
                included = included.Union(item);
        }
        return isEmpty ? throw Invalid("the character class is empty", start) : included.Except(excluded);
    }

    CodePointSet Item(int start)
    {
        if (_pattern.AsSpan(_at).StartsWith("[:"))
            return Named();
        var first = Member();
        if (_at + 1 >= _pattern.Length || _pattern[_at] != '-' || _pattern[_at + 1] == ']')
            return CodePointSet.Of(first);
        _at++;
        var last = Member();
        return last >= first ? CodePointSet.Range(first, last) : throw Invalid("the range ends before it begins", start);
    }

    CodePointSet Named()
    {
        var start = _at;
        var end = _pattern.IndexOf(":]", _at, StringComparison.Ordinal);
        var name = end < 0 ? "" : _pattern[(_at + 2)..end].ToUpperInvariant();
        _at = end + 2;
        return name switch
        {
            "ALPHA" => CharacterProperties.Posix("Alpha", unicode: false)!,
            "UPPER" => CharacterProperties.Posix("Upper", unicode: false)!,
            "LOWER" => CharacterProperties.Posix("Lower", unicode: false)!,
            "DIGIT" => CharacterProperties.Digit,
            "ALNUM" => CharacterProperties.Posix("Alnum", unicode: false)!,
            "SPACE" => CodePointSet.Of(' '),
            "WHITESPACE" => CharacterProperties.Space,
            _ => throw Invalid("the class must be ALPHA, UPPER, LOWER, DIGIT, ALNUM, SPACE or WHITESPACE", start),
        };
    }

    int Member()
    {
        var start = _at;
        var next = Take();
        return next == _escape ? Escaped(start) : next;
    }

    int Escaped(int start) => _at < _pattern.Length ? Take() : throw Invalid("nothing follows the escape character", start);

    int Take()
    {
        if (_at >= _pattern.Length)
            throw Invalid("the character class is not closed");
        if (!Rune.TryGetRuneAt(_pattern, _at, out var rune))
            throw Invalid("half of a surrogate pair");
        _at += rune.Utf16SequenceLength;
        return rune.Value;
    }

    bool TryTake(char character)
    {
        if (_at >= _pattern.Length || _pattern[_at] != character || character == _escape)
            return false;
        _at++;
        return true;
    }

    SqlException Invalid(string reason, int? position = null) =>
        FunctionErrors.InvalidPattern(_span, _pattern, (position ?? _at) + 1, reason);
}
