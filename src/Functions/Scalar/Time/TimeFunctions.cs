using SqlStream.Core.Functions;

namespace SqlStream.Functions.Scalar.Time;

/// <summary>The functions on dates and times.</summary>
static class TimeFunctions
{
    public static IReadOnlyList<ScalarFunction> All { get; } =
    [
        ExtractFunctions.Extract(),
        ExtractFunctions.Short("YEAR", TimeUnitName.Year),
        ExtractFunctions.Short("QUARTER", TimeUnitName.Quarter),
        ExtractFunctions.Short("MONTH", TimeUnitName.Month),
        ExtractFunctions.Short("WEEK", TimeUnitName.Week),
        ExtractFunctions.Short("DAYOFYEAR", TimeUnitName.Doy),
        ExtractFunctions.Short("DAYOFMONTH", TimeUnitName.Day),
        ExtractFunctions.Short("DAYOFWEEK", TimeUnitName.Dow),
        ExtractFunctions.Short("HOUR", TimeUnitName.Hour),
        ExtractFunctions.Short("MINUTE", TimeUnitName.Minute),
        ExtractFunctions.Short("SECOND", TimeUnitName.Second),
        new DateFormatFunction(),
        new FromUnixtimeFunction(),
        new ParseFunction("TO_TIMESTAMP", ParseTarget.Timestamp),
        new ParseFunction("TO_DATE", ParseTarget.Date),
        new ParseFunction("UNIX_TIMESTAMP", ParseTarget.UnixTimestamp),
        new InstantFunction(),
        new TimestampAddFunction(),
        new TimestampDiffFunction(),
        ClockFunction.Instant("CURRENT_TIMESTAMP"),
        ClockFunction.Instant("NOW"),
        ClockFunction.Instant("CURRENT_ROW_TIMESTAMP"),
        ClockFunction.Instant("PROCTIME"),
        new ConvertTzFunction(),
        ClockFunction.Timestamp("LOCALTIMESTAMP"),
        ClockFunction.Date("CURRENT_DATE"),
        ClockFunction.TimeOfDay("CURRENT_TIME"),
        ClockFunction.TimeOfDay("LOCALTIME"),
        new CurrentWatermarkFunction(),
    ];
}
