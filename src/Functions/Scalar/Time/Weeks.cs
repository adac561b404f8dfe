using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar.Time;

/// <summary>Weeks as in the United States: they begin on Sundays, and the week of January 1 is the first of its year.</summary>
static class Weeks
{
    /// <summary>The day in its week, 1 for Sunday.</summary>
    public static int DayOfWeek(int days) => (Calendar.IsoDayOfWeek(days) % 7) + 1;

    /// <summary>The year to which the week of a day belongs, and the number of the week.</summary>
    public static (int Year, int Week) Of(int days)
    {
        var saturday = days + 7 - DayOfWeek(days);
        var year = saturday <= Calendar.DaysMax ? Calendar.Date(saturday).Year : 10_000;
        return (year, ((days - Start(year)) / 7) + 1);
    }

    /// <summary>The first day of a year of weeks.</summary>
    public static int Start(int year)
    {
        var first = year <= 9999 ? Calendar.Days(year, 1, 1) : Calendar.DaysMax + 1;
        return first - DayOfWeek(first) + 1;
    }
}
