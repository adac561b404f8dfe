using SqlStream.Broker.Protocol;

namespace SqlStream.Broker.Faults;

/// <summary>Something that goes wrong with requests, on purpose.</summary>
/// <param name="Api">Which requests it meets.</param>
public sealed record Fault(ApiKey Api)
{
    /// <summary>Only requests of this client id; null meets all.</summary>
    public string? ClientId { get; init; }

    /// <summary>How many such requests pass before the first that it meets.</summary>
    public int Skip { get; init; }

    /// <summary>How many requests it meets; then it is over.</summary>
    public int Times { get; init; } = 1;

    /// <summary>How long the request waits before anything is done with it, by the clock below the broker's.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>The error that the request is answered with, for each thing that it is about.</summary>
    public ErrorCode? Error { get; init; }

    /// <summary>Whether the connection is closed instead of an answer.</summary>
    public bool Disconnects { get; init; }

    /// <summary>Whether the request takes effect before the error or the disconnection: the acknowledgement is lost, not the request.</summary>
    public bool AfterEffect { get; init; }

    /// <summary>After which time, by the broker's clock, the same request takes effect once more, its answer thrown away.</summary>
    public TimeSpan? ReplayAfter { get; init; }

    /// <summary>The throttle time that the answer tells.</summary>
    public TimeSpan Throttle { get; init; }
}
