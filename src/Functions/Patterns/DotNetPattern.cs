using System.Globalization;
using System.Text;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Functions.Patterns;

/// <summary>Prints a pattern in the syntax of .NET. Groups keep their numbers; no option of .NET but CultureInvariant is needed.</summary>
/// <remarks>There are two forms. One is for texts of ASCII characters alone, in which classes are cut down to ASCII; the other is for
/// all texts, in which a character beyond U+FFFF is two char values and classes take both.</remarks>
sealed class DotNetPattern
{
    readonly StringBuilder _text = new();
    readonly bool _ascii;
    readonly int _groups;

    DotNetPattern(bool ascii, int groups)
    {
        _ascii = ascii;
        _groups = groups;
    }

    /// <summary>The pattern; for texts of ASCII characters alone where <paramref name="ascii"/>.</summary>
    public static string Print(PatternTree tree, bool ascii)
    {
        var printer = new DotNetPattern(ascii, tree.GroupCount);
        printer.Node(tree.Root);
        return printer._text.ToString();
    }

    void Node(PatternNode node)
    {
        switch (node)
        {
            case CharacterNode character:
                Set(character.Set);
                break;
            case SequenceNode sequence:
                foreach (var part in sequence.Parts)
                    Part(part);
                break;
            case AlternationNode alternation:
                for (var i = 0; i < alternation.Branches.Count; i++)
                {
                    if (i > 0)
                        _text.Append('|');
                    Node(alternation.Branches[i]);
                }
                break;
            case CaptureNode capture:
                Enclosed("(", capture.Inner);
                break;
            case AtomicNode atomic:
                Enclosed("(?>", atomic.Inner);
                break;
            case LookNode look:
                Enclosed((look.Behind, look.Negated) switch
                {
                    (false, false) => "(?=",
                    (false, true) => "(?!",
                    (true, false) => "(?<=",
                    (true, true) => "(?<!",
                }, look.Inner);
                break;
            case RepeatNode repeat:
                Repeat(repeat);
                break;
            case BackReferenceNode reference:
                // A group that does not exist never matches.
                _text.Append(reference.Number > _groups ? "(?!)" : $"(?:\\{reference.Number})");
                break;
            case AnchorNode anchor:
                _text.Append(Anchor(anchor.Kind));
                break;
            default:
                throw new EngineBugException($"pattern node {node.GetType().Name} has no form in .NET");
        }
    }

    // A branch or a sequence within a sequence is held together.
    void Part(PatternNode part)
    {
        if (part is AlternationNode)
            Enclosed("(?:", part);
        else
            Node(part);
    }

    void Enclosed(string open, PatternNode inner)
    {
        _text.Append(open);
        Node(inner);
        _text.Append(')');
    }

    void Repeat(RepeatNode repeat)
    {
        // What takes no room does so however often; the engine need not find out.
        if (IsZeroWidth(repeat.Inner))
        {
            if (repeat.Min > 0)
                Enclosed("(?:", repeat.Inner);
            return;
        }
        if (repeat.Mode == RepeatMode.Possessive)
            _text.Append("(?>");
        if (repeat.Inner is CharacterNode { Set: var set } && IsOneElement(set))
            Set(set);
        else
            Enclosed("(?:", repeat.Inner);
        _text.Append((repeat.Min, repeat.Max) switch
        {
            (0, null) => "*",
            (1, null) => "+",
            (0, 1) => "?",
            (var min, null) => string.Create(CultureInfo.InvariantCulture, $"{{{min},}}"),
            (var min, var max) => string.Create(CultureInfo.InvariantCulture, $"{{{min},{max}}}"),
        });
        if (repeat.Mode == RepeatMode.Reluctant)
            _text.Append('?');
        if (repeat.Mode == RepeatMode.Possessive)
            _text.Append(')');
    }

    /// <summary>True for what matches the empty string only, and remembers no group.</summary>
    public static bool IsZeroWidth(PatternNode node) => node switch
    {
        AnchorNode => true,
        LookNode look => HoldsNoCapture(look.Inner),
        SequenceNode sequence => sequence.Parts.All(IsZeroWidth),
        AlternationNode alternation => alternation.Branches.All(IsZeroWidth),
        AtomicNode atomic => IsZeroWidth(atomic.Inner),
        RepeatNode repeat => IsZeroWidth(repeat.Inner),
        _ => false,
    };

    /// <summary>True where no capturing group is within.</summary>
    public static bool HoldsNoCapture(PatternNode node) => node switch
    {
        CaptureNode => false,
        LookNode look => HoldsNoCapture(look.Inner),
        SequenceNode sequence => sequence.Parts.All(HoldsNoCapture),
        AlternationNode alternation => alternation.Branches.All(HoldsNoCapture),
        AtomicNode atomic => HoldsNoCapture(atomic.Inner),
        RepeatNode repeat => HoldsNoCapture(repeat.Inner),
        _ => true,
    };

    bool IsOneElement(CodePointSet set) => _ascii || (!set.IsEmpty && set[set.RangeCount - 1].Last <= 0xFFFF);

