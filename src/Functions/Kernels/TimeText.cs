namespace SqlStream.Functions.Kernels;

/// <summary>Dates and times as UTF-8 text in the SQL form: <c>2026-01-31 23:59:59.123456</c>.</summary>
static class TimeText
{
    /// <summary>Room for every date and time.</summary>
    public const int BytesMax = 40;

    public static int WriteDate(int days, Span<byte> text)
    {
        var (year, month, day) = Calendar.Date(days);
        Digits(year, 4, text);
        text[4] = (byte)'-';
        Digits(month, 2, text[5..]);
        text[7] = (byte)'-';
        Digits(day, 2, text[8..]);
        return 10;
    }

    /// <summary>A time of day in microseconds, with a fixed number of digits after the second.</summary>
    public static int WriteTime(long micros, int precision, Span<byte> text) => WriteTime(micros, 0, precision, text);

    /// <summary>A time of day in microseconds and the nanoseconds after them.</summary>
    public static int WriteTime(long micros, int nanos, int precision, Span<byte> text)
    {
        var seconds = (int)(micros / Calendar.MicrosPerSecond);
        Digits(seconds / 3600, 2, text);
        text[2] = (byte)':';
        Digits(seconds / 60 % 60, 2, text[3..]);
        text[5] = (byte)':';
        Digits(seconds % 60, 2, text[6..]);
        return 8 + WriteFraction(((int)(micros % Calendar.MicrosPerSecond) * Nanos.PerMicro) + nanos, precision, text[8..]);
    }

    public static int WriteTimestamp(long micros, int precision, Span<byte> text) => WriteTimestamp(micros, 0, precision, text);

    /// <summary>A time in microseconds and the nanoseconds after them.</summary>
    public static int WriteTimestamp(long micros, int nanos, int precision, Span<byte> text)
    {
        var length = WriteDate(Calendar.DayOf(micros), text);
        text[length++] = (byte)' ';
        return length + WriteTime(Calendar.TimeOf(micros), nanos, precision, text[length..]);
    }

    /// <summary>A number with leading zeros.</summary>
    public static void Digits(int value, int count, Span<byte> text)
    {
        for (var i = count - 1; i >= 0; i--)
        {
            text[i] = (byte)('0' + (value % 10));
            value /= 10;
        }
    }

    /// <summary>Year, month and day; month and day may be left out and have one digit. What follows is left in
    /// <paramref name="text"/>.</summary>
    public static bool TryTakeDate(ref ReadOnlySpan<byte> text, out int days)
    {
        days = 0;
        var month = 1;
        var day = 1;
        if (!TryTakeNumber(ref text, 4, out var year))
            return false;
        if (TryTake(ref text, '-') && (!TryTakeNumber(ref text, 2, out month) || (TryTake(ref text, '-') && !TryTakeNumber(ref text, 2, out day))))
            return false;
        if (year < 1 || month is < 1 or > 12 || day < 1 || day > Calendar.DaysOfMonth(year, month))
            return false;
        days = Calendar.Days(year, month, day);
        return true;
    }

    /// <summary>Hour, minute and second with a fraction; digits beyond the sixth are cut off.</summary>
    public static bool TryTakeTime(ref ReadOnlySpan<byte> text, bool hourAlone, out long micros) =>
        TryTakeTime(ref text, hourAlone, out micros, out _);

    /// <summary>Hour, minute and second with a fraction of up to nine digits: microseconds and the nanoseconds after
    /// them.</summary>
    public static bool TryTakeTime(ref ReadOnlySpan<byte> text, bool hourAlone, out long micros, out int nanos)
    {
        micros = 0;
        nanos = 0;
        var minute = 0;
        var second = 0;
        var fraction = 0;
        if (!TryTakeNumber(ref text, 2, out var hour))
            return false;
        if (!TryTake(ref text, ':'))
            return hourAlone && hour < 24 && Micros(hour, 0, 0, 0, out micros);
        if (!TryTakeNumber(ref text, 2, out minute))
            return false;
        if (TryTake(ref text, ':'))
        {
            if (!TryTakeNumber(ref text, 2, out second) || (TryTake(ref text, '.') && !TryTakeFraction(ref text, out fraction, out nanos)))
                return false;
        }
        return hour < 24 && minute < 60 && second < 60 && Micros(hour, minute, second, fraction, out micros);
    }

