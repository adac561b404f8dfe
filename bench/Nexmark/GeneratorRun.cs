using System.Diagnostics;
using SqlStream.Connectors;
using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;

namespace SqlStream.Bench.Nexmark;

/// <summary>The generator alone, read on this thread: how fast the events come of which a query is made.</summary>
sealed class GeneratorRun : IEdgeScheduler, IBadRowHandler
{
    const int BatchRows = 4096;
    const int Kinds = 3;

    static readonly Field[] _bidFields =
    [
        new("auction", SqlType.BigInt), new("bidder", SqlType.BigInt), new("price", SqlType.BigInt), new("channel", SqlType.String), new("url", SqlType.String),
        new("dateTime", SqlType.Timestamp(3)), new("extra", SqlType.String),
    ];

    static readonly Field[] _auctionFields =
    [
        new("id", SqlType.BigInt), new("category", SqlType.BigInt), new("dateTime", SqlType.Timestamp(3)), new("expires", SqlType.Timestamp(3)),
    ];

    static readonly Field[] _personFields = [new("id", SqlType.BigInt), new("name", SqlType.String), new("dateTime", SqlType.Timestamp(3))];

    /// <summary>Events per CPU second: of the numbers of bids, of whole bids, of the numbers of auctions and bids, of some of everything.</summary>
    public static IEnumerable<(string Name, double Rate)> All(long events)
    {
        yield return ("bids: auction, price, dateTime", Measure(events, [2], (3, [_bidFields[0], _bidFields[2], _bidFields[5]])));
        yield return ("bids: all fields", Measure(events, [2], (3, _bidFields)));
        yield return ("auctions and bids: numbers and times", Measure(events, [1, 2], (2, _auctionFields), (3, [_bidFields[0], _bidFields[2], _bidFields[5]])));
        yield return ("all kinds: whole bids, some fields of the others", Measure(events, [0, 1, 2], (1, _personFields), (2, _auctionFields), (3, _bidFields)));
    }

    public void Run(string name, Action<CancellationToken> work) => throw new EngineBugException("the generator reads nothing ahead");

    public void Handle(ReadOnlySpan<byte> raw, string position, string error) => throw new EngineBugException(error);

    static double Measure(long events, int[] kinds, params (int Column, Field[] Fields)[] columns)
    {
        string[] names = ["event_type", "person", "auction", "bid"];
        var schema = new Schema(
        [
            new Field(names[0], SqlType.Int),
            .. columns.Select(column => new Field(names[column.Column], new RowType([.. column.Fields]))),
        ]);
        var catalog = new BuiltinConnectors();
        var table = new ConnectorTable("t", schema, [], [], new TableOptions(
            [new("connector", "nexmark", SourceSpan.None), new("events.num", (events * 2).ToString(System.Globalization.CultureInfo.InvariantCulture), SourceSpan.None)]));
        var source = catalog.Connectors.Single(connector => connector.Name == "nexmark").CreateSource(table, catalog)!;
        var split = source.CreateEnumerator(new SourceContext(TimeProvider.System, 1), null).Discover(default).Splits[0];
        var run = new GeneratorRun();
        using var reader = source.CreateReader(
            new SplitReaderContext
            {
                ReadColumns = [.. Enumerable.Range(0, schema.Count)],
                Filter = new OnlyKinds(kinds),
                Pool = new ColumnPool(),
                BatchRows = BatchRows,
                Edge = run,
                Clock = TimeProvider.System,
                Place = (0, 1),
                BadRows = run,
                Wake = () => { },
            },
            split, null);
        // The first half warms up.
        while (Position(reader) < events)
            Read(reader);
        using var process = Process.GetCurrentProcess();
        var start = process.TotalProcessorTime;
        while (Read(reader))
        {
            // Read to the end.
        }
        process.Refresh();
        return events / (process.TotalProcessorTime - start).TotalSeconds;
    }

    static bool Read(ISplitReader reader)
    {
        if (reader.Read(out var batch) != ReadStatus.Batch)
            return false;
        batch!.Release();
        return true;
    }

    static long Position(ISplitReader reader)
    {
        using var document = System.Text.Json.JsonDocument.Parse(reader.Position);
        return document.RootElement.GetProperty("event").GetInt64();
    }

    sealed class OnlyKinds(int[] kinds) : IRowFilter
    {
        public bool Keeps(Func<int, object?> valueOf) => kinds.Length == Kinds || kinds.Contains((int)valueOf(0)!);
    }
}
