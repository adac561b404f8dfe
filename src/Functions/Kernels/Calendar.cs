namespace SqlStream.Functions.Kernels;

/// <summary>The proleptic Gregorian calendar on days and microseconds since 1970-01-01; years 0001 to 9999.</summary>
static class Calendar
{
    public const long MicrosPerSecond = 1_000_000;
    public const long MicrosPerMinute = 60 * MicrosPerSecond;
    public const long MicrosPerHour = 60 * MicrosPerMinute;
    public const long MicrosPerDay = 24 * MicrosPerHour;
    public const int MillisPerDay = 86_400_000;

    /// <summary>0001-01-01.</summary>
    public const int DaysMin = -719_162;

    /// <summary>9999-12-31.</summary>
    public const int DaysMax = 2_932_896;

    /// <summary>0001-01-01 00:00:00.</summary>
    public const long MicrosMin = DaysMin * MicrosPerDay;

    /// <summary>9999-12-31 23:59:59.999999.</summary>
    public const long MicrosMax = ((DaysMax + 1) * MicrosPerDay) - 1;

    static ReadOnlySpan<byte> DaysOfMonths => [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

    /// <summary>True if the date can be represented.</summary>
    public static bool IsDate(long days) => days is >= DaysMin and <= DaysMax;

    /// <summary>True if the time can be represented.</summary>
    public static bool IsTimestamp(long micros) => micros is >= MicrosMin and <= MicrosMax;

    /// <summary>The day of a time.</summary>
    public static int DayOf(long micros) => (int)FloorDivide(micros, MicrosPerDay);

    /// <summary>The time of day of a time.</summary>
    public static long TimeOf(long micros) => micros - (DayOf(micros) * MicrosPerDay);

    /// <summary>Divides towards minus infinity.</summary>
    public static long FloorDivide(long value, long divisor)
    {
        var quotient = value / divisor;
        return value % divisor < 0 ? quotient - 1 : quotient;
    }

    public static bool IsLeapYear(int year) => (year & 3) == 0 && (year % 100 != 0 || year % 400 == 0);

    public static int DaysOfMonth(int year, int month) => month == 2 && IsLeapYear(year) ? 29 : DaysOfMonths[month - 1];

    /// <summary>The day of a date, which must exist.</summary>
    public static int Days(int year, int month, int day)
    {
        // Years begin in March here, so that the leap day is the last one.
        var y = month <= 2 ? year - 1 : year;
        var shifted = month > 2 ? month - 3 : month + 9;
        var era = (int)FloorDivide(y, 400);
        var yearOfEra = y - (era * 400);
        var dayOfYear = (((153 * shifted) + 2) / 5) + day - 1;
        return (era * 146_097) + (yearOfEra * 365) + (yearOfEra / 4) - (yearOfEra / 100) + dayOfYear - 719_468;
    }

    /// <summary>The date of a day.</summary>
    public static (int Year, int Month, int Day) Date(int days)
    {
        var shifted = days + 719_468;
        var era = (int)FloorDivide(shifted, 146_097);
        var dayOfEra = shifted - (era * 146_097);
        var yearOfEra = (dayOfEra - (dayOfEra / 1_460) + (dayOfEra / 36_524) - (dayOfEra / 146_096)) / 365;
        var dayOfYear = dayOfEra - ((365 * yearOfEra) + (yearOfEra / 4) - (yearOfEra / 100));
        var month = ((5 * dayOfYear) + 2) / 153;
        var day = dayOfYear - (((153 * month) + 2) / 5) + 1;
        return (yearOfEra + (era * 400) + (month >= 10 ? 1 : 0), month < 10 ? month + 3 : month - 9, day);
    }

    /// <summary>1 is Monday, 7 is Sunday.</summary>
    public static int IsoDayOfWeek(int days) => (int)(days + 3 - (FloorDivide(days + 3, 7) * 7)) + 1;

    /// <summary>1 to 366.</summary>
    public static int DayOfYear(int days) => days - Days(Date(days).Year, 1, 1) + 1;

    /// <summary>The ISO 8601 week and the year to which it belongs: the one with the week's Thursday.</summary>
    public static (int Year, int Week) IsoWeek(int days)
    {
        var thursday = days - IsoDayOfWeek(days) + 4;
        return (Date(thursday).Year, ((DayOfYear(thursday) - 1) / 7) + 1);
    }

    /// <summary>Adds months; a day that the month does not have becomes its last. False beyond the years of the
    /// calendar.</summary>
    public static bool TryAddMonths(int days, long months, out int result)
    {
        var (year, month, day) = Date(days);
        var total = (year * 12L) + month - 1 + months;
        result = 0;
        if (total is < 12 or >= 120_000)
            return false;
        year = (int)(total / 12);
        month = (int)(total % 12) + 1;
        result = Days(year, month, Math.Min(day, DaysOfMonth(year, month)));
        return true;
    }
}
