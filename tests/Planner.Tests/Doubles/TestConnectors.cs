using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Types;

namespace SqlStream.Planner.Tests.Doubles;

/// <summary>Connectors that are planned and never run: <c>test</c> does what its options say, <c>source</c> cannot be
/// written, <c>sink</c> cannot be read, <c>files</c> needs a format.</summary>
sealed class TestConnectors : IConnectorCatalog, IFormatCatalog
{
    public static TestConnectors Instance { get; } = new();

    public IReadOnlyList<IConnector> Connectors { get; } =
    [
        new TestConnector("test", reads: true, writes: true, usesFormat: false),
        new TestConnector("source", reads: true, writes: false, usesFormat: false),
        new TestConnector("sink", reads: false, writes: true, usesFormat: false),
        new TestConnector("files", reads: true, writes: true, usesFormat: true),
    ];

    IFormatCatalog IConnectorCatalog.Formats => this;

    public IReadOnlyList<IFormat> Formats { get; } = [new TestFormat()];

    public static ChangelogMode Mode(TableOptions options, string key) => options.Choice(key, "I", "I", "I,UA,D", "I,UB,UA,D") switch
    {
        "I,UA,D" => ChangelogMode.Upsert,
        "I,UB,UA,D" => ChangelogMode.Retract,
        _ => ChangelogMode.AppendOnly,
    };
}

sealed class TestConnector(string name, bool reads, bool writes, bool usesFormat) : IConnector
{
    public string Name => name;

    public IReadOnlyList<OptionDefinition> Options { get; } =
    [
        new("bounded", "false", "Whether reading ends."),
        new("narrow", "false", "Readers leave out rows by their first column, and fields."),
        new("changelog", "I", "The kinds of rows that are read."),
        new("accepts", "I", "The kinds of rows that are written."),
        new("path", null, "Where the files are."),
        new("scan.startup.mode", null, "Where reading begins."),
        new("sink.parallelism", null, "Subtasks that write."),
        new("scan.parallelism", null, "Subtasks that read."),
    ];

    public IReadOnlyList<MetadataDefinition> Metadata { get; } =
    [
        new("offset", SqlType.BigInt.WithNullability(false)),
        new("topic", SqlType.String.WithNullability(false)),
        new("timestamp", SqlType.TimestampLtz(3).WithNullability(false), IsWritable: true),
    ];

    public bool AcceptsPartitions => true;

    public bool UsesFormat => usesFormat;

    public ISource? CreateSource(ConnectorTable table, IFormatCatalog formats) => reads
        ? new TestSource(table.Options.Boolean("bounded", false), TestConnectors.Mode(table.Options, "changelog"), table.Options.Boolean("narrow", false))
        : null;

    public ISink? CreateSink(ConnectorTable table, IFormatCatalog formats) => writes
        ? new TestSink(TestConnectors.Mode(table.Options, "accepts"))
        : null;
}

sealed class TestSource(bool isBounded, ChangelogMode changelog, bool isNarrow) : ISource
{
    public IReadOnlyList<int> FilterColumns => isNarrow ? [0] : [];

    public bool SkipsUnreadFields => isNarrow;

    public bool IsBounded => isBounded;

    public ChangelogMode Changelog => changelog;

    public BadDataPolicy BadData { get; } = new(BadDataKind.Fail);

    public ISink? DeadLetterSink => null;

    public ISplitEnumerator CreateEnumerator(SourceContext context, string? state) => throw new NotSupportedException();

    public ISplitReader CreateReader(SplitReaderContext context, SourceSplit split, string? position) => throw new NotSupportedException();
}

sealed class TestSink(ChangelogMode accepts) : ISink
{
    public ChangelogMode Accepts => accepts;

    public DeliveryGuarantee Delivery => DeliveryGuarantee.ExactlyOnce;

    public ISinkEncoder CreateEncoder(ColumnPool pool) => throw new NotSupportedException();

    public ISinkShipper CreateShipper(ShipperContext context) => throw new NotSupportedException();

    public ISinkWriter CreateWriter(SinkWriterContext context) => throw new NotSupportedException();
}

sealed class TestFormat : IFormat
{
    public string Name => "json";

    public IReadOnlyList<OptionDefinition> Options { get; } = [new("json.ignore-parse-errors", "false", "Pass over bad rows.")];

    public ChangelogMode DecodedChangelog(TableOptions options) => ChangelogMode.AppendOnly;

    public ChangelogMode EncodableChangelog(TableOptions options) => ChangelogMode.AppendOnly;
}