    /// <summary>A whole text that is a date, or a date and a time.</summary>
    public static bool TryParseTimestamp(ReadOnlySpan<byte> text, out long micros)
    {
        text = NumberParser.Trim(text);
        return TryTakeTimestamp(ref text, out micros) && text.IsEmpty;
    }

    /// <summary>A date with an optional time; what follows is left.</summary>
    public static bool TryTakeTimestamp(ref ReadOnlySpan<byte> text, out long micros) => TryTakeTimestamp(ref text, out micros, out _);

    /// <summary>A date with an optional time, in microseconds and the nanoseconds after them; what follows is left.</summary>
    public static bool TryTakeTimestamp(ref ReadOnlySpan<byte> text, out long micros, out int nanos)
    {
        micros = 0;
        nanos = 0;
        if (!TryTakeDate(ref text, out var days))
            return false;
        long time = 0;
        if (!text.IsEmpty && text[0] is (byte)' ' or (byte)'T')
        {
            text = text[1..];
            if (!TryTakeTime(ref text, hourAlone: false, out time, out nanos))
                return false;
        }
        micros = (days * Calendar.MicrosPerDay) + time;
        return true;
    }

    /// <summary>A whole text that is a date; a time after it is checked and left out.</summary>
    public static bool TryParseDate(ReadOnlySpan<byte> text, out int days)
    {
        var ok = TryParseTimestamp(text, out var micros);
        days = Calendar.DayOf(micros);
        return ok;
    }

    /// <summary>A whole text that is a time of day.</summary>
    public static bool TryParseTime(ReadOnlySpan<byte> text, out long micros)
    {
        text = NumberParser.Trim(text);
        return TryTakeTime(ref text, hourAlone: true, out micros) && text.IsEmpty;
    }

    /// <summary>The end of a text: nothing, <c>Z</c>, or an offset such as <c>+02:00</c>. Null in
    /// <paramref name="offset"/> where nothing.</summary>
    public static bool TryTakeZone(ref ReadOnlySpan<byte> text, out long? offset)
    {
        offset = null;
        text = NumberParser.Trim(text);
        if (text.IsEmpty)
            return true;
        if (TryTake(ref text, 'Z'))
        {
            offset = 0;
            return text.IsEmpty;
        }
        var sign = TryTake(ref text, '-') ? -1 : TryTake(ref text, '+') ? 1 : 0;
        if (sign == 0 || !TryTakeTime(ref text, hourAlone: true, out var micros) || micros > 18 * Calendar.MicrosPerHour)
            return false;
        offset = sign * micros;
        return text.IsEmpty;
    }

    /// <summary>A number of one to so many digits.</summary>
    public static bool TryTakeNumber(ref ReadOnlySpan<byte> text, int digitsMax, out int value)
    {
        value = 0;
        var count = 0;
        while (count < text.Length && count < digitsMax && char.IsAsciiDigit((char)text[count]))
            value = (value * 10) + (text[count++] - '0');
        text = text[count..];
        return count > 0;
    }

    static int WriteFraction(int nanos, int precision, Span<byte> text)
    {
        if (precision == 0)
            return 0;
        text[0] = (byte)'.';
        Span<byte> digits = stackalloc byte[9];
        Digits(nanos, 9, digits);
        digits[..precision].CopyTo(text[1..]);
        return precision + 1;
    }

    static bool Micros(int hour, int minute, int second, int fraction, out long micros)
    {
        micros = (((((hour * 60L) + minute) * 60) + second) * Calendar.MicrosPerSecond) + fraction;
        return true;
    }

    static bool TryTakeFraction(ref ReadOnlySpan<byte> text, out int micros, out int nanos)
    {
        var total = 0;
        var count = 0;
        for (; count < text.Length && char.IsAsciiDigit((char)text[count]); count++)
        {
            if (count < 9)
                total = (total * 10) + (text[count] - '0');
        }
        for (var i = count; i < 9; i++)
            total *= 10;
        (micros, nanos) = Math.DivRem(total, Nanos.PerMicro);
        text = text[count..];
        return count is > 0 and <= 9;
    }

    static bool TryTake(ref ReadOnlySpan<byte> text, char c)
    {
        if (text.IsEmpty || text[0] != c)
            return false;
        text = text[1..];
        return true;
    }
}
