using System.Text;

namespace SqlStream.Functions.Scalar.Time;

/// <summary>Reading.</summary>
sealed partial class DatePattern
{
    /// <summary>Reads a local time, and its offset where the pattern has one, from a whole text. What the pattern does not have counts from 1970-01-01 00:00:00.</summary>
    public bool TryRead(ReadOnlySpan<byte> text, out ParsedTime time)
    {
        time = default;
        var fields = new DateFields();
        if (!TryRead(ref text, 0, _elements.Length, ref fields) || !text.IsEmpty || !fields.TryCombine(out var micros))
            return false;
        time = new ParsedTime(micros, fields.OffsetAt(micros));
        return true;
    }

    bool TryRead(ref ReadOnlySpan<byte> text, int from, int to, ref DateFields fields)
    {
        for (var i = from; i < to; i++)
        {
            var element = _elements[i];
            if (element.Letter == Open)
            {
                // A section that does not fit is passed over as if it were not there.
                var rest = text;
                var tried = fields;
                if (TryRead(ref rest, i + 1, element.End, ref tried))
                {
                    text = rest;
                    fields = tried;
                }
                i = element.End;
                continue;
            }
            var ok = element.Letter == 0 ? TryTakeText(ref text, element.Text)
                : element.IsName ? TryTakeName(ref text, element, ref fields)
                : element.IsZone ? TryTakeZone(ref text, element, ref fields)
                : TryTakeNumber(ref text, i, out var value) && fields.TrySet(element.Letter, element.Count, value);
            if (!ok)
                return false;
        }
        return true;
    }

    static bool TryTakeText(ref ReadOnlySpan<byte> text, ReadOnlySpan<byte> expected)
    {
        if (!text.StartsWith(expected))
            return false;
        text = text[expected.Length..];
        return true;
    }

    static bool TryTakeName(ref ReadOnlySpan<byte> text, Element element, ref DateFields fields)
    {
        switch (element.Letter)
        {
            case 'a':
                if (text.Length < 2 || !(Ascii.EqualsIgnoreCase(text[..2], "AM"u8) || Ascii.EqualsIgnoreCase(text[..2], "PM"u8)))
                    return false;
                fields.IsAfternoon = (text[0] | 0x20) == 'p';
                text = text[2..];
                return true;
            case 'G':
                return TryTakeText(ref text, element.Count == 4 ? "Anno Domini"u8 : element.Count == 5 ? "A"u8 : "AD"u8);
            case 'Q':
                var quarters = element.Count == 4 ? Names.Quarters : Names.ShortQuarters;
                for (var i = 0; i < 4; i++)
                {
                    if (TryTakeText(ref text, element.Count == 5 ? quarters[i].AsSpan(1) : quarters[i]))
                        return fields.TrySet('Q', 1, i + 1);
                }
                return false;
            default:
                return TryTakeMonthOrDay(ref text, element, ref fields);
        }
    }

    static bool TryTakeMonthOrDay(ref ReadOnlySpan<byte> text, Element element, ref DateFields fields)
    {
        var names = element.Letter == 'M' ? Names.Months : Names.Days;
        // One letter does not tell June from July: Java reads no such names either.
        for (var i = 0; i < names.Length && element.Count != 5; i++)
        {
            if (!TryTakeText(ref text, Names.Of(names, i, element.Count)))
                continue;
            if (element.Letter == 'M')
                fields.Month = i + 1;
            else
                fields.IsoDayOfWeek = i + 1;
            return true;
        }
        return false;
    }

    // A number of one letter takes the digits that the numbers of fixed width right after it leave over.
    bool TryTakeNumber(ref ReadOnlySpan<byte> text, int index, out long value)
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
            width = Math.Min(
                element.Letter switch { 'y' or 'Y' => 4, 'D' => 3, 'n' => 9, 'N' => 14, 'A' => 8, 'Q' or 'e' => 1, _ => 2 }, run - reserved);
        }
        value = 0;
        if (width <= 0 || width > run || width > 18)
            return false;
        for (var i = 0; i < width; i++)
            value = (value * 10) + (text[i] - '0');
        text = text[width..];
        return true;
    }

    static bool TryTakeZone(ref ReadOnlySpan<byte> text, Element element, ref DateFields fields)
    {
        switch (element.Letter)
        {
            case 'V' or 'z':
                var length = 0;
                while (length < text.Length && (char.IsAsciiLetterOrDigit((char)text[length]) || text[length] is (byte)'/' or (byte)'_' or (byte)'+' or (byte)'-' or (byte)':'))
                    length++;
                if (length == 0 || TimeZones.FindShort(Encoding.ASCII.GetString(text[..length])) is not { } zone)
                    return false;
                fields.Zone = zone;
                text = text[length..];
                return true;
            case 'O' or 'Z' when element.Letter == 'O' || element.Count == 4:
                if (!TryTakeText(ref text, "GMT"u8))
                    return false;
                if (text.IsEmpty || text[0] is not ((byte)'+' or (byte)'-'))
                {
                    fields.OffsetSeconds = 0;
                    return true;
                }
                return TryTakeOffset(ref text, ref fields);
            default:
                if (text.StartsWith("Z"u8) && (element.Letter == 'X' || element is { Letter: 'Z', Count: 5 }))
                {
                    text = text[1..];
                    fields.OffsetSeconds = 0;
                    return true;
                }
                return TryTakeOffset(ref text, ref fields);
        }
    }

    // +h, +hh, +hhmm, +hh:mm, with seconds behind: every form is taken whatever the number of letters.
    static bool TryTakeOffset(ref ReadOnlySpan<byte> text, ref DateFields fields)
    {
        if (text.IsEmpty || text[0] is not ((byte)'+' or (byte)'-'))
            return false;
        var sign = text[0] == '-' ? -1 : 1;
        var rest = text[1..];
        var hours = TwoDigits(ref rest, orOne: true);
        if (hours is null or > 18)
            return false;
        var seconds = hours.Value * 3600;
        for (var unit = 60; unit > 0; unit /= 60)
        {
            var after = rest;
            if (!after.IsEmpty && after[0] == ':')
                after = after[1..];
            if (TwoDigits(ref after, orOne: false) is not (< 60 and var value))
                break;
            seconds += value * unit;
            rest = after;
        }
        text = rest;
        fields.OffsetSeconds = sign * seconds;
        return true;
    }

    static int? TwoDigits(ref ReadOnlySpan<byte> text, bool orOne)
    {
        if (text.Length >= 2 && char.IsAsciiDigit((char)text[0]) && char.IsAsciiDigit((char)text[1]))
        {
            var value = ((text[0] - '0') * 10) + text[1] - '0';
            text = text[2..];
            return value;
        }
        if (!orOne || text.IsEmpty || !char.IsAsciiDigit((char)text[0]))
            return null;
        var digit = text[0] - '0';
        text = text[1..];
        return digit;
    }
}
