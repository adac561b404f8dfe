namespace SqlStream.Functions.Patterns;

/// <summary>Character classes: [a-z&amp;&amp;[^x]].</summary>
sealed partial class PatternParser
{
    /// <summary>What stands in brackets, the opening one being taken; the closing one is taken where <paramref name="consumes"/>. Without it,
    /// the right side of &amp;&amp; is read, in which ^ means itself.</summary>
    CodePointSet Class(bool consumes)
    {
        var position = _source.Position;
        if (++_depth > DepthMax)
            throw _source.Unsupported($"classes nested more than {DepthMax} deep", position);
        var negated = consumes && _source.TryTake('^');
        CodePointSet? set = null;
        while (true)
        {
            var next = _source.Peek();
            if (next == PatternSource.End)
                throw _source.Malformed("the character class is not closed", position);
            if (next == ']' && set is not null)
                break;
            if (next == '&' && _source.PeekRaw(1) == '&')
            {
                set = Intersection(set, position);
                continue;
            }
            var part = next == '[' ? Nested() : Item();
            set = set is null ? part : set.Union(part);
        }
        if (consumes)
            _source.Take();
        _depth--;
        return negated ? set.Complement() : set;
    }

    CodePointSet Nested()
    {
        _source.Take();
        return Class(consumes: true);
    }

    // To the right of && stand classes in brackets, which are joined, and then possibly characters without brackets up to the end.
    CodePointSet Intersection(CodePointSet? left, int position)
    {
        _source.Take();
        _source.Take();
        CodePointSet? right = null;
        while (_source.Peek() is var next && next is not ']' and not '&')
        {
            if (next == PatternSource.End)
                throw _source.Malformed("the character class is not closed", position);
            if (next != '[')
            {
                // Java lets characters without brackets take the place of the classes before them.
                if (right is not null)
                    throw _source.Unsupported("characters after a class to the right of &&", _source.Position);
                right = Class(consumes: false);
                continue;
            }
            var nested = Nested();
            right = right is null ? nested : right.Union(nested);
        }
        if (right is null)
            throw _source.Unsupported("&& with nothing to its right", _source.Position);
        return left is null ? right : left.Intersect(right);
    }

    CodePointSet Item()
    {
        var position = _source.Position;
        if (_source.Peek() == '\\')
        {
            _source.Take();
            if (_source.PeekRaw() == PatternSource.End)
                throw _source.Malformed("nothing follows the backslash", position);
            if (ClassEscape(position) is { } set)
                return set;
            return Range(EscapedCharacter(position), position);
        }
        return Range(_source.Take(), position);
    }

    CodePointSet Range(int first, int position)
    {
        if (_source.Peek() != '-' || _source.PeekRaw(1) is ']' or '[' or PatternSource.End)
        {
            return Has(PatternFlags.IgnoreCase)
                ? CaseFolding.Single(first, Has(PatternFlags.UnicodeCase))
                : CodePointSet.Of(first);
        }
        _source.Take();
        if (_source.Peek() == PatternSource.End)
            throw _source.Malformed("the character class is not closed", position);
        var last = _source.Peek() == '\\' ? LastEscaped(position) : _source.Take();
        if (last < first)
            throw _source.Malformed("the range ends before it begins", position);
        var range = CodePointSet.Range(first, last);
        return Has(PatternFlags.IgnoreCase) ? CaseFolding.Set(range, Has(PatternFlags.UnicodeCase)) : range;
    }

    int LastEscaped(int position)
    {
        _source.Take();
        return EscapedCharacter(position);
    }

    int EscapedCharacter(int position)
    {
        var next = _source.PeekRaw();
        if (next == PatternSource.End)
            throw _source.Malformed("nothing follows the backslash", position);
        return next == '0' || (next is >= 0 and < 0x80 && char.IsAsciiLetter((char)next)) ? Code(position)
            : next is >= '1' and <= '9' ? throw _source.Malformed("a class holds no back references", position)
            : _source.Take();
    }
}