    void Set(CodePointSet set)
    {
        if (_ascii)
        {
            AsciiSet(set.Intersect(CodePointSet.Ascii));
            return;
        }
        var basic = set.Intersect(s_basic);
        var beyond = set.Intersect(s_beyond);
        if (beyond.IsEmpty)
        {
            Class(basic, negated: false);
            return;
        }
        _text.Append("(?:");
        if (!basic.IsEmpty)
        {
            Class(basic, negated: false);
            _text.Append('|');
        }
        Pairs(beyond);
        _text.Append(')');
    }

    static readonly CodePointSet s_basic = CodePointSet.Parse("0-D7FF E000-FFFF");
    static readonly CodePointSet s_beyond = CodePointSet.Range(0x10000, CodePointSet.Limit - 1);

    // Over ASCII texts a negated class means the same, and the engine searches it faster where it is shorter.
    void AsciiSet(CodePointSet set)
    {
        var rest = CodePointSet.Ascii.Except(set);
        if (rest.RangeCount < set.RangeCount || (rest.RangeCount == set.RangeCount && !rest.IsEmpty && rest[0].First > 0 && set[0].First == 0))
            Class(rest, negated: true);
        else
            Class(set, negated: false);
    }

    void Class(CodePointSet set, bool negated)
    {
        if (set.IsEmpty)
        {
            _text.Append(negated ? "[\\s\\S]" : "(?!)");
            return;
        }
        if (!negated && set.Single >= 0)
        {
            Character(set.Single);
            return;
        }
        _text.Append(negated ? "[^" : "[");
        for (var i = 0; i < set.RangeCount; i++)
            Range(set[i].First, set[i].Last);
        _text.Append(']');
    }

    // Ranges of pairs with the same first half, and those of which every second half belongs.
    void Pairs(CodePointSet set)
    {
        for (var i = 0; i < set.RangeCount; i++)
        {
            var (first, last) = set[i];
            while (first <= last)
            {
                if (i > 0 || first != set[0].First)
                    _text.Append('|');
                var block = (first - 0x10000) >> 10;
                var end = Math.Min(last, 0x10000 + (block << 10) + 0x3FF);
                var lastBlock = (last + 1 - 0x10000) >> 10;
                if ((first & 0x3FF) == 0 && lastBlock > block)
                {
                    end = 0x10000 + (lastBlock << 10) - 1;
                    _text.Append('[');
                    Range(0xD800 + block, 0xD800 + lastBlock - 1);
                    _text.Append("][\\uDC00-\\uDFFF]");
                }
                else
                {
                    Character(0xD800 + block);
                    _text.Append('[');
                    Range(0xDC00 + (first & 0x3FF), 0xDC00 + (end & 0x3FF));
                    _text.Append(']');
                }
                first = end + 1;
            }
        }
    }

    void Range(int first, int last)
    {
        Character(first);
        if (last == first)
            return;
        if (last > first + 1)
            _text.Append('-');
        Character(last);
    }

    void Character(int unit)
    {
        if (unit < 0x80 && char.IsAsciiLetterOrDigit((char)unit))
            _text.Append((char)unit);
        else
            _text.Append(CultureInfo.InvariantCulture, $"\\u{unit:X4}");
    }

    string Anchor(AnchorKind kind) => kind switch
    {
        AnchorKind.Start => @"\A",
        AnchorKind.End => @"\z",
        AnchorKind.EndOrLastNewline => @"\Z",
        AnchorKind.EndOrLastTerminator => _ascii
            ? @"(?:\z|(?=\r\n?\z)|(?<!\r)(?=\n\z))"
            : @"(?:\z|(?=\r\n\z|[\r\u0085\u2028\u2029]\z)|(?<!\r)(?=\n\z))",
        AnchorKind.LineStart => _ascii
            ? @"(?!\z)(?:\A|(?<=\n)|(?<=\r)(?!\n))"
            : @"(?!\z)(?:\A|(?<=[\n\u0085\u2028\u2029])|(?<=\r)(?!\n))",
        AnchorKind.LineStartAfterNewline => @"(?!\z)(?:\A|(?<=\n))",
        AnchorKind.LineEnd => _ascii ? @"(?:\z|(?=\r)|(?<!\r)(?=\n))" : @"(?:\z|(?=[\r\u0085\u2028\u2029])|(?<!\r)(?=\n))",
        AnchorKind.LineEndBeforeNewline => @"(?=\n|\z)",
        AnchorKind.WordBoundary => _ascii ? @"\b" : $"(?:{WordBefore}(?!{WordAfter})|(?<!{WordBehind})(?={WordAfter}))",
        AnchorKind.NotWordBoundary => _ascii ? @"\B" : $"(?:{WordBefore}(?={WordAfter})|(?<!{WordBehind})(?!{WordAfter}))",
        AnchorKind.LastMatchEnd => @"\G",
        _ => throw new EngineBugException($"anchor {kind} has no form in .NET"),
    };

    // As in Java, combining marks after a letter or digit belong to the word.
    const string WordBehind = @"(?:[0-9A-Za-z_]|[\p{L}\p{Nd}]\p{Mn}+)";
    const string WordBefore = $"(?<={WordBehind})";
    const string WordAfter = @"(?:[0-9A-Za-z_]|\p{Mn}(?<=[\p{L}\p{Nd}]\p{Mn}+))";
}
