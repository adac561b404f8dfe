namespace SqlStream.Core.Connect;

/// <summary>How the watermarks of a table are made: the options <c>scan.watermark.*</c>. They mean something for tables with WATERMARK FOR only.</summary>
/// <param name="RowsBetween">Watermarks are sent when at least so many rows came since the last one.</param>
/// <param name="IdleTimeout">After which time without rows a split counts as idle; null for the session's <c>table.exec.source.idle-timeout</c>, zero for never.</param>
/// <param name="Alignment">Which sources wait for each other; null for none.</param>
public sealed record WatermarkOptions(long RowsBetween, TimeSpan? IdleTimeout, WatermarkAlignmentOptions? Alignment)
{
    const string Strategy = "scan.watermark.emit.strategy";
    const string Gap = "scan.watermark.emit.on-event.gap";
    const string Idle = "scan.watermark.idle-timeout";
    const string Group = "scan.watermark.alignment.group";
    const string MaxDrift = "scan.watermark.alignment.max-drift";
    const string UpdateInterval = "scan.watermark.alignment.update-interval";

    /// <summary>The options, which tables of all connectors take.</summary>
    public static IReadOnlyList<OptionDefinition> Definitions { get; } =
    [
        new(Strategy, "on-periodic", "When watermarks are sent: with every batch of rows, or every so many rows.", ["on-periodic", "on-event"]),
        new(Gap, "1", "Number of rows between two watermarks, for 'on-event'."),
        new(Idle, null, "After which time without rows a split does not hold back the others."),
        new(Group, null, "Sources with the same group wait for each other."),
        new(MaxDrift, null, "How far a split may be ahead of the slowest source of its group."),
        new(UpdateInterval, "1 s", "How often the sources of a group tell each other how far they are."),
    ];

    /// <summary>Reads the options; 22023 for those that cannot work.</summary>
    public static WatermarkOptions Read(TableOptions options)
    {
        var onEvent = options.Choice(Strategy, "on-periodic", "on-periodic", "on-event") == "on-event";
        var gap = options.Integer(Gap, 1, 1);
        TimeSpan? idle = options.Find(Idle) is null ? null : options.Duration(Idle, TimeSpan.Zero);
        return new WatermarkOptions(onEvent ? gap : 1, idle, ReadAlignment(options));
    }

    static WatermarkAlignmentOptions? ReadAlignment(TableOptions options)
    {
        var drift = options.Duration(MaxDrift, TimeSpan.Zero);
        var interval = options.Duration(UpdateInterval, TimeSpan.FromSeconds(1));
        if (options.Find(UpdateInterval) is { } written && interval <= TimeSpan.Zero)
            throw ConnectErrors.InvalidOptionValue(written, "a duration greater than zero");
        var group = options.Find(Group);
        if (group is null && options.Find(MaxDrift) is { } lonely)
            throw ConnectErrors.OptionNeedsOther(lonely, Group);
        if (group is null)
            return null;
        if (options.Find(MaxDrift) is null)
            throw ConnectErrors.OptionNeedsOther(group, MaxDrift);
        return new WatermarkAlignmentOptions(group.Value, drift, interval);
    }
}

/// <summary>Which sources wait for each other, so that what the slower ones hold back does not pile up.</summary>
/// <param name="Group">Name of the group, within a job.</param>
/// <param name="MaxDrift">How far a split may be ahead of the slowest source.</param>
/// <param name="UpdateInterval">How often the sources tell each other how far they are.</param>
public sealed record WatermarkAlignmentOptions(string Group, TimeSpan MaxDrift, TimeSpan UpdateInterval);
