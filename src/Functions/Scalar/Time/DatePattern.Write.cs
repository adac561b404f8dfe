using System.Diagnostics;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar.Time;

/// <summary>Writing.</summary>
sealed partial class DatePattern
{
    /// <summary>Writes a local time and returns the number of bytes; there is room for
    /// <see cref="BytesMax"/>.</summary>
    public int Write(long micros, Span<byte> target)
    {
        var days = Calendar.DayOf(micros);
        var time = Calendar.TimeOf(micros);
        var date = Calendar.Date(days);
        var used = 0;
        foreach (var element in _elements)
            used += WriteElement(element, days, date, time, target[used..]);
        return used;
    }

    static int WriteElement(Element element, int days, (int Year, int Month, int Day) date, long time, Span<byte> target)
    {
        var hour = (int)(time / Calendar.MicrosPerHour);
        var micros = (int)(time % Calendar.MicrosPerSecond);
        return element.Letter switch
        {
            '\0' => Copy(element.Text, target),
            'y' => WriteNumber(element.Count == 2 ? date.Year % 100 : date.Year, element.Count, target),
            'M' when element.IsName => Copy(Names.Of(Names.Months, date.Month - 1, element.Count), target),
            'M' => WriteNumber(date.Month, element.Count, target),
            'd' => WriteNumber(date.Day, element.Count, target),
            'D' => WriteNumber(Calendar.DayOfYear(days), element.Count, target),
            'E' => Copy(Names.Of(Names.Days, Calendar.IsoDayOfWeek(days) - 1, element.Count), target),
            'a' => Copy(hour < 12 ? "AM"u8 : "PM"u8, target),
            'H' => WriteNumber(hour, element.Count, target),
            'k' => WriteNumber(hour == 0 ? 24 : hour, element.Count, target),
            'K' => WriteNumber(hour % 12, element.Count, target),
            'h' => WriteNumber(((hour + 11) % 12) + 1, element.Count, target),
            'm' => WriteNumber((int)(time / Calendar.MicrosPerMinute % 60), element.Count, target),
            's' => WriteNumber((int)(time / Calendar.MicrosPerSecond % 60), element.Count, target),
            'S' => WriteFraction(micros, element.Count, target),
            'n' => WriteNumber(micros * 1000, element.Count, target),
            _ => throw new UnreachableException($"letter {element.Letter} cannot be written"),
        };
    }

    static int WriteNumber(int value, int digitsMin, Span<byte> target)
    {
        var digits = 1;
        for (var rest = value / 10; rest > 0; rest /= 10)
            digits++;
        digits = Math.Max(digits, digitsMin);
        TimeText.Digits(value, digits, target);
        return digits;
    }

    static int WriteFraction(int micros, int count, Span<byte> target)
    {
        Span<byte> digits = stackalloc byte[9];
        TimeText.Digits(micros * 1000, 9, digits);
        return Copy(digits[..count], target);
    }

    static int Copy(ReadOnlySpan<byte> source, Span<byte> target)
    {
        source.CopyTo(target);
        return source.Length;
    }
}
