using SqlStream.Core.Connect;

namespace SqlStream.Connectors.FileSystem;

/// <summary>When a partition that has got rows is declared complete, by an empty file in its directory.</summary>
/// <param name="SuccessFile">Name of the file.</param>
/// <param name="Delay">How long after its first row, by the clock, a partition is published whatever its size, and declared complete; zero: as
/// soon as its rows have been published by their own rules.</param>
sealed record PartitionCommit(string SuccessFile, TimeSpan Delay)
{
    const string Policy = "sink.partition-commit.policy.kind";
    const string Trigger = "sink.partition-commit.trigger";
    const string DelayKey = "sink.partition-commit.delay";
    const string SuccessFileName = "sink.partition-commit.success-file.name";

    public static IReadOnlyList<OptionDefinition> Definitions { get; } =
    [
        new(Policy, null, "How a partition is declared complete: by a file of its own.", ["success-file"]),
        new(SuccessFileName, "_SUCCESS", "Name of that file."),
        new(Trigger, "process-time", "The clock decides when a partition is complete; nothing else is supported.", ["process-time"]),
        new(DelayKey, "0 s", "How long after its first row a partition is complete; 0 for as soon as its rows are published."),
        new("sink.partition-commit.policy.class", null, "Not supported."),
        new("sink.partition-commit.policy.class.parameters", null, "Not supported."),
        new("sink.partition-commit.watermark-time-zone", null, "Not supported."),
    ];

    // Known, and refused: option, hint.
    static readonly (string Key, string Hint)[] s_refused =
    [
        ("sink.partition-commit.policy.class", "Use 'sink.partition-commit.policy.kind' = 'success-file'."),
        ("sink.partition-commit.policy.class.parameters", "Use 'sink.partition-commit.policy.kind' = 'success-file'."),
        ("sink.partition-commit.watermark-time-zone", "Partitions are complete by the clock, not by watermarks."),
    ];

    /// <summary>The options of a table; null where partitions are not declared complete.</summary>
    public static PartitionCommit? Read(ConnectorTable table)
    {
        var options = table.Options;
        foreach (var (key, hint) in s_refused)
        {
            if (options.Find(key) is { } option)
                throw ConnectorErrors.OptionNotSupported(option, hint);
        }
        if (options.Find(Trigger) is { } trigger && trigger.Value.Equals("partition-time", StringComparison.OrdinalIgnoreCase))
            throw ConnectorErrors.OptionNotSupported(trigger, "Use 'process-time', with a 'sink.partition-commit.delay' that is long enough for the rows of a partition to come.");
        options.Choice(Trigger, "process-time", "process-time");
        var delay = options.Duration(DelayKey, TimeSpan.Zero);
        if (options.Find(Policy) is not { } policy)
            return null;
        if (policy.Value.Contains("metastore", StringComparison.OrdinalIgnoreCase) || policy.Value.Contains("custom", StringComparison.OrdinalIgnoreCase))
            throw ConnectorErrors.OptionNotSupported(policy, "Use 'success-file'.");
        options.Choice(Policy, "success-file", "success-file");
        if (table.PartitionKeys.IsEmpty)
            throw ConnectorErrors.CommitWithoutPartitions(policy);
        return new PartitionCommit(ReadName(options), delay);
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
