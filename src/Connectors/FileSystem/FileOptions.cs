using SqlStream.Core.Connect;

namespace SqlStream.Connectors.FileSystem;

/// <summary>The options of connector <c>filesystem</c>.</summary>
sealed record FileOptions
{
    const long RecordBytesLimit = 256L << 20;
    const string NotYet = "Leave the option out.";

    /// <summary>File or directory, as a plain path.</summary>
    public required string Path { get; init; }

    /// <summary>How often to look for new files; null where the files there are at the start are all.</summary>
    public required TimeSpan? MonitorInterval { get; init; }

    /// <summary>Files larger than that are read in ranges.</summary>
    public required long SplitBytes { get; init; }

    /// <summary>The order of the names is the order of the times.</summary>
    public required bool IsInTimeOrder { get; init; }

    /// <summary>Longer records are malformed.</summary>
    public required int RecordBytesMax { get; init; }

    public required BadDataPolicy BadData { get; init; }

    /// <summary>The value of a partition directory that stands for NULL.</summary>
    public required string DefaultPartition { get; init; }

    /// <summary>How partitions of the sink are declared complete; null if they are not.</summary>
    public PartitionCommit? Commit { get; init; }

    /// <summary>Directory of the files that take late rows; null if they are dropped.</summary>
    public string? LateRowsPath { get; init; }

    /// <summary>An in-progress file is published when it has reached that size.</summary>
    public required long RollBytes { get; init; }

    /// <summary>An in-progress file is published when it is that old.</summary>
    public required TimeSpan RollInterval { get; init; }

    public static IReadOnlyList<OptionDefinition> Definitions { get; } =
    [
        new("path", null, "File or directory: a plain path or a file: URI.", Aliases: ["connector.path"]),
        new("source.monitor-interval", null,
            "Look for new files that often; without it the scan ends with the files that are there at the start."),
        new("source.split-size", "64 MB",
            "Larger files are read in ranges of that size, in parallel, where the format allows it."),
        new("source.path.regex-pattern", null, "Which files to read. Not supported."),
        new("source.report-statistics", "all", "Accepted for compatibility; there are no statistics."),
        new("scan.split-order", "name",
            "Files are read in the order of their names; 'time' promises that this is the order of their times too, "
            + "so that the watermark passes files that are not opened yet.", ["name", "time"]),
        new("scan.parallelism", null, "Parallelism of the scan. Not supported."),
        new("max-record-size", "64 MB", "Longer records are malformed."),
        new("bad-data", "fail", "What happens to rows that cannot be decoded.", ["fail", "skip", "dead-letter"]),
        new("late-data", "drop", "What happens to rows all of whose windows are closed.", ["drop", "dead-letter"]),
        new("dead-letter.path", null, "Directory of the files, in format json, that take bad and late rows."),
        new("sink.delivery-guarantee", "exactly-once", "Rows arrive exactly once; nothing else is supported.",
            ["exactly-once"]),
        new("sink.rolling-policy.file-size", "128 MB", "A file of that size is published."),
        new("sink.rolling-policy.rollover-interval", "1 min", "A file of that age is published."),
        new("sink.rolling-policy.check-interval", "1 s",
            "Accepted for compatibility; the age is looked at every second."),
        new("sink.parallelism", null, "Parallelism of the sink. Not supported."),
        new("sink.shuffle-by-partition.enable", "false", "Not supported.", ["true", "false"]),
        new("auto-compaction", "false", "Not supported: one writer makes few files.", ["true", "false"]),
        new("compaction.file-size", null, "Not supported."),
        new("compaction.parallelism", null, "Not supported."),
        new("partition.default-name", "__DEFAULT_PARTITION__", "The partition of NULL and of the empty string."),
        .. PartitionTime.Definitions,
        .. LookupOptions.FullDefinitions,
        .. PartitionCommit.Definitions,
    ];

    // Known, and refused where they ask for something: option, hint.
    static readonly (string Key, string Hint)[] _refused =
    [
        ("source.path.regex-pattern",
            "Move the files that are wanted into a directory of their own; names with a leading . or _ are not read."),
        ("scan.parallelism", "Use SET 'parallelism.default' = '...'."),
        ("sink.parallelism", "Use SET 'parallelism.default' = '...'."),
        ("sink.shuffle-by-partition.enable", NotYet),
        ("auto-compaction",
            "One writer makes the files, so they are few; choose a larger 'sink.rolling-policy.rollover-interval'."),
        ("compaction.file-size", NotYet),
        ("compaction.parallelism", NotYet),
    ];

