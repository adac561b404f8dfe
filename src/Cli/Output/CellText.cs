using System.Globalization;
using System.Text;

namespace SqlStream.Cli.Output;

/// <summary>Text in the cells of a box: what a terminal shows of it, in the columns of a terminal.</summary>
static class CellText
{
    // Blocks whose characters take two columns: East Asian scripts, full-width forms, pictures.
    static readonly (int First, int Last)[] _wide =
    [
        (0x1100, 0x115F), (0x231A, 0x231B), (0x2E80, 0x303E), (0x3041, 0x4DBF), (0x4E00, 0xA4CF), (0xA960, 0xA97C), (0xAC00, 0xD7A3), (0xF900, 0xFAFF),
        (0xFE30, 0xFE6F), (0xFF01, 0xFF60), (0xFFE0, 0xFFE6), (0x1F300, 0x1F64F), (0x1F680, 0x1F6FF), (0x1F900, 0x1F9FF), (0x20000, 0x3FFFD),
    ];

    /// <summary>A value as one line without control characters, which a terminal would obey.</summary>
    public static string Of(string? value)
    {
        if (value is null)
            return "NULL";
        value = value.ReplaceLineEndings("↵").Replace('\t', ' ');
        return value.Any(char.IsControl) ? string.Concat(value.Select(Picture)) : value;
    }

    /// <summary>A value as the lines that it has.</summary>
    public static IReadOnlyList<string> Lines(string? value) => value is null ? ["NULL"] : [.. value.ReplaceLineEndings("\n").Split('\n').Select(Of)];

    /// <summary>Columns that a text takes.</summary>
    public static int Width(string text)
    {
        var width = 0;
        foreach (var rune in text.EnumerateRunes())
            width += Width(rune);
        return width;
    }

    /// <summary>The text, cut to a number of columns; a cut shows.</summary>
    public static string Cut(string text, int width)
    {
        if (Width(text) <= width)
            return text;
        var cut = new StringBuilder();
        var left = width - 1;
        foreach (var rune in text.EnumerateRunes())
        {
            left -= Width(rune);
            if (left < 0)
                break;
            cut.Append(rune.ToString());
        }
        return cut.Append('…').ToString();
    }

    static int Width(Rune rune)
    {
        if (rune.Value < 0x300)
            return 1;
        if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format)
            return 0;
        foreach (var (first, last) in _wide)
        {
            if (rune.Value >= first && rune.Value <= last)
                return 2;
        }
        return 1;
    }

    static char Picture(char c)
    {
        if (c < ' ')
            return (char)(0x2400 + c);
        if (c == '\u007F')
            return '\u2421';
        return char.IsControl(c) ? '\uFFFD' : c;
    }
}
