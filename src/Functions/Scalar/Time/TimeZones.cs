using System.Globalization;
using System.Text.RegularExpressions;

namespace SqlStream.Functions.Scalar.Time;

/// <summary>Time zones by name: Europe/Berlin, UTC, GMT+08:00, +08:00. Names that do not exist are errors, where Java takes GMT.</summary>
static partial class TimeZones
{
    /// <summary>The zone of a name, or null.</summary>
    public static TimeZoneInfo? Find(string name)
    {
        if (name is "Z" or "UTC" or "GMT" or "UT")
            return TimeZoneInfo.Utc;
        if (TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone))
            return zone;
        if (OffsetName().Match(name) is not { Success: true } match)
            return null;
        var minutes = (int.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture) * 60)
            + (match.Groups[3].Success ? int.Parse(match.Groups[3].ValueSpan, CultureInfo.InvariantCulture) : 0);
        if (minutes > 14 * 60)
            return null;
        var offset = TimeSpan.FromMinutes(match.Groups[1].ValueSpan is "-" ? -minutes : minutes);
        return TimeZoneInfo.CreateCustomTimeZone(name, offset, name, name);
    }

    /// <summary>The zone of a name or of one of the abbreviations that are in common use, or null.</summary>
    public static TimeZoneInfo? FindShort(string name) => s_abbreviations.TryGetValue(name, out var hours)
        ? TimeZoneInfo.CreateCustomTimeZone(name, TimeSpan.FromHours(hours), name, name)
        : Find(name);

    /// <summary>The abbreviation of a zone at a local time: CET, CEST. Where it has none, its distance from GMT.</summary>
    public static string ShortName(TimeZoneInfo zone, int offsetSeconds)
    {
        if (zone.BaseUtcOffset == TimeSpan.Zero && !zone.SupportsDaylightSavingTime)
            return zone.Id is "GMT" ? "GMT" : "UTC";
        var isSummer = offsetSeconds != (int)zone.BaseUtcOffset.TotalSeconds;
        var name = isSummer ? zone.DaylightName : zone.StandardName;
        if (name.Length is > 0 and <= 5 && name.All(char.IsAsciiLetterUpper))
            return name;
        var (hours, minutes) = (Math.Abs(offsetSeconds) / 3600, Math.Abs(offsetSeconds) / 60 % 60);
        return string.Create(CultureInfo.InvariantCulture, $"GMT{(offsetSeconds < 0 ? '-' : '+')}{hours:00}:{minutes:00}");
    }

    static readonly Dictionary<string, int> s_abbreviations = new(StringComparer.Ordinal)
    {
        ["EST"] = -5,
        ["EDT"] = -4,
        ["CST"] = -6,
        ["CDT"] = -5,
        ["MST"] = -7,
        ["MDT"] = -6,
        ["PST"] = -8,
        ["PDT"] = -7,
        ["WET"] = 0,
        ["CET"] = 1,
        ["CEST"] = 2,
        ["EET"] = 2,
        ["EEST"] = 3,
        ["JST"] = 9,
    };

    [GeneratedRegex(@"\A(?:GMT|UTC|UT)?([+-])([0-9]{1,2})(?::?([0-5][0-9]))?\z", RegexOptions.CultureInvariant)]
    private static partial Regex OffsetName();
}