    public static FileOptions Read(ConnectorTable table)
    {
        var options = table.Options;
        foreach (var (key, hint) in _refused)
        {
            if (options.Find(key) is { } option
                && !string.Equals(option.Value, "false", StringComparison.OrdinalIgnoreCase))
                throw ConnectorErrors.OptionNotSupported(option, hint);
        }
        options.Choice("sink.delivery-guarantee", "exactly-once", "exactly-once");
        return new FileOptions
        {
            Path = ReadPath(options),
            MonitorInterval = options.Find("source.monitor-interval") is null
                ? null
                : PositiveDuration(options, "source.monitor-interval", default),
            IsInTimeOrder = options.Choice("scan.split-order", "name", "name", "time") == "time",
            SplitBytes = Positive(options, "source.split-size", 64 << 20),
            RecordBytesMax = (int)Math.Min(RecordBytesLimit, ReadRecordBytes(options)),
            BadData = ReadBadData(options),
            DefaultPartition = ReadDefaultPartition(options),
            Commit = PartitionCommit.Read(table),
            LateRowsPath = options.Choice("late-data", "drop", "drop", "dead-letter") == "dead-letter" ? DeadLetterPath(options, "late-data") : null,
            RollBytes = Positive(options, "sink.rolling-policy.file-size", 128 << 20),
            RollInterval = PositiveDuration(options, "sink.rolling-policy.rollover-interval", TimeSpan.FromMinutes(1)),
        };
    }

    /// <summary>The part of a file's path that lies below the table's.</summary>
    public string BelowPath(string path) =>
        path.StartsWith(Path, StringComparison.Ordinal) ? path[Path.Length..].TrimStart('/') : path;

    static string ReadDefaultPartition(TableOptions options)
    {
        const string key = "partition.default-name";
        var name = options.Text(key) ?? "__DEFAULT_PARTITION__";
        return name.Length > 0 ? name : throw ConnectErrors.InvalidOptionValue(options.Find(key)!, "a name");
    }

    static string ReadPath(TableOptions options)
    {
        var text = options.RequiredText("path", "connector.path");
        var option = options.Find("path", "connector.path")!;
        if (text.Length == 0 || text.Contains('\0', StringComparison.Ordinal))
            throw ConnectErrors.InvalidOptionValue(option, "a path");
        if (text.StartsWith("file:", StringComparison.OrdinalIgnoreCase))
        {
            if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Host.Length > 0)
                throw ConnectErrors.InvalidOptionValue(option, "a file: URI without a host, such as file:///data/in");
            return Uri.UnescapeDataString(uri.AbsolutePath);
        }
        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        if (scheme > 0 && text[..scheme].All(char.IsAsciiLetterOrDigit))
            throw ConnectErrors.InvalidOptionValue(
                option, "a local path or a file: URI", $"File system \"{text[..scheme]}\" is not supported.");
        return text;
    }

    static BadDataPolicy ReadBadData(TableOptions options)
    {
        var kind = options.Choice("bad-data", "fail", "fail", "skip", "dead-letter");
        var path = options.Find("dead-letter.path");
        if (kind != "dead-letter")
        {
            if (path is not null && options.Find("late-data")?.Value != "dead-letter")
                throw ConnectorErrors.OptionNeeds(path, "bad-data", "Add 'bad-data' = 'dead-letter' or 'late-data' = 'dead-letter'.");
            return new BadDataPolicy(kind == "skip" ? BadDataKind.Skip : BadDataKind.Fail);
        }
        return new BadDataPolicy(BadDataKind.DeadLetter, DeadLetterPath(options, "bad-data"));
    }

    static string DeadLetterPath(TableOptions options, string policy) => options.Find("dead-letter.path") is { Value: { Length: > 0 } path }
        ? path
        : throw ConnectorErrors.OptionNeeds(options.Find(policy)!, "dead-letter.path", "Add 'dead-letter.path' = '...', a directory.");

    static long ReadRecordBytes(TableOptions options)
    {
        var bytes = options.MemorySize("max-record-size", 64 << 20);
        if (bytes is < 1 or > RecordBytesLimit)
            throw ConnectErrors.InvalidOptionValue(options.Find("max-record-size")!, "a size from 1 byte to 256 MB");
        return bytes;
    }

    static long Positive(TableOptions options, string key, long fallback)
    {
        var bytes = options.MemorySize(key, fallback);
        return bytes > 0 ? bytes : throw ConnectErrors.InvalidOptionValue(options.Find(key)!, "more than 0 bytes");
    }

    static TimeSpan PositiveDuration(TableOptions options, string key, TimeSpan fallback)
    {
        var duration = options.Duration(key, fallback);
        return duration > TimeSpan.Zero
            ? duration
            : throw ConnectErrors.InvalidOptionValue(options.Find(key)!, "longer than 0");
    }
}
