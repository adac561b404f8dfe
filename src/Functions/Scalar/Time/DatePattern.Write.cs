using System.Diagnostics;
using System.Text;
using SqlStream.Functions.Kernels;
using CultureInfo = System.Globalization.CultureInfo;

namespace SqlStream.Functions.Scalar.Time;

/// <summary>Writing.</summary>
sealed partial class DatePattern
{
    /// <summary>Writes a local time and returns the number of bytes; there is room for <see cref="BytesMax"/>. Zones are written of
    /// <paramref name="zone"/>, which a pattern that needs one must have.</summary>
    public int Write(long micros, Span<byte> target, TimeZoneInfo? zone = null, int offsetSeconds = 0)
    {
        var days = Calendar.DayOf(micros);
        var time = Calendar.TimeOf(micros);
        var date = Calendar.Date(days);
        var used = 0;
        foreach (ref readonly var element in _elements.AsSpan())
        {
            // What most patterns are made of.
            if (element is { Letter: '\0', Text.Length: 1 })
            {
                target[used++] = element.Text[0];
                continue;
            }
            used += element.IsZone
                ? WriteZone(element, zone!, offsetSeconds, target[used..])
                : WriteElement(element, days, date, time, target[used..]);
        }
        return used;
    }

    static int WriteElement(in Element element, int days, (int Year, int Month, int Day) date, long time, Span<byte> target)
    {
        var hour = (int)(time / Calendar.MicrosPerHour);
        var micros = (int)(time % Calendar.MicrosPerSecond);
        return element.Letter switch
        {
            '\0' => Copy(element.Text, target),
            Open or Close => 0,
            'y' => WriteNumber(element.Count == 2 ? date.Year % 100 : date.Year, element.Count, target),
            'Y' => WriteNumber(element.Count == 2 ? Weeks.Of(days).Year % 100 : Weeks.Of(days).Year, element.Count, target),
            'w' => WriteNumber(Weeks.Of(days).Week, element.Count, target),
            'M' when element.IsName => Copy(Names.Of(Names.Months, date.Month - 1, element.Count), target),
            'M' => WriteNumber(date.Month, element.Count, target),
            'Q' => WriteQuarter((date.Month + 2) / 3, element, target),
            'd' => WriteNumber(date.Day, element.Count, target),
            'D' => WriteNumber(Calendar.DayOfYear(days), element.Count, target),
            'E' => Copy(Names.Of(Names.Days, Calendar.IsoDayOfWeek(days) - 1, element.Count), target),
            'e' when element.IsName => Copy(Names.Of(Names.Days, Calendar.IsoDayOfWeek(days) - 1, element.Count), target),
            'e' => WriteNumber(Weeks.DayOfWeek(days), element.Count, target),
            'G' => Copy(element.Count == 4 ? "Anno Domini"u8 : element.Count == 5 ? "A"u8 : "AD"u8, target),
            'a' => Copy(hour < 12 ? "AM"u8 : "PM"u8, target),
            'H' => WriteNumber(hour, element.Count, target),
            'k' => WriteNumber(hour == 0 ? 24 : hour, element.Count, target),
            'K' => WriteNumber(hour % 12, element.Count, target),
            'h' => WriteNumber(((hour + 11) % 12) + 1, element.Count, target),
            'm' => WriteNumber((int)(time / Calendar.MicrosPerMinute % 60), element.Count, target),
            's' => WriteNumber((int)(time / Calendar.MicrosPerSecond % 60), element.Count, target),
            'S' => WriteFraction(micros, element.Count, target),
            'n' => WriteNumber(micros * 1000L, element.Count, target),
            'N' => WriteNumber(time * 1000L, element.Count, target),
            'A' => WriteNumber(time / 1000L, element.Count, target),
            _ => throw new UnreachableException($"letter {element.Letter} cannot be written"),
        };
    }

    static int WriteQuarter(int quarter, Element element, Span<byte> target) => element.Count switch
    {
        3 => Copy(Names.ShortQuarters[quarter - 1], target),
        4 => Copy(Names.Quarters[quarter - 1], target),
        var count => WriteNumber(quarter, count == 5 ? 1 : count, target),
    };

    static int WriteZone(Element element, TimeZoneInfo zone, int offset, Span<byte> target) => (element.Letter, element.Count) switch
    {
        ('V', _) => Encoding.UTF8.GetBytes(zone.Id, target),
        ('z', _) => Encoding.UTF8.GetBytes(TimeZones.ShortName(zone, offset), target),
        ('X' or 'x', var count) => WriteOffset(offset, count, element.Letter == 'X', target),
        ('Z', 4) or ('O', 4) => WriteLocalized(offset, isFull: true, target),
        ('O', _) => WriteLocalized(offset, isFull: false, target),
        ('Z', 5) => WriteOffset(offset, 5, letterForZero: true, target),
        ('Z', _) => WriteOffset(offset, 2, letterForZero: false, target),
        _ => throw new UnreachableException($"zone letter {element.Letter} cannot be written"),
    };

    // Forms by number of letters: +hh[mm], +hhmm, +hh:mm, +hhmm[ss], +hh:mm[:ss].
    static int WriteOffset(int offset, int form, bool letterForZero, Span<byte> target)
    {
        if (offset == 0 && letterForZero)
            return Copy("Z"u8, target);
        var (hours, minutes, seconds) = (Math.Abs(offset) / 3600, Math.Abs(offset) / 60 % 60, Math.Abs(offset) % 60);
        var colon = form is 3 or 5 ? ":" : "";
        var text = new StringBuilder().Append(offset < 0 ? '-' : '+').Append(CultureInfo.InvariantCulture, $"{hours:00}");
        if (form > 1 || minutes > 0)
            text.Append(colon).Append(CultureInfo.InvariantCulture, $"{minutes:00}");
        if (form > 3 && seconds > 0)
            text.Append(colon).Append(CultureInfo.InvariantCulture, $"{seconds:00}");
        return Encoding.ASCII.GetBytes(text.ToString(), target);
    }

    static int WriteLocalized(int offset, bool isFull, Span<byte> target)
    {
        var text = new StringBuilder("GMT");
        if (offset != 0)
        {
            var (hours, minutes, seconds) = (Math.Abs(offset) / 3600, Math.Abs(offset) / 60 % 60, Math.Abs(offset) % 60);
            text.Append(offset < 0 ? '-' : '+')
                .Append(isFull ? string.Create(CultureInfo.InvariantCulture, $"{hours:00}:{minutes:00}") : hours.ToString(CultureInfo.InvariantCulture));
            if (!isFull && (minutes > 0 || seconds > 0))
                text.Append(CultureInfo.InvariantCulture, $":{minutes:00}");
            if (seconds > 0)
                text.Append(CultureInfo.InvariantCulture, $":{seconds:00}");
        }
        return Encoding.ASCII.GetBytes(text.ToString(), target);
    }

    static int WriteNumber(long value, int digitsMin, Span<byte> target)
    {
        if (digitsMin == 2 && value < 100)
        {
            target[1] = (byte)('0' + (value % 10));
            target[0] = (byte)('0' + (value / 10));
            return 2;
        }
        var digits = 1;
        for (var rest = value / 10; rest > 0; rest /= 10)
            digits++;
        digits = Math.Max(digits, digitsMin);
        for (var i = digits - 1; i >= 0; i--, value /= 10)
            target[i] = (byte)('0' + (value % 10));
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
