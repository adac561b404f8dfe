using System.Globalization;

namespace SqlStream.Execution.Checkpoints;

/// <summary>Whether a job's changes reach its checkpoints: what its status says of it. Thread-safe.</summary>
/// <remarks>A job that has nothing to write down is well however long that lasts.</remarks>
sealed class CheckpointHealth(TimeProvider clock)
{
    /// <summary>Failures in a row from which on the status says so.</summary>
    public const int FailuresMax = 3;

    /// <summary>Time with changes and without a checkpoint from which on the status says so.</summary>
    public static readonly TimeSpan BehindMax = TimeSpan.FromMinutes(5);

    readonly Lock _lock = new();
    DateTimeOffset _lastTime = clock.GetUtcNow();
    long? _behindSince;
    int _failures;
    string? _error;

    /// <summary>Changes wait for a checkpoint.</summary>
    public void Behind()
    {
        lock (_lock)
            _behindSince ??= clock.GetTimestamp();
    }

    /// <summary>A checkpoint failed.</summary>
    public void Failed(string error)
    {
        lock (_lock)
        {
            _failures++;
            _error = error;
            _behindSince ??= clock.GetTimestamp();
        }
    }

    /// <summary>A checkpoint is durable.</summary>
    /// <param name="isBehind">Changes that were committed since its epoch wait for the next.</param>
    public void Succeeded(bool isBehind)
    {
        lock (_lock)
        {
            _failures = 0;
            _error = null;
            _lastTime = clock.GetUtcNow();
            _behindSince = isBehind ? clock.GetTimestamp() : null;
        }
    }

    /// <summary><c>no checkpoint since T: reason</c>; null if all is well.</summary>
    public string? Text
    {
        get
        {
            lock (_lock)
            {
                var isLate = _behindSince is { } since && clock.GetElapsedTime(since) >= BehindMax;
                if (_failures < FailuresMax && !isLate)
                    return null;
                var time = _lastTime.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
                return $"no checkpoint since {time}: {_error ?? "it takes long"}";
            }
        }
    }
}
