using System.Globalization;
using System.Text;
using SqlStream.Connectors.Formats;
using SqlStream.Core.Connect;

namespace SqlStream.Connectors.Postgres;

/// <summary>What happens to a row that the server refuses.</summary>
enum RefusedRows
{
    /// <summary>The job fails.</summary>
    Fail,

    /// <summary>It is passed over.</summary>
    Skip,

    /// <summary>It goes into another table.</summary>
    DeadLetter,
}

/// <summary>The ranges of a scan, as the options give them.</summary>
/// <param name="Column">By whose values the table is divided; null for by where rows lie.</param>
/// <param name="Count">Number of ranges; null where the parallelism says it.</param>
/// <param name="Bounds">The kind of the bounds: numbers, days or microseconds.</param>
/// <param name="LowerBound">The least value of the first range.</param>
/// <param name="UpperBound">The greatest value of the last range.</param>
sealed record ScanRanges(string? Column, int? Count, ScanBounds Bounds, long LowerBound, long UpperBound);

/// <summary>By what a scan is divided.</summary>
enum ScanBounds
{
    /// <summary>Numbers.</summary>
    Number,

    /// <summary>Days since 1970.</summary>
    Date,

    /// <summary>Microseconds since 1970.</summary>
    Timestamp,
}

/// <summary>The options of the connectors <c>postgres</c> and <c>jdbc</c>.</summary>
sealed record PostgresOptions
{
    /// <summary>Where the server is.</summary>
    public required PostgresAddress Address { get; init; }

    /// <summary>The table.</summary>
    public required PostgresName Table { get; init; }

    /// <summary>The table is made where it is not there.</summary>
    public required bool Creates { get; init; }

    /// <summary>The table of the markers.</summary>
    public required PostgresName Epochs { get; init; }

    /// <summary>What happens to a row that the server refuses.</summary>
    public required RefusedRows Refused { get; init; }

    /// <summary>Where it goes.</summary>
    public required PostgresName? DeadLetters { get; init; }

    /// <summary>How a scan is divided.</summary>
    public required ScanRanges Scan { get; init; }

    /// <summary>What lookup joins keep.</summary>
    public required LookupOptions Lookup { get; init; }

    /// <summary>How often a lookup that fails is tried again.</summary>
    public required int LookupRetries { get; init; }

    /// <summary>Microseconds of a day.</summary>
    internal const long MicrosOfDay = 86_400_000_000;

    public static IReadOnlyList<OptionDefinition> Definitions { get; } =
    [
        .. PostgresAddress.Definitions,
        new("table-name", null, "The table, as in orders, public.orders or \"Sales\".\"Orders\"."),
        new("driver", null, "Accepted for compatibility: there is one client."),
        new("auto-create", "false", "Makes the table where it is not there.", ["true", "false"]),
        new("sink.delivery-guarantee", "exactly-once", "How often a row arrives.", ["exactly-once"]),
        new("sink.epochs-table", "_sqlstream_epochs", "The table that says what was delivered; made where it is not there."),
        new("sink.on-error", "fail", "What happens to a row that the server refuses.", ["fail", "skip", "dead-letter"]),
        new("dead-letter.table-name", null, "The table that takes such rows; made where it is not there."),
        new("sink.buffer-flush.max-rows", null, "Accepted for compatibility: an epoch is one transaction."),
        new("sink.buffer-flush.interval", null, "Accepted for compatibility: an epoch is one transaction."),
        new("sink.max-retries", null, "Accepted for compatibility: a server that cannot be reached is tried until it can."),
        new("sink.parallelism", null, "Not supported: SET 'parallelism.default'."),
        new("scan.partition.column", null, "A number or a date by whose values a scan is divided; without it, where rows lie divides it."),
        new("scan.partition.num", null, "Into how many parts."),
        new("scan.partition.lower-bound", null, "The least value of the first part."),
        new("scan.partition.upper-bound", null, "The greatest value of the last part."),
        new("scan.fetch-size", null, "Accepted for compatibility: rows come in a stream."),
        new("scan.auto-commit", null, "Accepted for compatibility: a scan sees one snapshot."),
        new("scan.parallelism", null, "Not supported: SET 'parallelism.default'."),
        new("filter.handling.policy", null, "Accepted for compatibility."),
        .. LookupOptions.KeyedDefinitions,
        new("lookup.max-retries", "3", "How often a lookup that fails is tried again."),
    ];

