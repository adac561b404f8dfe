using System.Globalization;
using SqlStream.Cli.Hosts;
using SqlStream.Cli.Output;
using SqlStream.Core.Time;

namespace SqlStream.Cli.Shell;

/// <summary>The line below a query that runs, or of a job that is waited for.</summary>
/// <param name="progressOf">How far it is.</param>
/// <param name="isBounded">It ends by itself.</param>
/// <param name="isUpdating">Its rows are changes.</param>
sealed class LiveStatus(Func<QueryProgress> progressOf, bool isBounded, bool isUpdating)
{
    readonly long _start = TimeProvider.System.GetTimestamp();
    readonly Queue<(long Time, long Rows, long Read)> _seen = [];

    /// <summary>Time, rows, rate, watermark and lag; for what ends by itself also how far it is.</summary>
    public string Line(long rows, bool isPaused, int columns)
    {
        var progress = progressOf();
        var now = TimeProvider.System.GetTimestamp();
        _seen.Enqueue((now, rows, progress.RowsIn));
        while (_seen.Count > 1 && TimeProvider.System.GetElapsedTime(_seen.Peek().Time, now) > TimeSpan.FromSeconds(2))
            _seen.Dequeue();
        var parts = new List<string> { isPaused ? "paused" : Duration(TimeProvider.System.GetElapsedTime(_start)) };
        if (isBounded)
            AddBounded(parts, progress.RowsIn, now, progress.Share);
        else
            AddUnbounded(parts, rows, now, progress.Watermark);
        if (progress.LateRows > 0)
            parts.Add($"{Number(progress.LateRows)} late");
        if (progress.BadRows > 0)
            parts.Add($"{Number(progress.BadRows)} not readable");
        if (progress.Reason is { } reason)
            parts.Add(reason);
        parts.Add(isBounded ? "Ctrl-C cancels" : isPaused ? "Ctrl-C stops, space goes on" : "Ctrl-C stops, space pauses");
        return CellText.Cut(CellText.Of(string.Join(" · ", parts)), Math.Max(1, columns - 1));
    }

    /// <summary>What is left to say of a query that was stopped.</summary>
    public string Summary(long rows)
    {
        var time = TimeProvider.System.GetElapsedTime(_start);
        return $"stopped after {Duration(time)}: {Number(rows)} {What}, {Number((long)(rows / Math.Max(0.001, time.TotalSeconds)))}/s";
    }

    /// <summary>A time as people say it.</summary>
    public static string Duration(TimeSpan time) => time switch
    {
        { TotalSeconds: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalMilliseconds} ms"),
        { TotalMinutes: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s"),
        { TotalHours: < 1 } => $"{time.Minutes} min {time.Seconds} s",
        _ => $"{(long)time.TotalHours} h {time.Minutes} min",
    };

    /// <summary>How much of all input has been read.</summary>
    public static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0} %");

    /// <summary>The time that is left if it goes on as it did; null where that cannot be told.</summary>
    /// <param name="elapsed">The time that it took so far.</param>
    /// <param name="first">How much had been read before.</param>
    /// <param name="share">How much has been read now.</param>
    public static string? Left(TimeSpan elapsed, double first, double share) =>
        share - first > 0.01 && share < 1 ? $"{Duration(elapsed * ((1 - share) / (share - first)))} left" : null;

    void AddBounded(List<string> parts, long read, long now, double? share)
    {
        parts.Add($"{Number(read)} rows read, {Number(Rate(now, seen => seen.Read, read))}/s");
        if (share is not { } part)
            return;
        parts.Add(Percent(part));
        if (Left(TimeProvider.System.GetElapsedTime(_start, now), 0, part) is { } left)
            parts.Add(left);
    }

    void AddUnbounded(List<string> parts, long rows, long now, EventTime? watermark)
    {
        parts.Add($"{Number(rows)} {What}, {Number(Rate(now, seen => seen.Rows, rows))}/s");
        if (watermark is not { } time)
            return;
        parts.Add($"watermark {time}");
        var lag = TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch.AddMicroseconds(Math.Clamp(time.Micros, 0, 250_000_000_000_000_000));
        // The times of recorded data say nothing about how late the query is.
        if (lag > TimeSpan.Zero && lag < TimeSpan.FromDays(2))
            parts.Add($"lag {Duration(lag)}");
    }

    long Rate(long now, Func<(long Time, long Rows, long Read), long> of, long count)
    {
        var first = _seen.Peek();
        var time = TimeProvider.System.GetElapsedTime(first.Time, now);
        return time < TimeSpan.FromMilliseconds(100)
            ? (long)(count / Math.Max(0.1, TimeProvider.System.GetElapsedTime(_start, now).TotalSeconds))
            : (long)((count - of(first)) / time.TotalSeconds);
    }

    string What => isUpdating ? "changes" : "rows";

    static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
