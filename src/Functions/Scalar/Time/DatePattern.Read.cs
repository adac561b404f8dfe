using System.Text;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar.Time;

/// <summary>Reading.</summary>
sealed partial class DatePattern
{
    /// <summary>Reads a local time from a whole text. What the pattern does not have counts from 1970-01-01
    /// 00:00:00.</summary>
    public bool TryRead(ReadOnlySpan<byte> text, out long micros)
    {
        micros = 0;
        var fields = new Fields();
        for (var i = 0; i < _elements.Length; i++)
        {
            var element = _elements[i];
            var ok = element.Letter == 0 ? TryTakeText(ref text, element.Text)
                : element.IsName ? TryTakeName(ref text, element, ref fields)
                : TryTakeNumber(ref text, i, out var value) && fields.TrySet(element, value);
            if (!ok)
                return false;
        }
        return text.IsEmpty && fields.TryCombine(out micros);
    }

    static bool TryTakeText(ref ReadOnlySpan<byte> text, byte[] expected)
    {
        if (!text.StartsWith(expected))
            return false;
        text = text[expected.Length..];
        return true;
    }

    static bool TryTakeName(ref ReadOnlySpan<byte> text, Element element, ref Fields fields)
    {
        if (element.Letter == 'a')
        {
            if (text.Length < 2 || !(Ascii.EqualsIgnoreCase(text[..2], "AM"u8) || Ascii.EqualsIgnoreCase(text[..2], "PM"u8)))
                return false;
            fields.IsAfternoon = (text[0] | 0x20) == 'p';
            text = text[2..];
            return true;
        }
        var names = element.Letter == 'M' ? Names.Months : Names.Days;
        for (var i = 0; i < names.Length; i++)
        {
            var name = Names.Of(names, i, element.Count);
            if (!text.StartsWith(name))
                continue;
            text = text[name.Length..];
            if (element.Letter == 'M')
                fields.Month = i + 1;
            else
                fields.DayOfWeek = i + 1;
            return true;
        }
        return false;
    }

    // A number of one letter takes the digits that the numbers of fixed width right after it leave over.
    bool TryTakeNumber(ref ReadOnlySpan<byte> text, int index, out int value)
    {
        var element = _elements[index];
        var run = 0;
        while (run < text.Length && char.IsAsciiDigit((char)text[run]))
            run++;
        var width = element.Count;
        if (!element.IsFixed)
        {
            var reserved = 0;
            for (var i = index + 1; i < _elements.Length && _elements[i].IsFixed; i++)
                reserved += _elements[i].Count;
            width = Math.Min(element.Letter switch { 'y' => 4, 'D' => 3, 'n' => 9, _ => 2 }, run - reserved);
        }
        value = 0;
        if (width <= 0 || width > run)
            return false;
        for (var i = 0; i < width; i++)
            value = (value * 10) + (text[i] - '0');
        text = text[width..];
        return true;
    }

    /// <summary>The fields read so far.</summary>
    struct Fields()
    {
        int? _dayOfYear;
        int? _hour;
        int? _hourOfHalf;
        int _year = 1970;
        int _day = 1;
        int _minute;
        int _second;
        int _nanos;

        public int Month { get; set; } = 1;

        public int DayOfWeek { get; set; }

        public bool? IsAfternoon { get; set; }

        public bool TrySet(Element element, int value)
        {
            switch (element.Letter)
            {
                // Two digits are a year from 2000 to 2099.
                case 'y': _year = element.Count == 2 ? 2000 + value : value; return value > 0 || element.Count == 2;
                case 'M': Month = value; return value is >= 1 and <= 12;
                case 'd': _day = value; return value is >= 1 and <= 31;
                case 'D': _dayOfYear = value; return value is >= 1 and <= 366;
                case 'H': _hour = value; return value < 24;
                case 'k': _hour = value % 24; return value is >= 1 and <= 24;
                case 'K': _hourOfHalf = value; return value < 12;
                case 'h': _hourOfHalf = value % 12; return value is >= 1 and <= 12;
                case 'm': _minute = value; return value < 60;
                case 's': _second = value; return value < 60;
                case 'S': _nanos = Scale(value, element.Count); return true;
                case 'n': _nanos = value; return true;
                default: throw new System.Diagnostics.UnreachableException($"letter {element.Letter} cannot be read");
            }
        }

        public readonly bool TryCombine(out long micros)
        {
            micros = 0;
            if (_year is < 1 or > 9999)
                return false;
            int days;
            if (_dayOfYear is { } dayOfYear)
            {
                if (dayOfYear > (Calendar.IsLeapYear(_year) ? 366 : 365))
                    return false;
                days = Calendar.Days(_year, 1, 1) + dayOfYear - 1;
            }
            else
            {
                // As Java's smart resolver: the 31st of a shorter month is its last day.
                days = Calendar.Days(_year, Month, Math.Min(_day, Calendar.DaysOfMonth(_year, Month)));
            }
            if (DayOfWeek != 0 && DayOfWeek != Calendar.IsoDayOfWeek(days))
                return false;
            var hour = _hour ?? (_hourOfHalf ?? 0) + (IsAfternoon == true ? 12 : 0);
            micros = (days * Calendar.MicrosPerDay) + (hour * Calendar.MicrosPerHour) + (_minute * Calendar.MicrosPerMinute)
                + (_second * Calendar.MicrosPerSecond) + (_nanos / 1000);
            return true;
        }

        static int Scale(int value, int digits)
        {
            for (var i = digits; i < 9; i++)
                value *= 10;
            return value;
        }
    }
}
