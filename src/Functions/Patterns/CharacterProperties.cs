using System.Collections.Concurrent;
using System.Globalization;

namespace SqlStream.Functions.Patterns;

/// <summary>The sets that patterns name: \d, \p{Alpha}, \p{L}, \p{IsLatin}, \p{javaLowerCase}. Computed at first use and
/// kept.</summary>
static class CharacterProperties
{
    static readonly ConcurrentDictionary<string, CodePointSet?> s_byName = new(StringComparer.Ordinal);
    static readonly ConcurrentDictionary<UnicodeCategory, CodePointSet> s_categories = new();

    static readonly Dictionary<string, UnicodeCategory[]> s_categoryNames = new(StringComparer.Ordinal)
    {
        ["Lu"] = [UnicodeCategory.UppercaseLetter],
        ["Ll"] = [UnicodeCategory.LowercaseLetter],
        ["Lt"] = [UnicodeCategory.TitlecaseLetter],
        ["Lm"] = [UnicodeCategory.ModifierLetter],
        ["Lo"] = [UnicodeCategory.OtherLetter],
        ["LC"] = [UnicodeCategory.UppercaseLetter, UnicodeCategory.LowercaseLetter, UnicodeCategory.TitlecaseLetter],
        ["L"] =
        [
            UnicodeCategory.UppercaseLetter, UnicodeCategory.LowercaseLetter, UnicodeCategory.TitlecaseLetter,
            UnicodeCategory.ModifierLetter, UnicodeCategory.OtherLetter,
        ],
        ["Mn"] = [UnicodeCategory.NonSpacingMark],
        ["Mc"] = [UnicodeCategory.SpacingCombiningMark],
        ["Me"] = [UnicodeCategory.EnclosingMark],
        ["M"] = [UnicodeCategory.NonSpacingMark, UnicodeCategory.SpacingCombiningMark, UnicodeCategory.EnclosingMark],
        ["Nd"] = [UnicodeCategory.DecimalDigitNumber],
        ["Nl"] = [UnicodeCategory.LetterNumber],
        ["No"] = [UnicodeCategory.OtherNumber],
        ["N"] = [UnicodeCategory.DecimalDigitNumber, UnicodeCategory.LetterNumber, UnicodeCategory.OtherNumber],
        ["Zs"] = [UnicodeCategory.SpaceSeparator],
        ["Zl"] = [UnicodeCategory.LineSeparator],
        ["Zp"] = [UnicodeCategory.ParagraphSeparator],
        ["Z"] = [UnicodeCategory.SpaceSeparator, UnicodeCategory.LineSeparator, UnicodeCategory.ParagraphSeparator],
        ["Cc"] = [UnicodeCategory.Control],
        ["Cf"] = [UnicodeCategory.Format],
        ["Cs"] = [UnicodeCategory.Surrogate],
        ["Co"] = [UnicodeCategory.PrivateUse],
        ["Cn"] = [UnicodeCategory.OtherNotAssigned],
        ["C"] =
        [
            UnicodeCategory.Control, UnicodeCategory.Format, UnicodeCategory.Surrogate, UnicodeCategory.PrivateUse,
            UnicodeCategory.OtherNotAssigned,
        ],
        ["Pd"] = [UnicodeCategory.DashPunctuation],
        ["Ps"] = [UnicodeCategory.OpenPunctuation],
        ["Pe"] = [UnicodeCategory.ClosePunctuation],
        ["Pc"] = [UnicodeCategory.ConnectorPunctuation],
        ["Pi"] = [UnicodeCategory.InitialQuotePunctuation],
        ["Pf"] = [UnicodeCategory.FinalQuotePunctuation],
        ["Po"] = [UnicodeCategory.OtherPunctuation],
        ["P"] =
        [
            UnicodeCategory.DashPunctuation, UnicodeCategory.OpenPunctuation, UnicodeCategory.ClosePunctuation,
            UnicodeCategory.ConnectorPunctuation, UnicodeCategory.InitialQuotePunctuation, UnicodeCategory.FinalQuotePunctuation,
            UnicodeCategory.OtherPunctuation,
        ],
        ["Sm"] = [UnicodeCategory.MathSymbol],
        ["Sc"] = [UnicodeCategory.CurrencySymbol],
        ["Sk"] = [UnicodeCategory.ModifierSymbol],
        ["So"] = [UnicodeCategory.OtherSymbol],
        ["S"] =
        [
            UnicodeCategory.MathSymbol, UnicodeCategory.CurrencySymbol, UnicodeCategory.ModifierSymbol, UnicodeCategory.OtherSymbol,
        ],
    };

