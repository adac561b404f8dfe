namespace SqlStream.Connectors.Nexmark;

/// <summary>Events of one kind.</summary>
/// <param name="ids">Their ids, ascending.</param>
/// <param name="rounds">For each the number of its round: its id divided by the number of events in a round.</param>
/// <param name="baseMillis">Time of event 0, milliseconds since 1970.</param>
readonly ref struct EventRun(ReadOnlySpan<long> ids, ReadOnlySpan<long> rounds, long baseMillis)
{
    public ReadOnlySpan<long> Ids { get; } = ids;

    public ReadOnlySpan<long> Rounds { get; } = rounds;

    public long BaseMillis { get; } = baseMillis;
}
