using System.Text;

namespace SqlStream.Functions.Patterns;

/// <summary>What begins with a backslash.</summary>
sealed partial class PatternParser
{
    PatternNode Escape()
    {
        var position = _source.Position;
        _source.Take();
        if (_source.PeekRaw() == PatternSource.End)
            throw _source.Malformed("nothing follows the backslash", position);
        var letter = _source.PeekRaw();
        if (letter is >= '1' and <= '9')
            return Reference(position);
        if (letter >= 0x80 || !char.IsAsciiLetter((char)letter))
            return letter == '0' ? Single(Code(position)) : Single(_source.Take());
        if (ClassEscape(position) is { } set)
            return new CharacterNode(set);
        switch (letter)
        {
            case 'A' or 'z' or 'Z' or 'G' or 'b' or 'B':
                _source.Take();
                return new AnchorNode(Anchor(letter, position));
            case 'R':
                _source.Take();
                return new AlternationNode(
                [
                    new SequenceNode([new CharacterNode(CodePointSet.Of('\r')), new CharacterNode(CodePointSet.Of('\n'))]),
                    new CharacterNode(CharacterProperties.VerticalSpace),
                ]);
            case 'k':
                return NamedReference(position);
            case 'X':
                throw _source.Unsupported("\\X", position);
            default:
                return Single(Code(position));
        }
    }

    AnchorKind Anchor(int letter, int position)
    {
        if (letter is 'b' or 'B' && Has(PatternFlags.UnicodeClasses))
            throw _source.Unsupported("word boundary under (?U)", position);
        if (letter == 'b' && _source.PeekRaw() == '{')
            throw _source.Unsupported("\\b{g}", position);
        return letter switch
        {
            'A' => AnchorKind.Start,
            'z' => AnchorKind.End,
            'Z' => Has(PatternFlags.UnixLines) ? AnchorKind.EndOrLastNewline : AnchorKind.EndOrLastTerminator,
            'G' => AnchorKind.LastMatchEnd,
            'b' => AnchorKind.WordBoundary,
            _ => AnchorKind.NotWordBoundary,
        };
    }

    // More digits belong to the number as long as there are that many groups so far.
    BackReferenceNode Reference(int position)
    {
        var number = _source.Take() - '0';
        while (_source.PeekRaw() is >= '0' and <= '9' and var digit && (number * 10) + digit - '0' <= _groups)
        {
            _source.Take();
            number = (number * 10) + digit - '0';
        }
        return Reference(number, position);
    }

    BackReferenceNode NamedReference(int position)
    {
        _source.Take();
        if (!_source.TryTakeRaw('<'))
            throw _source.Malformed("\\k is not followed by \"<\" and the name of a group");
        var name = Name();
        return _names.TryGetValue(name, out var number)
            ? Reference(number, position)
            : throw _source.Malformed($"there is no group \"{name}\" before", position);
    }

    BackReferenceNode Reference(int number, int position)
    {
        if (Has(PatternFlags.IgnoreCase))
            throw _source.Unsupported("back reference without regard to case", position);
        if (_lookBehinds > 0)
            throw _source.Unsupported("back reference in a look-behind", position);
        return new BackReferenceNode(number);
    }

    // \d, \p{L} and the like, or null where it is something else.
    CodePointSet? ClassEscape(int position)
    {
        var unicode = Has(PatternFlags.UnicodeClasses);
        var letter = _source.PeekRaw();
        var set = letter switch
        {
            'd' or 'D' => unicode ? CharacterProperties.UnicodeDigit : CharacterProperties.Digit,
            'w' or 'W' => unicode ? CharacterProperties.UnicodeWord : CharacterProperties.Word,
            's' or 'S' => unicode ? CharacterProperties.UnicodeSpace : CharacterProperties.Space,
            'h' or 'H' => CharacterProperties.HorizontalSpace,
            'v' or 'V' => CharacterProperties.VerticalSpace,
            'p' or 'P' => CodePointSet.Empty,
            _ => null,
        };
        if (set is null)
            return null;
        _source.Take();
        if (letter is 'p' or 'P')
            set = Property(position);
        return char.IsAsciiLetterUpper((char)letter) ? set.Complement() : set;
    }

    // A character by its code or a control character by its letter.
    int Code(int position)
    {
        var letter = _source.Take();
        switch (letter)
        {
            case 't': return '\t';
            case 'n': return '\n';
            case 'r': return '\r';
            case 'f': return '\f';
            case 'a': return 7;
            case 'e': return 0x1B;
            case '0': return Octal(position);
            case 'x': return _source.TryTakeRaw('{') ? Braced(position) : Hex(2, position);
            case 'u': return Utf16(position);
            case 'c':
                return _source.PeekRaw() == PatternSource.End ? throw _source.Malformed("\\c is not followed by a character", position) : _source.Take() ^ 64;
            case 'N': throw _source.Unsupported("character by its name", position);
            default: throw _source.Malformed($"\"\\{(char)letter}\" has no meaning", position);
        }
    }

