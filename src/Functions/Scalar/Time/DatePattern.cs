using System.Text;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Functions.Scalar.Time;

/// <summary>A compiled date pattern of Java's DateTimeFormatter: writes local times and reads them.</summary>
/// <remarks>Letters: y u (year), M L (month; three or four letters for its name), d (day), D (day of the year), E (name
/// of the weekday), a (AM or
/// PM), H k K h (hour 0-23, 1-24, 0-11, 1-12), m, s, S (fraction), n (nanosecond). Text stands in single quotes, two of
/// them are one.
/// Brackets, zones, weeks and eras are refused: better an error than another meaning. Names are English.</remarks>
sealed partial class DatePattern
{
    readonly Element[] _elements;

    DatePattern(Element[] elements) => _elements = elements;

    /// <summary>The pattern of SQL: <c>yyyy-MM-dd HH:mm:ss</c>.</summary>
    public static DatePattern Default { get; } = Parse("yyyy-MM-dd HH:mm:ss", SourceSpan.None);

    /// <summary>Compiles a pattern; 22023 with the position where it is not understood.</summary>
    public static DatePattern Parse(string pattern, SourceSpan span)
    {
        var elements = new List<Element>();
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
            else if (c is '[' or ']' or '{' or '}' or '#')
            {
                throw FunctionErrors.DatePatternNotSupported(span, pattern, i, $"\"{c}\" is not supported");
            }
            else
            {
                var length = char.IsSurrogatePair(pattern, i) ? 2 : 1;
                elements.Add(Element.OfText(pattern.Substring(i, length)));
                i += length;
            }
        }
        return new DatePattern([.. elements]);
    }

    /// <summary>Bytes that a written time needs at most.</summary>
    public int BytesMax => _elements.Sum(element => element.Text.Length + Math.Max(element.Count, 20));

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
            'y' or 'u' => 9,
            'M' or 'L' or 'E' => 4,
            'd' or 'H' or 'k' or 'K' or 'h' or 'm' or 's' => 2,
            'D' => 3,
            'a' => 1,
            'S' or 'n' => 9,
            _ => throw FunctionErrors.DateLetterNotSupported(span, pattern, start),
        };
        if (count > countMax)
            throw FunctionErrors.DatePatternNotSupported(span, pattern, start, $"too many letters \"{letter}\"");
        return new Element(letter == 'u' ? 'y' : letter == 'L' ? 'M' : letter, count, []);
    }

    /// <summary>A field, or text where the letter is zero.</summary>
    readonly record struct Element(char Letter, int Count, byte[] Text)
    {
        public bool IsName => (Letter is 'M' && Count > 2) || Letter is 'E' or 'a';

        public bool IsNumber => Letter != 0 && !IsName;

        /// <summary>True for a number that has as many digits as letters.</summary>
        public bool IsFixed => IsNumber && (Count > 1 || Letter == 'S');

        public static Element OfText(string text) => new('\0', 0, Encoding.UTF8.GetBytes(text));
    }

    static class Names
    {
        public static readonly byte[][] Months = [.. new[]
        {
            "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
        }.Select(Encoding.UTF8.GetBytes)];

        public static readonly byte[][] Days = [.. new[]
        {
            "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
        }.Select(Encoding.UTF8.GetBytes)];

        /// <summary>The name, or its first three letters.</summary>
        public static ReadOnlySpan<byte> Of(byte[][] names, int index, int count) =>
            count == 4 ? names[index] : names[index].AsSpan(0, Math.Min(3, names[index].Length));
    }
}