    public static PostgresOptions Read(ConnectorTable table)
    {
        var options = table.Options;
        foreach (var key in new[] { "scan.parallelism", "sink.parallelism" })
        {
            if (options.Find(key) is { } option)
                throw ConnectorErrors.OptionNotSupported(option, "Use SET 'parallelism.default' = '...'.");
        }
        options.Choice("sink.delivery-guarantee", "exactly-once", "exactly-once");
        var refused = options.Choice("sink.on-error", "fail", "fail", "skip", "dead-letter");
        var deadLetters = options.Find("dead-letter.table-name");
        if (refused == "dead-letter" && deadLetters is null)
            throw ConnectorErrors.OptionNeeds(options.Find("sink.on-error")!, "dead-letter.table-name", "Add 'dead-letter.table-name' = '...'.");
        if (refused != "dead-letter" && deadLetters is not null)
            throw ConnectorErrors.OptionNeeds(deadLetters, "sink.on-error", "Add 'sink.on-error' = 'dead-letter'.");
        options.RequiredText("table-name");
        return new PostgresOptions
        {
            Address = PostgresAddress.Read(options, table.Files),
            Table = Name(options.Find("table-name")!),
            Creates = options.Boolean("auto-create", fallback: false),
            Epochs = options.Find("sink.epochs-table") is { } epochs ? Name(epochs) : new PostgresName(null, "_sqlstream_epochs"),
            Refused = refused switch { "skip" => RefusedRows.Skip, "dead-letter" => RefusedRows.DeadLetter, _ => RefusedRows.Fail },
            DeadLetters = deadLetters is null ? null : Name(deadLetters),
            Scan = ReadScan(options),
            Lookup = LookupOptions.ReadKeyed(options),
            LookupRetries = (int)options.Integer("lookup.max-retries", 3, 0, 1000),
        };
    }

    static PostgresName Name(TableOption option) =>
        PostgresName.TryParse(option.Value, out var name) ? name : throw ConnectErrors.InvalidOptionValue(option, "a name such as orders, public.orders or \"Sales\".\"Orders\"");

    static ScanRanges ReadScan(TableOptions options)
    {
        const string column = "scan.partition.column";
        string[] others = ["scan.partition.num", "scan.partition.lower-bound", "scan.partition.upper-bound"];
        if (options.Find(column) is { } divides)
        {
            if (others.FirstOrDefault(key => options.Find(key) is null) is { } missing)
                throw ConnectorErrors.OptionNeeds(divides, missing, $"Add '{missing}' = '...'.");
        }
        else if (others.Skip(1).Select(key => options.Find(key)).FirstOrDefault(option => option is not null) is { } lonely)
        {
            throw ConnectErrors.OptionNeedsOther(lonely, column);
        }
        var (lower, upper, bounds) = ReadBounds(options.Find(others[1]), options.Find(others[2]));
        if (lower > upper)
            throw ConnectErrors.InvalidOptionValue(options.Find(others[1])!, "no greater than 'scan.partition.upper-bound'");
        return new ScanRanges(options.Text(column), options.Find(others[0]) is null ? null : (int)options.Integer(others[0], 1, 1, 10_000), bounds, lower, upper);
    }

    // Both are numbers, or both days or times, a day being its beginning.
    static (long Lower, long Upper, ScanBounds Bounds) ReadBounds(TableOption? lower, TableOption? upper)
    {
        if (lower is null || upper is null)
            return (0, 0, ScanBounds.Number);
        var (first, last) = (ReadBound(lower), ReadBound(upper));
        if (first.Bounds == last.Bounds)
            return (first.Value, last.Value, first.Bounds);
        if (first.Bounds == ScanBounds.Number || last.Bounds == ScanBounds.Number)
            throw ConnectErrors.InvalidOptionValue(upper, first.Bounds == ScanBounds.Number ? "a whole number, as 'scan.partition.lower-bound' is one" : "a day or a time, as 'scan.partition.lower-bound' is one");
        return (Micros(first), Micros(last), ScanBounds.Timestamp);

        static long Micros((ScanBounds Bounds, long Value) bound) => bound.Bounds == ScanBounds.Date ? bound.Value * MicrosOfDay : bound.Value;
    }

    static (ScanBounds Bounds, long Value) ReadBound(TableOption option)
    {
        var text = option.Value.Trim();
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            return (ScanBounds.Number, number);
        var bytes = Encoding.UTF8.GetBytes(text);
        if (TimeText.TryParseDate(bytes, out var days))
            return (ScanBounds.Date, days);
        return TimeText.TryParseTimestamp(bytes, (byte)' ', 6, out var micros)
            ? (ScanBounds.Timestamp, micros)
            : throw ConnectErrors.InvalidOptionValue(option, "a whole number, a day such as 2026-01-31, or a time such as 2026-01-31 12:00:00");
    }
}
