using SqlStream.Core.Diagnostics;

namespace SqlStream.Functions.Patterns;

/// <summary>Parses regular expressions of Java (java.util.regex of release 19 and later, where \b is ASCII's).</summary>
/// <remarks>The syntax: https://docs.oracle.com/en/java/javase/25/docs/api/java.base/java/util/regex/Pattern.html. 2201B with
/// the position in the pattern where it is none, or where it says what .NET cannot express exactly.</remarks>
sealed partial class PatternParser
{
    const int DepthMax = 100;

    readonly PatternSource _source;
    readonly Dictionary<string, int> _names = new(StringComparer.Ordinal);
    PatternFlags _flags;
    int _groups;
    int _depth;
    int _lookBehinds;

    PatternParser(PatternSource source) => _source = source;

    /// <summary>Parses a pattern.</summary>
    public static PatternTree Parse(string pattern, SourceSpan span) => new PatternParser(new PatternSource(pattern, span)).Parse();

    /// <summary>Parses a pattern; false where it is none of Java either. Throws where it is merely not supported.</summary>
    public static bool TryParse(string pattern, out PatternTree tree)
    {
        PatternSource? source = null;
        try
        {
            source = new PatternSource(pattern, SourceSpan.None);
            tree = new PatternParser(source).Parse();
            return true;
        }
        catch (SqlException) when (source is null || source.IsMalformed)
        {
            tree = null!;
            return false;
        }
    }

    bool Has(PatternFlags flag) => (_flags & flag) != 0;

    PatternTree Parse()
    {
        var root = Alternation();
        if (_source.Peek() == ')')
            throw _source.Malformed("\")\" closes no group");
        return new PatternTree(root, _groups);
    }

    PatternNode Alternation()
    {
        if (++_depth > DepthMax)
            throw _source.Unsupported($"groups nested more than {DepthMax} deep", _source.Position);
        var branches = new List<PatternNode> { Sequence() };
        while (_source.TryTake('|'))
            branches.Add(Sequence());
        _depth--;
        return branches.Count == 1 ? branches[0] : new AlternationNode([.. branches]);
    }

    PatternNode Sequence()
    {
        var parts = new List<PatternNode>();
        while (_source.Peek() is var next && next != PatternSource.End && next != '|' && next != ')')
        {
            var position = _source.Position;
            if (Atom() is { } atom)
                parts.Add(Repeated(atom, position));
        }
        return parts.Count == 1 ? parts[0] : new SequenceNode([.. parts]);
    }

    // Null for a switch of flags, which is no part.
    PatternNode? Atom()
    {
        switch (_source.Peek())
        {
            case '(':
                return Group();
            case '[':
                _source.Take();
                return new CharacterNode(Class(consumes: true));
            case '\\':
                return Escape();
            case '.':
                _source.Take();
                return new CharacterNode(Point());
            case '^':
                _source.Take();
                return new AnchorNode(!Has(PatternFlags.Multiline) ? AnchorKind.Start
                    : Has(PatternFlags.UnixLines) ? AnchorKind.LineStartAfterNewline : AnchorKind.LineStart);
            case '$':
                _source.Take();
                return new AnchorNode((Has(PatternFlags.Multiline), Has(PatternFlags.UnixLines)) switch
                {
                    (true, true) => AnchorKind.LineEndBeforeNewline,
                    (true, false) => AnchorKind.LineEnd,
                    (false, true) => AnchorKind.EndOrLastNewline,
                    (false, false) => AnchorKind.EndOrLastTerminator,
                });
            case '*' or '+' or '?':
                throw _source.Malformed($"there is nothing for \"{(char)_source.Literal}\" to repeat");
            case '{':
                throw _source.Malformed("\"{\" begins no repetition");
            default:
                return Single(_source.Take());
        }
    }

    CharacterNode Single(int codePoint) => new(Has(PatternFlags.IgnoreCase)
        ? CaseFolding.Single(codePoint, Has(PatternFlags.UnicodeCase))
        : CodePointSet.Of(codePoint));

