namespace SqlStream.Functions.Scalar.Time;

/// <summary>The units that functions take, which come as strings with the keyword's name.</summary>
enum TimeUnitName
{
#pragma warning disable CS1591 // The names are the keywords.
    Nanosecond,
    Microsecond,
    Millisecond,
    Second,
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Quarter,
    Year,
    Decade,
    Century,
    Millennium,
    Epoch,
    Dow,
    Doy,
    IsoDow,
    IsoYear,
#pragma warning restore CS1591
}

/// <summary>Lengths of units.</summary>
static class TimeUnitNames
{
    /// <summary>The unit of a keyword.</summary>
    public static TimeUnitName? Find(object? keyword) =>
        keyword is string name && Enum.TryParse<TimeUnitName>(name, ignoreCase: true, out var unit) && !char.IsAsciiDigit(name[0]) ? unit : null;

    /// <summary>Microseconds of a unit of fixed length; 0 for the others.</summary>
    public static long Micros(TimeUnitName unit) => unit switch
    {
        TimeUnitName.Microsecond => 1,
        TimeUnitName.Millisecond => 1_000,
        TimeUnitName.Second => Kernels.Calendar.MicrosPerSecond,
        TimeUnitName.Minute => Kernels.Calendar.MicrosPerMinute,
        TimeUnitName.Hour => Kernels.Calendar.MicrosPerHour,
        TimeUnitName.Day => Kernels.Calendar.MicrosPerDay,
        TimeUnitName.Week => 7 * Kernels.Calendar.MicrosPerDay,
        _ => 0,
    };

    /// <summary>Months of a unit; 0 for those that have none.</summary>
    public static int Months(TimeUnitName unit) => unit switch
    {
        TimeUnitName.Month => 1,
        TimeUnitName.Quarter => 3,
        TimeUnitName.Year => 12,
        TimeUnitName.Decade => 120,
        TimeUnitName.Century => 1_200,
        TimeUnitName.Millennium => 12_000,
        _ => 0,
    };
}