    /// <summary>\d.</summary>
    public static CodePointSet Digit { get; } = CodePointSet.Range('0', '9');

    /// <summary>\w.</summary>
    public static CodePointSet Word { get; } = CodePointSet.Parse("30-39 41-5A 5F 61-7A");

    /// <summary>\s.</summary>
    public static CodePointSet Space { get; } = CodePointSet.Parse("9-D 20");

    /// <summary>\h.</summary>
    public static CodePointSet HorizontalSpace { get; } = CodePointSet.Parse("9 20 A0 1680 180E 2000-200A 202F 205F 3000");

    /// <summary>\v.</summary>
    public static CodePointSet VerticalSpace { get; } = CodePointSet.Parse("A-D 85 2028-2029");

    /// <summary>What ends a line and the point does not match.</summary>
    public static CodePointSet LineTerminators { get; } = CodePointSet.Parse("A D 85 2028-2029");

    /// <summary>\w under (?U).</summary>
    public static CodePointSet UnicodeWord => Binary("ALPHABETIC")!
        .Union(Category("M")!).Union(Category("Nd")!).Union(Category("Pc")!).Union(CodePointSet.Range(0x200C, 0x200D));

    /// <summary>\s under (?U).</summary>
    public static CodePointSet UnicodeSpace => Binary("WHITE_SPACE")!;

    /// <summary>\d under (?U).</summary>
    public static CodePointSet UnicodeDigit => Category("Nd")!;

    /// <summary>The set of a general category such as L or Lu, or null.</summary>
    public static CodePointSet? Category(string name) => name switch
    {
        "LD" => Category("L")!.Union(Category("Nd")!),
        "L1" => CodePointSet.Range(0, 0xFF),
        _ => s_byName.GetOrAdd("gc=" + name, static key =>
        {
            if (!s_categoryNames.TryGetValue(key[3..], out var categories))
                return null;
            var set = CodePointSet.Empty;
            foreach (var category in categories)
                set = set.Union(s_categories.GetOrAdd(category, Members));
            return set;
        }),
    };

    /// <summary>The set of a POSIX class such as Alpha, or null; of Unicode's characters under (?U).</summary>
    public static CodePointSet? Posix(string name, bool unicode)
    {
        if (unicode && UnicodePosix(name.ToUpperInvariant()) is { } set)
            return set;
        return name switch
        {
            "Lower" => CodePointSet.Range('a', 'z'),
            "Upper" => CodePointSet.Range('A', 'Z'),
            "ASCII" => CodePointSet.Ascii,
            "Alpha" => CodePointSet.Parse("41-5A 61-7A"),
            "Digit" => Digit,
            "Alnum" => CodePointSet.Parse("30-39 41-5A 61-7A"),
            "Punct" => CodePointSet.Parse("21-2F 3A-40 5B-60 7B-7E"),
            "Graph" => CodePointSet.Range(0x21, 0x7E),
            "Print" => CodePointSet.Range(0x20, 0x7E),
            "Blank" => CodePointSet.Parse("9 20"),
            "Cntrl" => CodePointSet.Parse("0-1F 7F"),
            "XDigit" => CodePointSet.Parse("30-39 41-46 61-66"),
            "Space" => Space,
            _ => null,
        };
    }

