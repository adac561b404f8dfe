using System.Text;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Functions.Scalar.Time;

/// <summary>A compiled date pattern of Java's DateTimeFormatter, in English: writes local times and reads them.</summary>
/// <remarks>The letters: https://docs.oracle.com/en/java/javase/25/docs/api/java.base/java/time/format/DateTimeFormatter.html. Weeks are those
/// of the United States, beginning on Sundays, as Java's for English. Text stands in single quotes, two of them are one; what stands
/// in brackets may be missing in a text that is read.</remarks>
sealed partial class DatePattern
{
    const char Open = '[';
    const char Close = ']';

    readonly Element[] _elements;

    DatePattern(Element[] elements)
    {
        _elements = elements;
        BytesMax = elements.Sum(element => element.Text.Length + Math.Max(element.Count, 40));
        NeedsZone = Array.Exists(elements, element => element.IsZone);
    }

    /// <summary>The pattern of SQL: <c>yyyy-MM-dd HH:mm:ss</c>.</summary>
    public static DatePattern Default { get; } = Parse("yyyy-MM-dd HH:mm:ss", SourceSpan.None);

    /// <summary>Bytes that a written time needs at most.</summary>
    public int BytesMax { get; }

    /// <summary>It writes a zone or an offset, which local times do not have.</summary>
    public bool NeedsZone { get; }

    /// <summary>Compiles a pattern; 22023 with the position where it is not understood.</summary>
    public static DatePattern Parse(string pattern, SourceSpan span)
    {
        var elements = new List<Element>();
        var open = new Stack<(int Element, int Position)>();
        for (var i = 0; i < pattern.Length;)
        {
            var c = pattern[i];
            if (c == '\'')
            {
                elements.Add(Element.OfText(TakeQuoted(pattern, ref i, span)));
            }
            else if (char.IsAsciiLetter(c))
            {
                var start = i;
                while (i < pattern.Length && pattern[i] == c)
                    i++;
                elements.Add(Field(pattern, start, i - start, span));
            }
            else if (c == Open)
            {
                open.Push((elements.Count, i));
                elements.Add(new Element(Open, 0, []));
                i++;
            }
            else if (c == Close)
            {
                if (!open.TryPop(out var start))
                    throw FunctionErrors.DatePatternNotSupported(span, pattern, i, "\"]\" closes no optional section");
                elements[start.Element] = new Element(Open, 0, [], elements.Count);
                elements.Add(new Element(Close, 0, []));
                i++;
            }
            else if (c is '{' or '}' or '#')
            {
                throw FunctionErrors.DatePatternNotSupported(span, pattern, i, $"\"{c}\" is reserved");
            }
            else
            {
                var length = char.IsSurrogatePair(pattern, i) ? 2 : 1;
                elements.Add(Element.OfText(pattern.Substring(i, length)));
                i += length;
            }
        }
        // As in Java, a section that is not closed ends with the pattern.
        while (open.TryPop(out var start))
        {
            elements[start.Element] = new Element(Open, 0, [], elements.Count);
            elements.Add(new Element(Close, 0, []));
        }
        return new DatePattern([.. elements]);
    }

    static string TakeQuoted(string pattern, ref int i, SourceSpan span)
    {
        var start = i++;
        var text = new StringBuilder();
        for (; ; i++)
        {
            if (i == pattern.Length)
                throw FunctionErrors.DatePatternNotSupported(span, pattern, start, "the quote is not closed");
            if (pattern[i] != '\'')
                text.Append(pattern[i]);
            else if (i + 1 < pattern.Length && pattern[i + 1] == '\'')
                text.Append(pattern[i++]);
            else
                break;
        }
        i++;
        return i - start == 2 ? "'" : text.ToString();
    }

    static Element Field(string pattern, int start, int count, SourceSpan span)
    {
        var letter = pattern[start];
        var countMax = letter switch
        {
            'y' or 'u' or 'Y' => 9,
            'M' or 'L' or 'E' or 'Q' or 'q' or 'G' or 'Z' or 'X' or 'x' or 'e' => 5,
            'c' when count != 2 => 5,
            'd' or 'H' or 'k' or 'K' or 'h' or 'm' or 's' or 'w' => 2,
            'V' => 2,
            'D' or 'z' => 3,
            'O' => 4,
            'a' => 1,
            'S' or 'n' => 9,
            'N' or 'A' => 19,
            _ => throw FunctionErrors.DateLetterNotSupported(span, pattern, start),
        };
        if (count > countMax)
            throw FunctionErrors.DatePatternNotSupported(span, pattern, start, $"too many letters \"{letter}\"");
        if ((letter == 'V' && count != 2) || (letter == 'O' && count is not (1 or 4)))
            throw FunctionErrors.DatePatternNotSupported(span, pattern, start, $"{(letter == 'V' ? "two" : "one or four")} letters \"{letter}\" are needed");
        return new Element(letter switch { 'u' => 'y', 'L' => 'M', 'q' => 'Q', 'c' => 'e', _ => letter }, count, []);
    }

    /// <summary>A field, text where the letter is zero, or an end of an optional section.</summary>
    /// <param name="Letter">The letter; of letters with the same meaning one.</param>
    /// <param name="Count">How often it stands there.</param>
    /// <param name="Text">Text in UTF-8.</param>
    /// <param name="End">Of the beginning of a section the element that ends it.</param>
    readonly record struct Element(char Letter, int Count, byte[] Text, int End = 0)
    {
        public bool IsName => Letter switch
        {
            'M' or 'Q' or 'e' => Count > 2,
            'E' or 'a' or 'G' => true,
            _ => false,
        };

        public bool IsZone { get; } = Letter is 'V' or 'z' or 'O' or 'X' or 'x' or 'Z';

        public bool IsNumber => Letter is not ('\0' or Open or Close) && !IsName && !IsZone;

        /// <summary>True for a number that has as many digits as letters.</summary>
        public bool IsFixed => IsNumber && (Count > 1 || Letter == 'S');

        public static Element OfText(string text) => new('\0', 0, Encoding.UTF8.GetBytes(text));
    }

    static class Names
    {
        public static readonly byte[][] Months = Bytes(
            "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December");

        public static readonly byte[][] Days = Bytes("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday");

        public static readonly byte[][] Quarters = Bytes("1st quarter", "2nd quarter", "3rd quarter", "4th quarter");

        public static readonly byte[][] ShortQuarters = Bytes("Q1", "Q2", "Q3", "Q4");

        /// <summary>The name, its first three letters, or with five letters its first one.</summary>
        public static ReadOnlySpan<byte> Of(byte[][] names, int index, int count) => count switch
        {
            4 => names[index],
            5 => names[index].AsSpan(0, 1),
            _ => names[index].AsSpan(0, Math.Min(3, names[index].Length)),
        };

        static byte[][] Bytes(params string[] names) => [.. names.Select(Encoding.UTF8.GetBytes)];
    }
}
