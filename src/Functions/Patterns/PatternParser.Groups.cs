using System.Text;

namespace SqlStream.Functions.Patterns;

/// <summary>Groups, their names and flags.</summary>
sealed partial class PatternParser
{
    PatternNode? Group()
    {
        var position = _source.Position;
        _source.Take();
        var flags = _flags;
        if (!_source.TryTakeRaw('?'))
            return Close(Captured(position, name: null), position, flags);
        var kind = _source.PeekRaw();
        switch (kind)
        {
            case ':':
                _source.Take();
                return Close(Alternation(), position, flags);
            case '>':
                _source.Take();
                if (_lookBehinds > 0)
                    throw _source.Unsupported("atomic group in a look-behind", position);
                return Close(new AtomicNode(Alternation()), position, flags);
            case '=' or '!':
                _source.Take();
                return Close(new LookNode(Behind: false, kind == '!', Alternation()), position, flags);
            case '<' when _source.PeekRaw(1) is '=' or '!':
                _source.Take();
                return Close(Behind(_source.Take() == '!'), position, flags);
            case '<':
                _source.Take();
                return Close(Captured(position, Name()), position, flags);
            default:
                return Switched(position, flags);
        }
    }

    PatternNode Captured(int position, string? name)
    {
        // .NET matches look-behinds from right to left, so that a group would hold something else than in Java.
        if (_lookBehinds > 0)
            throw _source.Unsupported("capturing group in a look-behind", position);
        var number = ++_groups;
        if (name is not null && !_names.TryAdd(name, number))
            throw _source.Malformed($"the group name \"{name}\" is used twice", position);
        return new CaptureNode(number, Alternation());
    }

    LookNode Behind(bool negated)
    {
        _lookBehinds++;
        var inner = Alternation();
        _lookBehinds--;
        return new LookNode(Behind: true, negated, inner);
    }

    PatternNode Close(PatternNode inner, int position, PatternFlags flags)
    {
        if (!_source.TryTake(')'))
            throw _source.Malformed("the group is not closed", position);
        SetFlags(flags);
        // A group is one part, whatever it holds.
        return inner is SequenceNode or AlternationNode or RepeatNode ? new SequenceNode([inner]) : inner;
    }

    string Name()
    {
        var name = new StringBuilder();
        while (_source.PeekRaw() is var next && next is >= 0 and < 0x80 && char.IsAsciiLetterOrDigit((char)next))
        {
            if (name.Length == 0 && char.IsAsciiDigit((char)next))
                break;
            name.Append((char)_source.Take());
        }
        if (name.Length == 0)
            throw _source.Malformed("a group name must begin with a letter from A to Z");
        if (!_source.TryTakeRaw('>'))
            throw _source.Malformed("the group name is not closed");
        return name.ToString();
    }

    // (?i-s) holds up to the end of the group around it, (?i-s:X) for X.
    PatternNode? Switched(int position, PatternFlags before)
    {
        var flags = _flags;
        var on = true;
        while (_source.PeekRaw() is var next && next is not ')' and not ':')
        {
            if (next == '-' && on)
            {
                on = false;
            }
            else
            {
                var flag = Flag(next);
                flags = on ? flags | flag : flags & ~flag;
            }
            _source.Take();
        }
        SetFlags(flags);
        return _source.Take() == ')' ? null : Close(Alternation(), position, before);
    }

    PatternFlags Flag(int letter) => letter switch
    {
        'i' => PatternFlags.IgnoreCase,
        'd' => PatternFlags.UnixLines,
        'm' => PatternFlags.Multiline,
        's' => PatternFlags.DotAll,
        'u' => PatternFlags.UnicodeCase,
        'x' => PatternFlags.Comments,
        'U' => PatternFlags.UnicodeClasses | PatternFlags.UnicodeCase,
        'c' => throw _source.Unsupported("flag c (canonical equivalence)", _source.Position),
        _ => throw _source.Malformed("\"(?\" is followed by no kind of group and no flag"),
    };

    void SetFlags(PatternFlags flags)
    {
        _flags = flags;
        _source.SkipsComments = Has(PatternFlags.Comments);
        _source.UnixLines = Has(PatternFlags.UnixLines);
    }
}
