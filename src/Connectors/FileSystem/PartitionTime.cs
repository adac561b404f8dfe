using System.Globalization;
using System.Text;
using SqlStream.Core.Connect;
using SqlStream.Core.Time;

namespace SqlStream.Connectors.FileSystem;

/// <summary>How the time of a partition is told by its values, and when the watermark is past it.</summary>
/// <param name="Pattern">The text of the time, with <c>$key</c> for the values of partition columns; null for the value of the first one.</param>
/// <param name="Format">How that text is read, as .NET writes formats; null for SQL's times and dates.</param>
/// <param name="Zone">The time zone in which it is meant.</param>
sealed record PartitionTime(string? Pattern, string? Format, TimeZoneInfo Zone)
{
    const string Prefix = "partition.time-extractor.";
    const string KindKey = Prefix + "kind";
    const string PatternKey = Prefix + "timestamp-pattern";
    const string FormatKey = Prefix + "timestamp-formatter";
    const string ZoneKey = "sink.partition-commit.watermark-time-zone";

    static readonly string[] s_formats = ["yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm:ss.FFFFFF", "yyyy-MM-dd"];

    public static IReadOnlyList<OptionDefinition> Definitions { get; } =
    [
        new(KindKey, "default", "How the time of a partition is told; nothing else is supported.", ["default"]),
        new(Prefix + "class", null, "Not supported."),
        new(PatternKey, null, "The time of a partition, with $column for the values of partition columns: '$dt $hm:00'. Without it the value of the first partition column."),
        new(FormatKey, null, "How that text is read: letters y M d H m s S and what stands between them; by default 'yyyy-MM-dd HH:mm:ss' or 'yyyy-MM-dd'."),
        new(ZoneKey, "UTC", "The time zone of those times, where the rowtime is TIMESTAMP_LTZ."),
    ];

    /// <summary>The options of a table.</summary>
    public static PartitionTime Read(ConnectorTable table)
    {
        var options = table.Options;
        if (options.Find(Prefix + "class") is { } custom)
            throw ConnectorErrors.OptionNotSupported(custom, $"Use '{PatternKey}'.");
        options.Choice(KindKey, "default", "default");
        var pattern = options.Text(PatternKey);
        if (pattern is not null && table.PartitionKeys.All(key => !pattern.Contains('$' + key, StringComparison.Ordinal)))
            throw ConnectErrors.InvalidOptionValue(options.Find(PatternKey)!, "a text with $column for partition columns, such as '$dt $hm:00'");
        var format = options.Text(FormatKey);
        if (format is not null && format.Any(letter => char.IsAsciiLetter(letter) && !"yMdHmsS".Contains(letter, StringComparison.Ordinal)))
            throw ConnectErrors.InvalidOptionValue(options.Find(FormatKey)!, "a format of the letters y M d H m s S, such as 'yyyyMMdd HH:mm'");
        var zone = TimeZoneInfo.Utc;
        if (options.Find(ZoneKey) is { } name && !TimeZoneInfo.TryFindSystemTimeZoneById(name.Value, out zone))
            throw ConnectErrors.InvalidOptionValue(name, "a time zone, such as 'Europe/Zurich'");
        return new PartitionTime(pattern, format?.Replace('S', 'f'), zone ?? TimeZoneInfo.Utc);
    }

    /// <summary>True if the watermark is so long past the time of a partition. One whose values tell no time is never past.</summary>
    /// <param name="directory">The directory of the partition.</param>
    /// <param name="delay">How long.</param>
    /// <param name="watermark">The watermark.</param>
    public bool IsPast(string directory, TimeSpan delay, EventTime watermark) =>
        watermark != EventTime.MinusInfinity && TimeOf(directory) is { } time && watermark.Micros >= time + (delay.Ticks / TimeSpan.TicksPerMicrosecond);

    long? TimeOf(string directory)
    {
        var text = Pattern;
        // Longer names first: $hour is not $h and "our".
        var values = Values(directory).OrderByDescending(entry => entry.Key.Length).ToList();
        if (text is null)
            text = Values(directory).Select(entry => entry.Value).FirstOrDefault();
        else
            text = values.Aggregate(text, (known, entry) => known.Replace('$' + entry.Key, entry.Value, StringComparison.Ordinal));
        if (!DateTime.TryParseExact(text, Format is null ? s_formats : [Format], CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
            return null;
        var local = DateTime.SpecifyKind(time, DateTimeKind.Unspecified);
        var utc = Zone.IsInvalidTime(local) ? local - Zone.BaseUtcOffset : TimeZoneInfo.ConvertTimeToUtc(local, Zone);
        return (utc - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
    }

    static IEnumerable<(string Key, string Value)> Values(string directory)
    {
        foreach (var name in directory.Split('/'))
        {
            if (PartitionNames.TrySplit(name, out var key, out var value))
                yield return (key, Encoding.UTF8.GetString(value));
        }
    }
}