    int Octal(int position)
    {
        var value = -1;
        for (var digits = 0; digits < 3 && _source.PeekRaw() is >= '0' and <= '7' and var digit; digits++)
        {
            if (digits == 2 && value > 0x1F)
                break;
            _source.Take();
            value = (Math.Max(0, value) * 8) + digit - '0';
        }
        return value >= 0 ? value : throw _source.Malformed("\\0 is not followed by an octal digit", position);
    }

    int Hex(int digits, int position)
    {
        var value = 0;
        for (var i = 0; i < digits; i++)
        {
            if (_source.PeekRaw() is not (>= 0 and < 0x80 and var digit) || !char.IsAsciiHexDigit((char)digit))
                throw _source.Malformed($"the escape needs {digits} hexadecimal digits", position);
            _source.Take();
            value = (value * 16) + Convert.ToInt32(((char)digit).ToString(), 16);
        }
        return value;
    }

    int Braced(int position)
    {
        var value = 0;
        var digits = 0;
        for (; _source.PeekRaw() is >= 0 and < 0x80 and var digit && char.IsAsciiHexDigit((char)digit); digits++)
        {
            _source.Take();
            value = (value * 16) + Convert.ToInt32(((char)digit).ToString(), 16);
            if (value >= CodePointSet.Limit)
                throw _source.Malformed("there is no character with that code", position);
        }
        return digits > 0 && _source.TryTakeRaw('}') ? value : throw _source.Malformed("\\x{ is not followed by hexadecimal digits and \"}\"", position);
    }

    int Utf16(int position)
    {
        var value = Hex(4, position);
        if (!char.IsHighSurrogate((char)value) || _source.PeekRaw() != '\\' || _source.PeekRaw(1) != 'u')
            return value;
        _source.Take();
        _source.Take();
        var low = Hex(4, position);
        return char.IsLowSurrogate((char)low)
            ? char.ConvertToUtf32((char)value, (char)low)
            : throw _source.Unsupported("half of a surrogate pair", position);
    }

    CodePointSet Property(int position)
    {
        if (_source.PeekRaw() == PatternSource.End)
            throw _source.Malformed("\\p is not followed by a property", position);
        var name = new StringBuilder();
        if (!_source.TryTakeRaw('{'))
        {
            name.Append(new Rune(_source.Take()));
        }
        else
        {
            while (_source.PeekRaw() is var next && next != '}')
            {
                if (next == PatternSource.End)
                    throw _source.Malformed("the name of the property is not closed", position);
                name.Append(new Rune(_source.Take()));
            }
            _source.Take();
        }
        return Property(name.ToString()) ?? throw _source.Unsupported($"property \"{name}\"", position);
    }

    CodePointSet? Property(string name)
    {
        var ignoreCase = Has(PatternFlags.IgnoreCase);
        var equals = name.IndexOf('=', StringComparison.Ordinal);
        if (equals >= 0)
        {
            var value = name[(equals + 1)..];
            return name[..equals].ToUpperInvariant() switch
            {
                "SC" or "SCRIPT" => CharacterProperties.Script(value),
                "BLK" or "BLOCK" => CharacterProperties.Block(value),
                "GC" or "GENERAL_CATEGORY" => Category(value, ignoreCase),
                _ => null,
            };
        }
        if (name.StartsWith("In", StringComparison.Ordinal))
            return CharacterProperties.Block(name[2..]);
        if (name.StartsWith("Is", StringComparison.Ordinal))
        {
            var rest = name[2..];
            return (ignoreCase && rest.ToUpperInvariant() is ("LOWERCASE" or "UPPERCASE" or "TITLECASE") ? Cased() : null)
                ?? CharacterProperties.Binary(rest.ToUpperInvariant()) ?? Category(rest, ignoreCase) ?? CharacterProperties.Script(rest);
        }
        if (name.StartsWith("java", StringComparison.Ordinal))
            return ignoreCase && name is ("javaLowerCase" or "javaUpperCase" or "javaTitleCase") ? Cased() : CharacterProperties.Java(name);
        if (name == "all")
            return CodePointSet.All;
        if (ignoreCase && name is ("Lower" or "Upper"))
            return Has(PatternFlags.UnicodeClasses) ? Cased() : CharacterProperties.Posix("Alpha", unicode: false);
        return CharacterProperties.Posix(name, Has(PatternFlags.UnicodeClasses)) ?? Category(name, ignoreCase);
    }

    static CodePointSet? Category(string name, bool ignoreCase) =>
        CharacterProperties.Category(ignoreCase && name is ("Lu" or "Ll" or "Lt") ? "LC" : name);

    static CodePointSet Cased() => CharacterProperties.Binary("LOWERCASE")!
        .Union(CharacterProperties.Binary("UPPERCASE")!).Union(CharacterProperties.Category("Lt")!);
}
