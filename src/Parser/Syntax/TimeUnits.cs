namespace SqlStream.Parser.Syntax;

/// <summary>The keywords of units of time.</summary>
public static class TimeUnits
{
    /// <summary>The unit of a keyword, singular or plural or with the prefix SQL_TSI_, in any case; null where there
    /// is none.</summary>
    public static TimeUnit? Find(string keyword)
    {
        var word = keyword.ToUpperInvariant();
        if (word.StartsWith("SQL_TSI_", StringComparison.Ordinal))
            word = word["SQL_TSI_".Length..];
        return FindUpper(word) ?? (word.EndsWith('S') ? FindUpper(word[..^1]) : null);
    }

    /// <summary>The canonical keyword of a unit.</summary>
    public static string Keyword(TimeUnit unit) => unit switch
    {
        TimeUnit.DayOfWeek => "DOW",
        TimeUnit.DayOfYear => "DOY",
        TimeUnit.IsoDayOfWeek => "ISODOW",
        TimeUnit.IsoYear => "ISOYEAR",
        _ => unit.ToString().ToUpperInvariant(),
    };

    static TimeUnit? FindUpper(string word) => word switch
    {
        "NANOSECOND" => TimeUnit.Nanosecond,
        "MICROSECOND" => TimeUnit.Microsecond,
        "MILLISECOND" => TimeUnit.Millisecond,
        "SECOND" => TimeUnit.Second,
        "MINUTE" => TimeUnit.Minute,
        "HOUR" => TimeUnit.Hour,
        "DAY" => TimeUnit.Day,
        "WEEK" => TimeUnit.Week,
        "MONTH" => TimeUnit.Month,
        "QUARTER" => TimeUnit.Quarter,
        "YEAR" => TimeUnit.Year,
        "DECADE" => TimeUnit.Decade,
        "CENTURY" => TimeUnit.Century,
        "MILLENNIUM" => TimeUnit.Millennium,
        "EPOCH" => TimeUnit.Epoch,
        "DOW" or "DAYOFWEEK" => TimeUnit.DayOfWeek,
        "DOY" or "DAYOFYEAR" => TimeUnit.DayOfYear,
        "ISODOW" => TimeUnit.IsoDayOfWeek,
        "ISOYEAR" => TimeUnit.IsoYear,
        _ => null,
    };
}
