using System.Globalization;
using System.Text.RegularExpressions;
using SqlStream.Parser.Syntax;

namespace SqlStream.Planner.Binding;

/// <summary>Reads the text of INTERVAL literals.</summary>
static class IntervalText
{
    const long MicrosPerSecond = 1_000_000;

    /// <summary>The months or microseconds of a text in the given units, or null if it is none. May be beyond 64
    /// bits.</summary>
    public static Int128? Parse(string text, TimeUnit from, TimeUnit? to)
    {
        text = text.Trim();
        var negative = text.StartsWith('-');
        if (negative || text.StartsWith('+'))
            text = text[1..].TrimStart();
        var amount = to is null || to == from ? Single(text, from) : Range(text, from, to.Value);
        return negative ? -amount : amount;
    }

    /// <summary>How to write an interval in the given units.</summary>
    public static string Form(TimeUnit from, TimeUnit? to) => (from, to) switch
    {
        (TimeUnit.Year, TimeUnit.Month) => "INTERVAL 'years-months' YEAR TO MONTH",
        (TimeUnit.Day, TimeUnit.Hour) => "INTERVAL 'days hh' DAY TO HOUR",
        (TimeUnit.Day, TimeUnit.Minute) => "INTERVAL 'days hh:mm' DAY TO MINUTE",
        (TimeUnit.Day, TimeUnit.Second) => "INTERVAL 'days hh:mm:ss' DAY TO SECOND",
        (TimeUnit.Hour, TimeUnit.Minute) => "INTERVAL 'hh:mm' HOUR TO MINUTE",
        (TimeUnit.Hour, TimeUnit.Second) => "INTERVAL 'hh:mm:ss' HOUR TO SECOND",
        (TimeUnit.Minute, TimeUnit.Second) => "INTERVAL 'mm:ss' MINUTE TO SECOND",
        _ => $"INTERVAL '10' {from.ToString().ToUpperInvariant()}",
    };

    static Int128? Single(string text, TimeUnit unit)
    {
        if (unit != TimeUnit.Second)
            return Size(unit) is > 0 and var size ? Digits(text) * size : null;
        var match = Regex.Match(text, @"^(?<s>[0-9]{1,15})(\.(?<f>[0-9]{1,6})0*)?$");
        return match.Success ? Seconds(match) : null;
    }

    static Int128? Range(string text, TimeUnit from, TimeUnit to)
    {
        var pattern = (from, to) switch
        {
            (TimeUnit.Year, TimeUnit.Month) => @"^(?<a>[0-9]{1,9})-(?<b>[0-9]{1,2})$",
            (TimeUnit.Day, TimeUnit.Hour) => @"^(?<d>[0-9]{1,9}) +(?<h>[0-9]{1,2})$",
            (TimeUnit.Day, TimeUnit.Minute) => @"^(?<d>[0-9]{1,9}) +(?<h>[0-9]{1,2}):(?<m>[0-9]{1,2})$",
            (TimeUnit.Day, TimeUnit.Second) =>
                @"^(?<d>[0-9]{1,9}) +(?<h>[0-9]{1,2}):(?<m>[0-9]{1,2}):(?<s>[0-9]{1,2})(\.(?<f>[0-9]{1,6})0*)?$",
            (TimeUnit.Hour, TimeUnit.Minute) => @"^(?<h>[0-9]{1,9}):(?<m>[0-9]{1,2})$",
            (TimeUnit.Hour, TimeUnit.Second) => @"^(?<h>[0-9]{1,9}):(?<m>[0-9]{1,2}):(?<s>[0-9]{1,2})(\.(?<f>[0-9]{1,6})0*)?$",
            (TimeUnit.Minute, TimeUnit.Second) => @"^(?<m>[0-9]{1,9}):(?<s>[0-9]{1,2})(\.(?<f>[0-9]{1,6})0*)?$",
            _ => null,
        };
        if (pattern is null || Regex.Match(text, pattern) is not { Success: true } match)
            return null;
        if (from == TimeUnit.Year)
            return Part(match, "b") < 12 ? (Part(match, "a") * 12) + Part(match, "b") : null;
        // Only the leading unit may exceed what the next larger one holds.
        if (from != TimeUnit.Hour && Part(match, "h") > 23)
            return null;
        if (from != TimeUnit.Minute && Part(match, "m") > 59)
            return null;
        if (Part(match, "s") > 59)
            return null;
        return (Part(match, "d") * Size(TimeUnit.Day)) + (Part(match, "h") * Size(TimeUnit.Hour))
            + (Part(match, "m") * Size(TimeUnit.Minute)) + Seconds(match);
    }

    static Int128 Seconds(Match match)
    {
        var fraction = match.Groups["f"].Success ? match.Groups["f"].Value.PadRight(6, '0') : "0";
        return (Part(match, "s") * MicrosPerSecond) + Int128.Parse(fraction, CultureInfo.InvariantCulture);
    }

    static Int128 Part(Match match, string group) =>
        match.Groups[group].Success ? Int128.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture) : 0;

    static Int128? Digits(string text) =>
        text.Length is > 0 and <= 18 && text.All(char.IsAsciiDigit) ? Int128.Parse(text, CultureInfo.InvariantCulture) : null;

    static long Size(TimeUnit unit) => unit switch
    {
        TimeUnit.Microsecond => 1,
        TimeUnit.Millisecond => 1_000,
        TimeUnit.Second => MicrosPerSecond,
        TimeUnit.Minute => 60 * MicrosPerSecond,
        TimeUnit.Hour => 3_600 * MicrosPerSecond,
        TimeUnit.Day => 86_400 * MicrosPerSecond,
        TimeUnit.Week => 7 * 86_400 * MicrosPerSecond,
        TimeUnit.Month => 1,
        TimeUnit.Quarter => 3,
        TimeUnit.Year => 12,
        TimeUnit.Decade => 120,
        TimeUnit.Century => 1_200,
        TimeUnit.Millennium => 12_000,
        _ => 0,
    };
}
