using System.Globalization;

namespace SqlStream.Core.Connect;

/// <summary>Durations as Flink writes them: a number and a unit, <c>ms</c> if there is none.</summary>
public static class Durations
{
    /// <summary>Reads a duration.</summary>
    public static bool TryParse(string text, out TimeSpan value)
    {
        value = default;
        text = text.Trim();
        var digits = 0;
        while (digits < text.Length && char.IsAsciiDigit(text[digits]))
            digits++;
        if (!long.TryParse(text[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return false;
        double? unitSeconds = text[digits..].Trim().ToLowerInvariant() switch
        {
            "" or "ms" or "milli" or "millis" or "millisecond" or "milliseconds" => 0.001,
            "us" or "µs" or "micro" or "micros" or "microsecond" or "microseconds" => 0.000001,
            "s" or "sec" or "secs" or "second" or "seconds" => 1,
            "m" or "min" or "mins" or "minute" or "minutes" => 60,
            "h" or "hour" or "hours" => 3600,
            "d" or "day" or "days" => 86400,
            _ => null,
        };
        if (unitSeconds is not { } seconds || number * seconds > TimeSpan.MaxValue.TotalSeconds / 2)
            return false;
        value = TimeSpan.FromSeconds(number * seconds);
        return true;
    }

    /// <summary>Writes a duration so that <see cref="TryParse"/> reads it.</summary>
    public static string Format(TimeSpan value) => value switch
    {
        { Ticks: 0 } => "0 s",
        _ when value.Ticks % TimeSpan.TicksPerDay == 0 => $"{value.Ticks / TimeSpan.TicksPerDay} d",
        _ when value.Ticks % TimeSpan.TicksPerHour == 0 => $"{value.Ticks / TimeSpan.TicksPerHour} h",
        _ when value.Ticks % TimeSpan.TicksPerMinute == 0 => $"{value.Ticks / TimeSpan.TicksPerMinute} min",
        _ when value.Ticks % TimeSpan.TicksPerSecond == 0 => $"{value.Ticks / TimeSpan.TicksPerSecond} s",
        _ => $"{value.TotalMilliseconds.ToString("0.###", CultureInfo.InvariantCulture)} ms",
    };
}
