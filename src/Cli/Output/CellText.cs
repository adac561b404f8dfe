using System.Text;
using SqlStream.Cli.Terminals;

namespace SqlStream.Cli.Output;

/// <summary>Text in the cells of a box: what a terminal shows of it, in the columns of a terminal.</summary>
static class CellText
{
    /// <summary>A value as one line without control characters, which a terminal would obey.</summary>
    public static string Of(string? value, string nullText = "NULL")
    {
        if (value is null)
            return nullText;
        value = value.ReplaceLineEndings("↵").Replace('\t', ' ');
        return value.Any(PrintableWriter.IsObeyed) ? string.Concat(value.Select(Picture)) : value;
    }

    /// <summary>A value as the lines that it has.</summary>
    public static IReadOnlyList<string> Lines(string? value) => value is null ? ["NULL"] : [.. value.ReplaceLineEndings("\n").Split('\n').Select(line => Of(line))];

    /// <summary>Columns that a text takes.</summary>
    public static int Width(string text) => CellWidth.Of(text);

    /// <summary>The text, cut to a number of columns; a cut shows.</summary>
    public static string Cut(string text, int width)
    {
        if (Width(text) <= width)
            return text;
        var cut = new StringBuilder();
        var left = width - 1;
        foreach (var rune in text.EnumerateRunes())
        {
            left -= CellWidth.Of(rune);
            if (left < 0)
                break;
            cut.Append(rune.ToString());
        }
        return cut.Append('…').ToString();
    }

    static char Picture(char c)
    {
        if (c < ' ')
            return (char)(0x2400 + c);
        if (c == '\u007F')
            return '\u2421';
        return PrintableWriter.IsObeyed(c) ? '\uFFFD' : c;
    }
}
