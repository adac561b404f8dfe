using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace SqlStream.Cli.Demo;

/// <summary>Compares what the demo's job wrote with a plain recomputation over all readings.</summary>
static class DemoCheck
{
    /// <summary>What was found.</summary>
    public sealed record Result(bool IsRight, IReadOnlyList<string> Lines);

    /// <summary>Compares the windows that came with those that should.</summary>
    public static Result Compare(Dictionary<(string, DateTime), Window> expected, long malformed, IEnumerable<string> output, long letters)
    {
        long rows = 0, repeated = 0, wrong = 0, counted = 0;
        var seen = new HashSet<(string, DateTime)>();
        foreach (var line in output)
        {
            using var row = JsonDocument.Parse(line);
            var key = (row.RootElement.GetProperty("sensor").GetString()!, Time(row.RootElement.GetProperty("window_end").GetString()!));
            rows++;
            counted += row.RootElement.GetProperty("readings").GetInt64();
            if (!seen.Add(key))
                repeated++;
            else if (!expected.TryGetValue(key, out var window) || !window.Equals(row.RootElement))
                wrong++;
        }
        var missing = expected.Keys.Count(key => !seen.Contains(key));
        return new Result(
            missing == 0 && repeated == 0 && wrong == 0 && letters == malformed,
            [
                string.Create(CultureInfo.InvariantCulture, $"{rows:N0} windows over {counted:N0} readings: {missing} lost, {repeated} repeated, {wrong} wrong"),
                string.Create(CultureInfo.InvariantCulture, $"{letters} malformed records kept as dead letters, {malformed} expected"),
            ]);
    }

    /// <summary>The windows of all readings, and how many records are malformed.</summary>
    public static (Dictionary<(string, DateTime), Window> Windows, long Malformed) Recompute(SensorReadings readings)
    {
        var windows = new Dictionary<(string, DateTime), Window>();
        var malformed = 0L;
        for (var number = 0; number < readings.Count; number++)
        {
            if (SensorReadings.IsMalformed(number))
            {
                malformed++;
                continue;
            }
            var (sensor, celsius, at) = SensorReadings.Reading(number);
            if (celsius <= -50)
                continue;
            var end = new DateTime(at.Ticks - (at.Ticks % TimeSpan.TicksPerSecond), DateTimeKind.Utc);
            end = end.AddSeconds(10 - (end.Second % 10));
            ref var window = ref CollectionsMarshal.GetValueRefOrAddDefault(windows, (sensor, end), out var exists);
            window ??= new Window();
            _ = exists;
            window.Add(((double)celsius * 1.8) + 32);
        }
        return (windows, malformed);
    }

    static DateTime Time(string text) =>
        DateTime.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);

    /// <summary>What is known of a window.</summary>
    public sealed class Window
    {
        long _count;
        double _lowest = double.MaxValue;
        double _highest = double.MinValue;

        public void Add(double fahrenheit)
        {
            _count++;
            _lowest = Math.Min(_lowest, fahrenheit);
            _highest = Math.Max(_highest, fahrenheit);
        }

        public bool Equals(JsonElement row) =>
            row.GetProperty("readings").GetInt64() == _count
            && row.GetProperty("lowest").GetDouble() == _lowest
            && row.GetProperty("highest").GetDouble() == _highest;
    }
}