    /// <summary>The set of a binary property of Unicode by its name in upper case, or null.</summary>
    public static CodePointSet? Binary(string name) => name switch
    {
        "ALPHABETIC" => Kept(name, () => Category("L")!.Union(Category("Nl")!).Union(CodePointSet.Parse(UnicodeData.OtherAlphabetic))),
        "LETTER" => Category("L"),
        "IDEOGRAPHIC" => Kept(name, () => CodePointSet.Parse(UnicodeData.Ideographic)),
        "LOWERCASE" => Kept(name, () => Category("Ll")!.Union(CodePointSet.Parse(UnicodeData.OtherLowercase))),
        "UPPERCASE" => Kept(name, () => Category("Lu")!.Union(CodePointSet.Parse(UnicodeData.OtherUppercase))),
        "TITLECASE" => Category("Lt"),
        "WHITE_SPACE" or "WHITESPACE" => Kept("WHITE_SPACE", () => Category("Z")!.Union(CodePointSet.Parse("9-D 85"))),
        "CONTROL" => Category("Cc"),
        "PUNCTUATION" => Category("P"),
        "HEX_DIGIT" or "HEXDIGIT" => Kept("HEX_DIGIT", () => Category("Nd")!.Union(CodePointSet.Parse("30-39 41-46 61-66 FF10-FF19 FF21-FF26 FF41-FF46"))),
        "ASSIGNED" => Category("Cn")!.Complement(),
        "DIGIT" => Category("Nd"),
        "JOIN_CONTROL" or "JOINCONTROL" => CodePointSet.Range(0x200C, 0x200D),
        _ => null,
    };

    /// <summary>The set of a script such as Latin, or null.</summary>
    public static CodePointSet? Script(string name)
    {
        var upper = name.ToUpperInvariant();
        return UnicodeData.Scripts.TryGetValue(upper, out var ranges) ? Kept("sc=" + upper, () => CodePointSet.Parse(ranges)) : null;
    }

    /// <summary>The set of a block such as GREEK, or null.</summary>
    public static CodePointSet? Block(string name)
    {
        var key = name.ToUpperInvariant().Replace(" ", "", StringComparison.Ordinal)
            .Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal);
        return UnicodeData.Blocks.TryGetValue(key, out var block) ? CodePointSet.Range(block.First, block.Last) : null;
    }

    /// <summary>The set of a method of java.lang.Character such as javaLowerCase, or null.</summary>
    public static CodePointSet? Java(string name) => name switch
    {
        "javaLowerCase" => Binary("LOWERCASE"),
        "javaUpperCase" => Binary("UPPERCASE"),
        "javaTitleCase" => Category("Lt"),
        "javaAlphabetic" => Binary("ALPHABETIC"),
        "javaIdeographic" => Binary("IDEOGRAPHIC"),
        "javaDigit" => Category("Nd"),
        "javaDefined" => Category("Cn")!.Complement(),
        "javaLetter" => Category("L"),
        "javaLetterOrDigit" => Category("LD"),
        "javaSpaceChar" => Category("Z"),
        "javaWhitespace" => Category("Z")!.Except(CodePointSet.Parse("A0 2007 202F")).Union(CodePointSet.Parse("9-D 1C-1F")),
        "javaISOControl" => CodePointSet.Parse("0-1F 7F-9F"),
        _ => null,
    };

    static CodePointSet? UnicodePosix(string name) => name switch
    {
        "ALPHA" => Binary("ALPHABETIC"),
        "LOWER" => Binary("LOWERCASE"),
        "UPPER" => Binary("UPPERCASE"),
        "SPACE" => Binary("WHITE_SPACE"),
        "PUNCT" => Category("P"),
        "XDIGIT" => Binary("HEX_DIGIT"),
        "ALNUM" => Binary("ALPHABETIC")!.Union(Category("Nd")!),
        "CNTRL" => Category("Cc"),
        "DIGIT" => Category("Nd"),
        "BLANK" => Category("Zs")!.Union(CodePointSet.Of('\t')),
        "GRAPH" => Graph(),
        "PRINT" => Graph().Union(Category("Zs")!).Except(Category("Cc")!),
        _ => null,
    };

    static CodePointSet Graph() => Category("Z")!.Union(Category("Cc")!).Union(Category("Cs")!).Union(Category("Cn")!).Complement();

    static CodePointSet? Kept(string name, Func<CodePointSet> make) => s_byName.GetOrAdd(name, _ => make());

    static CodePointSet Members(UnicodeCategory category) =>
        CodePointSet.Where(codePoint => CharUnicodeInfo.GetUnicodeCategory(codePoint) == category);
}