    CodePointSet Point() => Has(PatternFlags.DotAll) ? CodePointSet.All
        : (Has(PatternFlags.UnixLines) ? CodePointSet.Of('\n') : CharacterProperties.LineTerminators).Complement();

    PatternNode Repeated(PatternNode atom, int position)
    {
        int min;
        int? max = null;
        switch (_source.Peek())
        {
            case '?':
                _source.Take();
                (min, max) = (0, 1);
                break;
            case '*':
                _source.Take();
                min = 0;
                break;
            case '+':
                _source.Take();
                min = 1;
                break;
            case '{':
                (min, max) = Counts();
                break;
            default:
                return atom;
        }
        var mode = _source.TryTakeRaw('?') ? RepeatMode.Reluctant
            : _source.TryTakeRaw('+') ? RepeatMode.Possessive : RepeatMode.Greedy;
        if (_source.PeekRaw() == '{')
            throw _source.Unsupported("repetition of a repetition without a group around it", _source.Position);
        if (mode == RepeatMode.Possessive && _lookBehinds > 0)
            throw _source.Unsupported("possessive repetition in a look-behind", position);
        // Java leaves in such groups what an attempt that failed had matched.
        if (mode == RepeatMode.Possessive && !DotNetPattern.HoldsNoCapture(atom))
            throw _source.Unsupported("possessive repetition of a capturing group", position);
        if (!DotNetPattern.HoldsNoCapture(atom) && TakesNoRoom(atom))
            throw _source.Unsupported("repetition of a capturing group that matches no characters", position);
        // The engine of .NET may search for ever there.
        if (mode == RepeatMode.Reluctant && max is not (0 or 1) && MayBeEmpty(atom) && !DotNetPattern.IsZeroWidth(atom))
            throw _source.Unsupported("reluctant repetition of what may be empty", position);
        return new RepeatNode(atom, min, max, mode);
    }

    static bool TakesNoRoom(PatternNode node) => node switch
    {
        CharacterNode or BackReferenceNode => false,
        SequenceNode sequence => sequence.Parts.All(TakesNoRoom),
        AlternationNode alternation => alternation.Branches.All(TakesNoRoom),
        CaptureNode capture => TakesNoRoom(capture.Inner),
        AtomicNode atomic => TakesNoRoom(atomic.Inner),
        RepeatNode repeat => TakesNoRoom(repeat.Inner),
        _ => true,
    };

    static bool MayBeEmpty(PatternNode node) => node switch
    {
        CharacterNode => false,
        SequenceNode sequence => sequence.Parts.All(MayBeEmpty),
        AlternationNode alternation => alternation.Branches.Any(MayBeEmpty),
        CaptureNode capture => MayBeEmpty(capture.Inner),
        AtomicNode atomic => MayBeEmpty(atomic.Inner),
        RepeatNode repeat => repeat.Min == 0 || MayBeEmpty(repeat.Inner),
        _ => true,
    };

    (int Min, int? Max) Counts()
    {
        _source.Take();
        if (_source.PeekRaw() is < '0' or > '9')
            throw _source.Malformed("\"{\" begins no repetition");
        var min = Count();
        int? max = min;
        if (_source.TryTakeRaw(','))
            max = _source.PeekRaw() == '}' ? null : Count();
        if (!_source.TryTakeRaw('}'))
            throw _source.Malformed("the repetition is not closed");
        if (max < min)
            throw _source.Malformed("the greatest number of repetitions is less than the least");
        return (min, max);
    }

    int Count()
    {
        long count = 0;
        while (_source.PeekRaw() is >= '0' and <= '9' and var digit)
        {
            _source.Take();
            count = (count * 10) + digit - '0';
            if (count > int.MaxValue)
                throw _source.Malformed("the number of repetitions is too great");
        }
        return (int)count;
    }
}
