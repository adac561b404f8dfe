using SqlStream.Engine;

namespace SqlStream.Embedded;

/// <summary>A reading of a sensor.</summary>
sealed record Reading(string Sensor, double Celsius, DateTime At);

/// <summary>The average of a sensor over ten seconds.</summary>
sealed record Average(string Place, DateTime WindowEnd, long Readings, double Fahrenheit);

/// <summary>What the program does with the engine.</summary>
static class Averages
{
    /// <summary>Creates the tables, fills one of them, and registers a function.</summary>
    public static async Task PrepareAsync(SqlStreamEngine engine)
    {
        engine.RegisterFunction("fahrenheit", (double celsius) => (celsius * 9 / 5) + 32);
        await engine.ExecuteAsync("""
            CREATE TABLE readings (sensor STRING, celsius DOUBLE, at TIMESTAMP(3), WATERMARK FOR at AS at - INTERVAL '2' SECOND)
            WITH ('connector' = 'push');
            CREATE TABLE sensors (sensor STRING, place STRING, PRIMARY KEY (sensor) NOT ENFORCED) WITH ('connector' = 'memory');
            """);
        await engine.InsertAsync("sensors", [("s1", "roof"), ("s2", "cellar")]);
    }

    /// <summary>The averages as their windows close: until there are no more readings, or until it is canceled.</summary>
    public static IAsyncEnumerable<Average> ReadAsync(SqlStreamEngine engine, CancellationToken cancellation) => engine.QueryAsync<Average>("""
        SELECT s.place, a.window_end, a.readings, fahrenheit(a.celsius) AS fahrenheit
        FROM (
          SELECT sensor, window_end, COUNT(*) AS readings, AVG(celsius) AS celsius
          FROM TUMBLE(TABLE readings, DESCRIPTOR(at), INTERVAL '10' SECOND) GROUP BY window_start, window_end, sensor) AS a
        JOIN sensors AS s ON a.sensor = s.sensor
        """, cancellation);

    /// <summary>Writes a reading of each sensor for each of some seconds, and says that there are no more.</summary>
    public static async Task WriteAsync(SqlStreamEngine engine, DateTime start, int seconds, TimeSpan pause, CancellationToken cancellation)
    {
        var readings = await engine.OpenWriterAsync<Reading>("readings", cancellation);
        for (var second = 0; second < seconds; second++)
        {
            await readings.WriteAsync(new Reading("s1", 20 + (second % 10), start.AddSeconds(second)), cancellation);
            await readings.WriteAsync(new Reading("s2", 10, start.AddSeconds(second)), cancellation);
            if (pause > TimeSpan.Zero)
                await Task.Delay(pause, TimeProvider.System, cancellation);
        }
        readings.Complete();
    }
}
