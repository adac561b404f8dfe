using System.Diagnostics;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar.Time;

/// <summary>The fields of a date and time that were read so far.</summary>
struct DateFields()
{
    int? _dayOfYear;
    int? _hour;
    int? _hourOfHalf;
    int? _quarter;
    int? _weekYear;
    int? _week;
    int? _dayOfWeek;
    long? _timeOfDay;
    int _year = 1970;
    int _day = 1;
    int _minute;
    int _second;
    int _nanos;

    /// <summary>From 1; 0 where there is none.</summary>
    public int Month { get; set; }

    /// <summary>1 for Monday; 0 where there is none.</summary>
    public int IsoDayOfWeek { get; set; }

    /// <summary>PM.</summary>
    public bool? IsAfternoon { get; set; }

    /// <summary>The distance from UTC.</summary>
    public int? OffsetSeconds { get; set; }

    /// <summary>The time zone by name.</summary>
    public TimeZoneInfo? Zone { get; set; }

    /// <summary>Sets the field of a letter; false where the value is none of it.</summary>
    public bool TrySet(char letter, int count, long number)
    {
        var value = (int)Math.Min(number, int.MaxValue);
        switch (letter)
        {
            // Two digits are a year from 2000 to 2099.
            case 'y': _year = count == 2 ? 2000 + value : value; return value > 0 || count == 2;
            case 'Y': _weekYear = count == 2 ? 2000 + value : value; return value > 0 || count == 2;
            case 'w': _week = value; return value is >= 1 and <= 53;
            case 'e': _dayOfWeek = value; return value is >= 1 and <= 7;
            case 'M': Month = value; return value is >= 1 and <= 12;
            case 'Q': _quarter = value; return value is >= 1 and <= 4;
            case 'd': _day = value; return value is >= 1 and <= 31;
            case 'D': _dayOfYear = value; return value is >= 1 and <= 366;
            case 'H': _hour = value; return value < 24;
            case 'k': _hour = value % 24; return value is >= 1 and <= 24;
            case 'K': _hourOfHalf = value; return value < 12;
            case 'h': _hourOfHalf = value % 12; return value is >= 1 and <= 12;
            case 'm': _minute = value; return value < 60;
            case 's': _second = value; return value < 60;
            case 'S': _nanos = Scale(value, count); return true;
            case 'n': _nanos = value; return number < 1_000_000_000;
            case 'N': _timeOfDay = number / 1000; return _timeOfDay < Calendar.MicrosPerDay;
            case 'A': _timeOfDay = number * 1000; return _timeOfDay < Calendar.MicrosPerDay;
            default: throw new UnreachableException($"letter {letter} cannot be read");
        }
    }

    /// <summary>The local time of the fields; false where there is no such date.</summary>
    public readonly bool TryCombine(out long micros)
    {
        micros = 0;
        if (_year is < 1 or > 9999 || !TryGetDays(out var days) || !Calendar.IsDate(days))
            return false;
        if (IsoDayOfWeek != 0 && IsoDayOfWeek != Calendar.IsoDayOfWeek(days))
            return false;
        var hour = _hour ?? (_hourOfHalf ?? 0) + (IsAfternoon == true ? 12 : 0);
        var time = _timeOfDay ?? (hour * Calendar.MicrosPerHour) + (_minute * Calendar.MicrosPerMinute)
            + (_second * Calendar.MicrosPerSecond) + (_nanos / 1000);
        micros = (days * Calendar.MicrosPerDay) + time;
        return true;
    }

    /// <summary>What the text said of its distance from UTC at that local time, or null.</summary>
    public readonly int? OffsetAt(long local) => OffsetSeconds
        ?? (Zone is null ? null : (int)((local - new Zone(Zone).ToInstant(local)) / Calendar.MicrosPerSecond));

    readonly bool TryGetDays(out int days)
    {
        if (_weekYear is { } weekYear && _week is { } week)
        {
            days = 0;
            if (weekYear is < 1 or > 9999)
                return false;
            var day = _dayOfWeek ?? (IsoDayOfWeek == 0 ? 1 : (IsoDayOfWeek % 7) + 1);
            days = Weeks.Start(weekYear) + (7 * (week - 1)) + day - 1;
            return true;
        }
        if (_dayOfYear is { } dayOfYear)
        {
            days = Calendar.Days(_year, 1, 1) + dayOfYear - 1;
            return dayOfYear <= (Calendar.IsLeapYear(_year) ? 366 : 365);
        }
        var month = Month != 0 ? Month : (((_quarter ?? 1) - 1) * 3) + 1;
        // As Java's smart resolver: the 31st of a shorter month is its last day.
        days = Calendar.Days(_year, month, Math.Min(_day, Calendar.DaysOfMonth(_year, month)));
        return true;
    }

    static int Scale(int value, int digits)
    {
        for (var i = digits; i < 9; i++)
            value *= 10;
        return value;
    }
}
