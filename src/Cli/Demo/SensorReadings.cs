using System.Globalization;

namespace SqlStream.Cli.Demo;

/// <summary>The demo's input: readings of sensors, each a pure function of its number, out of order within bounds, with a few lines that are no JSON.</summary>
sealed class SensorReadings(int count)
{
    const int Sensors = 50;
    const int MalformedEvery = 100_003;
    const int MillisPerReading = 5;
    const int DisorderMillis = 4000;

    static readonly DateTime _start = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    /// <summary>Number of lines.</summary>
    public int Count => count;

    /// <summary>True if that line is no JSON.</summary>
    public static bool IsMalformed(int number) => number % MalformedEvery == MalformedEvery / 2;

    /// <summary>Reading of that number.</summary>
    public static (string Sensor, decimal Celsius, DateTime At) Reading(int number)
    {
        var random = Mix((ulong)number);
        var sensor = (int)(random % Sensors);
        var celsius = (decimal)((long)((random >> 8) % 1200) - 600) / 10;
        var disorder = (int)((random >> 24) % DisorderMillis);
        return (
            string.Create(CultureInfo.InvariantCulture, $"b{sensor % 5}-s{sensor}"),
            celsius,
            _start.AddMilliseconds(((long)number * MillisPerReading) + DisorderMillis - disorder));
    }

    /// <summary>A record that is later than all readings and belongs to no sensor of theirs.</summary>
    public string LastLine()
    {
        var at = _start.AddMilliseconds((long)count * MillisPerReading).AddHours(1);
        return string.Create(CultureInfo.InvariantCulture, $"{{\"sensor\":\"end\",\"celsius\":0,\"at\":\"{at:yyyy-MM-dd HH:mm:ss.fff}\"}}");
    }

    /// <summary>A reading as a record.</summary>
    public static string Line(int number)
    {
        var (sensor, celsius, at) = Reading(number);
        return IsMalformed(number)
            ? $"{{\"sensor\":\"{sensor}\",\"celsius\":"
            : string.Create(CultureInfo.InvariantCulture, $"{{\"sensor\":\"{sensor}\",\"firmware\":\"4.{number % 10}\",\"celsius\":{celsius},\"at\":\"{at:yyyy-MM-dd HH:mm:ss.fff}\"}}");
    }

    static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
