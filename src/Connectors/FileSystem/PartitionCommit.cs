using SqlStream.Core.Connect;

namespace SqlStream.Connectors.FileSystem;

/// <summary>When a partition that has got rows is declared complete, by an empty file in its directory.</summary>
/// <param name="SuccessFile">Name of the file.</param>
/// <param name="Delay">How long after its first row, by the clock, a partition is published whatever its size, and declared complete; zero: as
/// soon as its rows have been published by their own rules.</param>
/// <param name="Time">Where the watermark decides, and not the clock: how the time of a partition is told; the delay is counted from it.</param>
sealed record PartitionCommit(string SuccessFile, TimeSpan Delay, PartitionTime? Time)
{
    const string Policy = "sink.partition-commit.policy.kind";
    const string Trigger = "sink.partition-commit.trigger";
    const string DelayKey = "sink.partition-commit.delay";
    const string SuccessFileName = "sink.partition-commit.success-file.name";

    public static IReadOnlyList<OptionDefinition> Definitions { get; } =
    [
        new(Policy, null, "How a partition is declared complete: by a file of its own.", ["success-file"]),
        new(SuccessFileName, "_SUCCESS", "Name of that file."),
        new(Trigger, "process-time", "What decides when a partition is complete: the clock, or the watermark of the rows.", ["process-time", "partition-time"]),
        new(DelayKey, "0 s", "How long after its first row, or after its own time, a partition is complete; 0 for as soon as its rows are published, or its time is past."),
        new("sink.partition-commit.policy.class", null, "Not supported."),
        new("sink.partition-commit.policy.class.parameters", null, "Not supported."),
    ];

    // Known, and refused: option, hint.
    static readonly (string Key, string Hint)[] s_refused =
    [
        ("sink.partition-commit.policy.class", "Use 'sink.partition-commit.policy.kind' = 'success-file'."),
        ("sink.partition-commit.policy.class.parameters", "Use 'sink.partition-commit.policy.kind' = 'success-file'."),
    ];

    /// <summary>Partitions need not be published before their rows are by their own rules.</summary>
    public bool IsEager => Time is null && Delay == TimeSpan.Zero;

    /// <summary>The options of a table; null where partitions are not declared complete.</summary>
    public static PartitionCommit? Read(ConnectorTable table)
    {
        var options = table.Options;
        foreach (var (key, hint) in s_refused)
        {
            if (options.Find(key) is { } option)
                throw ConnectorErrors.OptionNotSupported(option, hint);
        }
        var byTime = options.Choice(Trigger, "process-time", "process-time", "partition-time") == "partition-time";
        var time = PartitionTime.Read(table);
        var delay = options.Duration(DelayKey, TimeSpan.Zero);
        if (options.Find(Policy) is not { } policy)
            return null;
        if (policy.Value.Contains("metastore", StringComparison.OrdinalIgnoreCase) || policy.Value.Contains("custom", StringComparison.OrdinalIgnoreCase))
            throw ConnectorErrors.OptionNotSupported(policy, "Use 'success-file'.");
        options.Choice(Policy, "success-file", "success-file");
        if (table.PartitionKeys.IsEmpty)
            throw ConnectorErrors.CommitWithoutPartitions(policy);
        return new PartitionCommit(ReadName(options), delay, byTime ? time : null);
    }

    // A name that readers of the directory would take for rows, or for another directory, is none.
    static string ReadName(TableOptions options)
    {
        var name = options.Text(SuccessFileName) ?? "_SUCCESS";
        return name.Length > 1 && name[0] is '_' or '.' && !name.Contains('/', StringComparison.Ordinal) && name != ".."
            ? name
            : throw ConnectErrors.InvalidOptionValue(options.Find(SuccessFileName)!, "a file name that begins with _ or .");
    }
}
