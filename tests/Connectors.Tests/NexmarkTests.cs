using System.Diagnostics;
using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;
using Xunit.Abstractions;

namespace SqlStream.Connectors.Tests;

public sealed class NexmarkTests(ITestOutputHelper output)
{
    const int KindColumn = 0;
    const int PersonColumn = 1;
    const int AuctionColumn = 2;
    const int BidColumn = 3;

    /// <summary>The columns of the suite.</summary>
    public static Schema Schema { get; } = Table.Columns(
        ("event_type", SqlType.Int),
        ("person", SqlType.Row(
            new Field("id", SqlType.BigInt), new Field("name", SqlType.String), new Field("emailAddress", SqlType.String),
            new Field("creditCard", SqlType.String), new Field("city", SqlType.String), new Field("state", SqlType.String),
            new Field("dateTime", SqlType.Timestamp(3)), new Field("extra", SqlType.String))),
        ("auction", SqlType.Row(
            new Field("id", SqlType.BigInt), new Field("itemName", SqlType.String), new Field("description", SqlType.String),
            new Field("initialBid", SqlType.BigInt), new Field("reserve", SqlType.BigInt), new Field("dateTime", SqlType.Timestamp(3)),
            new Field("expires", SqlType.Timestamp(3)), new Field("seller", SqlType.BigInt), new Field("category", SqlType.BigInt),
            new Field("extra", SqlType.String))),
        ("bid", SqlType.Row(
            new Field("auction", SqlType.BigInt), new Field("bidder", SqlType.BigInt), new Field("price", SqlType.BigInt),
            new Field("channel", SqlType.String), new Field("url", SqlType.String), new Field("dateTime", SqlType.Timestamp(3)),
            new Field("extra", SqlType.String))));

    [Theory]
    [InlineData(1, 4096)]
    [InlineData(3, 7)]
    [InlineData(50, 1)]
    public void An_event_depends_on_the_seed_and_its_number_alone(int parallelism, int batchRows)
    {
        (string, string)[] options = [("events.num", "1234"), ("base-time", "2026-01-01 00:00:00")];
        var straight = SplitRun.ReadAll(Source(options), [0, 1, 2, 3]);
        var spread = new SplitRun { BatchRows = batchRows };
        foreach (var split in SplitRun.Splits(Source(options), parallelism))
            Assert.Equal(ReadStatus.End, spread.Read(Source(options), [0, 1, 2, 3], split));

        Assert.Equal(1234, straight.Count);
        Assert.Equal(straight.Order(StringComparer.Ordinal), spread.Rows.Order(StringComparer.Ordinal));
        Assert.NotEqual(straight, SplitRun.ReadAll(Source([.. options, ("seed", "1")]), [0, 1, 2, 3]));
    }

    [Fact]
    public void Kinds_follow_one_another_in_rounds()
    {
        var kinds = SplitRun.ReadAll(Source(("events.num", "98")), [KindColumn]).Select(row => row[^1]).ToList();

        // The first event has the number 2: the first round lacks its person and an auction.
        var round = "0" + new string('1', 3) + new string('2', 46);
        Assert.Equal((round + round)[2..], string.Concat(kinds));
    }

    [Fact]
    public void Other_proportions_hold_too()
    {
        (string, string)[] options = [("events.num", "9"), ("person.proportion", "0"), ("auction.proportion", "2"), ("bid.proportion", "1")];

        // Numbers 2 to 10 in rounds of 3.
        Assert.Equal("211211211", string.Concat(SplitRun.ReadAll(Source(options), [KindColumn]).Select(row => row[^1])));
        // A round of one event: the first ones have no number.
        (string, string)[] single = [("events.num", "5"), ("person.proportion", "1"), ("auction.proportion", "0"), ("bid.proportion", "0")];
        Assert.Equal(
            ["1002", "1003", "1004", "1005", "1006"],
            Fields(Read(Source(single), filter: null), PersonColumn).Select(person => person[0]!.ToString()));
    }

    [Fact]
    public void Unread_fields_are_not_made_and_do_not_change_the_others()
    {
        var source = Source(("events.num", "500"), ("base-time", "2026-01-01"));
        var whole = Fields(Read(source, filter: null), BidColumn);
        var some = Fields(Read(source, filter: null, new FieldsRead(BidColumn, [2, 4])), BidColumn);

        Assert.Equal(460, whole.Count);
        Assert.Equal(whole.Select(bid => (bid[2], bid[4])), some.Select(bid => (bid[2], bid[4])));
        Assert.All(some, bid => Assert.Equal([null, null, null, null, null], [bid[0], bid[1], bid[3], bid[5], bid[6]]));
        Assert.All(whole, bid => Assert.DoesNotContain(null, bid));
    }

    [Theory]
    [InlineData(0, 20)]
    [InlineData(1, 60)]
    [InlineData(2, 920)]
    [InlineData(7, 0)]
    public void Only_wanted_kinds_are_made(int kind, int rows)
    {
        (string, string)[] options = [("events.num", "1000"), ("base-time", "2026-01-01")];
        var all = SplitRun.ReadAll(Source(options), [0, 1, 2, 3]);
        var source = Source(options);

        Assert.Equal([KindColumn], source.FilterColumns);
        var wanted = Read(source, new Kinds(kind)).Select(batch => Rows.Text(batch).ToList()).ToList();
        Assert.Equal(all.Where(row => row.StartsWith($"+I {kind} ", StringComparison.Ordinal)), wanted.SelectMany(batch => batch));
        Assert.Equal(rows, wanted.Sum(batch => batch.Count));
    }

    [Fact]
    public void Numbers_and_references_are_spread_as_the_suite_has_them()
    {
        const int events = 100_000;
        var batches = Read(Source(("events.num", "100000"), ("base-time", "1970-01-01")), filter: null).ToList();
        var persons = Fields(batches, PersonColumn);
        var auctions = Fields(batches, AuctionColumn);
        var bids = Fields(batches, BidColumn);

        // Number 0, a person, and number 1, an auction, are not there; the last ones are numbers 100,000 and 100,001.
        Assert.Equal(Enumerable.Range(1001, events / 50), persons.Select(person => (int)(long)person[0]!));
        Assert.Equal(Enumerable.Range(1001, (events / 50 * 3) - 1 + 1), auctions.Select(auction => (int)(long)auction[0]!));
        Assert.Equal(events / 50 * 46, bids.Count);

        Near(0.5 + (0.5 / 111), Share(bids, bid => ((long)bid[0]! - 1000) % 100 == 0), 0.01);
        Near(0.75, Share(bids, bid => ((long)bid[1]! - 2000) % 100 == 1), 0.01);
        Near(0.75, Share(auctions, auction => ((long)auction[7]! - 1000) % 100 == 0), 0.02);
        foreach (var category in Enumerable.Range(10, 5))
            Near(0.2, Share(auctions, auction => (long)auction[8]! == category), 0.02);
        foreach (var hot in new[] { "Google", "Facebook", "Baidu", "Apple" })
            Near(0.125, Share(bids, bid => (string)bid[3]! == hot), 0.01);
        for (var decade = 2; decade < 8; decade++)
            Near(1.0 / 6, Share(bids, bid => Math.Log10((long)bid[2]!) is var log && log >= decade && log < decade + 1), 0.01);
        Assert.All(bids, bid => Assert.InRange((long)bid[2]!, 100, 100_000_000));
        Near(0.45, Share(bids, bid => ((string)bid[4]!).Contains("&channel_id=", StringComparison.Ordinal)), 0.01);
        Assert.InRange(bids.Where(bid => ((string)bid[3]!).StartsWith("channel-", StringComparison.Ordinal)).Select(bid => bid[3]).Distinct().Count(), 9_800, 10_000);
        Assert.All(bids.GroupBy(bid => bid[3]), channel => Assert.Single(channel.Select(bid => bid[4]).Distinct()));
        Near(68, bids.Average(bid => ((string)bid[6]!).Length), 1);
        Near(1, auctions.Average(auction => (48 + Length(auction[1]) + Length(auction[2]) + Length(auction[9])) / 500.0), 0.02);
        Near(1, persons.Average(person => (8 + new[] { 1, 2, 3, 4, 5, 7 }.Sum(field => Length(person[field]))) / 200.0), 0.02);
    }

    [Fact]
    public void Times_follow_the_rate_and_auctions_end_within_twice_the_horizon()
    {
        var batches = Read(Source(("events.num", "20000"), ("base-time", "1970-01-01"), ("first-event.rate", "1000"), ("next-event.rate", "1000")), filter: null).ToList();

        // Event n has the time n - 1 milliseconds; a hundred auctions take 1,666 events.
        Assert.Equal(Enumerable.Range(0, 20_000).Where(i => (i + 2) % 50 == 0).Select(i => (i + 1) * 1000L),
            Fields(batches, PersonColumn).Select(person => (long)person[6]!));
        Assert.All(Fields(batches, AuctionColumn), auction => Assert.InRange((long)auction[6]! - (long)auction[5]!, 1000, 2 * 1_666_000));
        Near(1_666_500, Fields(batches, AuctionColumn).Average(auction => (long)auction[6]! - (long)auction[5]!), 60_000);
    }

    [Fact]
    public void Texts_look_as_they_should()
    {
        var batches = Read(Source(("events.num", "5000")), filter: null).ToList();

        Assert.All(Fields(batches, PersonColumn), person =>
        {
            Assert.Matches("^(Peter|Paul|Luke|John|Saul|Vicky|Kate|Julie|Sarah|Deiter|Walter) (Shultz|Abrams|Spencer|White|Bartels|Walton|Smith|Jones|Noris)$", (string)person[1]!);
            Assert.Matches("^[a-z ]{0,6}@[a-z ]{0,4}[.]com$", (string)person[2]!);
            Assert.Matches("^[0-9]{4} [0-9]{4} [0-9]{4} [0-9]{4}$", (string)person[3]!);
            Assert.Matches("^(AZ|CA|ID|OR|WA|WY)$", (string)person[5]!);
        });
        Assert.All(Fields(batches, AuctionColumn), auction => Assert.Matches("^([a-z]([a-z ]{0,17}[a-z])?)?$", (string)auction[1]!));
        Assert.All(Fields(batches, BidColumn), bid =>
            Assert.Matches("^https://www[.]nexmark[.]com/[a-z_]{3,4}/[a-z_]{3,4}/[a-z_]{3,4}/item[.]htm[?]query=1(&channel_id=[0-9]+)?$", (string)bid[4]!));
    }

    [Fact]
    public void Events_come_when_their_time_has_come()
    {
        var source = Source(("first-event.rate", "100"), ("max-emit-speed", "false"));
        var run = new SplitRun();
        using var reader = source.CreateReader(run.Context([KindColumn]), SplitRun.Splits(source)[0], null);

        Assert.False(source.IsBounded);
        Assert.Equal(ReadStatus.CaughtUp, run.Read(reader));
        Assert.Empty(run.Rows);
        run.Clock.Advance(TimeSpan.FromMilliseconds(10));
        Assert.Equal(1, run.Wakes);
        Assert.Equal(ReadStatus.CaughtUp, run.Read(reader));
        Assert.Single(run.Rows);
        // What was not made in time is made up for.
        run.Clock.Advance(TimeSpan.FromSeconds(100));
        run.Read(reader);
        Assert.Equal(10_001, run.Rows.Count);
    }

    [Fact]
    public void What_is_passed_over_stays_with_the_split()
    {
        var source = Source(("first-event.rate", "100"), ("max-emit-speed", "false"), ("base-time", "1970-01-01"));
        for (var k = 0; k < 3; k++)
        {
            var run = new SplitRun();
            var split = SplitRun.Splits(source, 3)[k];
            run.Clock.Advance(TimeSpan.FromSeconds(12.34));
            using var nothing = source.CreateReader(Context(run, run.Pool, new Kinds(7), [KindColumn], []), split, null);
            Assert.Equal(ReadStatus.CaughtUp, run.Read(nothing));
            Assert.Empty(run.Rows);

            run.Clock.Advance(TimeSpan.FromSeconds(10));
            var all = Context(run, run.Pool, null, [BidColumn], [new FieldsRead(BidColumn, [5])]);
            using var rest = source.CreateReader(all, split, nothing.Position);
            Assert.Equal(ReadStatus.CaughtUp, run.Read(rest));

            // Event n has the time 10 (n - 1) milliseconds.
            var numbers = run.Rows.Where(row => row != "+I NULL").Select(row => (long.Parse(row.Split(", ")[5], System.Globalization.CultureInfo.InvariantCulture) / 10_000) + 1).ToList();
            Assert.NotEmpty(numbers);
            Assert.All(numbers, number => Assert.Equal(k, number / 50 % 3));
            Assert.All(numbers, number => Assert.InRange(number, 1_235, 2_235));
        }
    }

    [Fact]
    public void A_scan_ends_where_it_should()
    {
        Assert.False(Source().IsBounded);
        Assert.Equal(30, SplitRun.ReadAll(Source(("stop-at", "30")), [KindColumn]).Count);
        Assert.Equal(30, SplitRun.ReadAll(Source(("stop-at", "30"), ("events.num", "40")), [KindColumn]).Count);
        Assert.Equal(20, SplitRun.ReadAll(Source(("stop-at", "30"), ("events.num", "20")), [KindColumn]).Count);
        Assert.Empty(SplitRun.ReadAll(Source(("stop-at", "0")), [KindColumn]));
        var alive = Source(("events.num", "20"), ("keep-alive", "true"));
        var run = new SplitRun();

        Assert.False(alive.IsBounded);
        Assert.Equal(ReadStatus.CaughtUp, run.Read(alive, [KindColumn], SplitRun.Splits(alive)[0]));
        Assert.Equal(20, run.Rows.Count);
    }

    [Theory]
    [InlineData("events.num", "-1", "22023", "option 'events.num' must be a whole number from 0 to 9223372036854775807, not '-1'")]
    [InlineData("first-event.rate", "0", "22023", "option 'first-event.rate' must be a whole number from 1 to 1000000000, not '0'")]
    [InlineData("next-event.rate", "5", "0A000", "option 'next-event.rate' = '5' is not supported")]
    [InlineData("rate.limited", "true", "0A000", "option 'rate.limited' = 'true' is not supported")]
    [InlineData("rate.shape", "ROUND", "22023", "option 'rate.shape' must be one of 'SQUARE', 'SINE', not 'ROUND'")]
    [InlineData("bid.avg-size", "1 gb", "22023", "option 'bid.avg-size' must be a size of up to 1 MB, not '1 gb'")]
    [InlineData("base-time", "now", "22023", "option 'base-time' must be a time such as 2026-01-01 00:00:00, not 'now'")]
    [InlineData("bid.proportions", "1", "42704", "option 'bid.proportions' of connector 'nexmark' does not exist")]
    public void Options_that_cannot_work_are_refused(string key, string value, string state, string message)
    {
        var error = Assert.Throws<SqlException>(() => Source((key, value)));

        Assert.Equal(message, error.Message);
        Assert.Equal(state, error.SqlState);
    }

    [Fact]
    public void Columns_that_the_events_do_not_have_are_refused()
    {
        AssertRefused(("bids", SqlType.Row(new Field("price", SqlType.BigInt))), "42703", "connector 'nexmark' has no column \"bids\"", "Did you mean \"bid\"?");
        AssertRefused(("bid", SqlType.Row(new Field("prize", SqlType.BigInt))), "42703", "connector 'nexmark' has no column \"bid.prize\"", "Did you mean \"price\"?");
        AssertRefused(("bid", SqlType.Row(new Field("price", SqlType.Int))), "42804", "column \"bid.price\" of connector 'nexmark' is of type BIGINT, not INT", "Change the type of the column.");
        AssertRefused(("bid", SqlType.Int), "42804", "column \"bid\" of connector 'nexmark' is of type ROW, not INT", "Change the type of the column.");
        AssertRefused(("event_type", SqlType.String), "42804", "column \"event_type\" of connector 'nexmark' is of type INT, not STRING", "Change the type of the column.");
    }

    [Fact]
    public void Some_columns_in_another_order_are_those_of_all()
    {
        var schema = Table.Columns(
            ("bid", SqlType.Row(new Field("price", SqlType.BigInt), new Field("auction", SqlType.BigInt))), ("event_type", SqlType.Int));
        var source = Table.Source(Table.Of(schema, ("connector", "nexmark"), ("events.num", "100")));
        var all = Fields(Read(Source(("events.num", "100")), filter: null), BidColumn);

        Assert.Equal([1], source.FilterColumns);
        Assert.Equal(all.Select(bid => $"+I [{bid[2]}, {bid[0]}] | 2"), SplitRun.ReadAll(source, [0, 1]).Where(row => row.EndsWith('2')));
    }

    [Fact]
    public void Generation_allocates_nothing_per_row()
    {
        Measure("bids, all fields", new Kinds(2), [KindColumn, BidColumn]);
        Measure("bids, auction, price and time", new Kinds(2), [KindColumn, BidColumn], new FieldsRead(BidColumn, [0, 2, 5]));
        Measure("auctions and bids, four fields", new Kinds(1, 2), [KindColumn, AuctionColumn, BidColumn],
            new FieldsRead(AuctionColumn, [0, 5, 6, 8]), new FieldsRead(BidColumn, [0, 2, 5]));
        Measure("everything", null, [0, 1, 2, 3]);
    }

    void Measure(string name, IRowFilter? filter, IReadOnlyList<int> columns, params FieldsRead[] fields)
    {
        var source = Source();
        using var reader = source.CreateReader(Context(new SplitRun(), new ColumnPool(), filter, columns, fields), SplitRun.Splits(source)[0], null);
        var best = TimeSpan.MaxValue;
        var allocated = long.MaxValue;
        var first = 0L;
        var events = 0L;
        for (var round = 0; round < 300; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var start = Stopwatch.GetTimestamp();
            Assert.Equal(ReadStatus.Batch, reader.Read(out var batch));
            batch!.Release();
            var elapsed = Stopwatch.GetElapsedTime(start);
            allocated = Math.Min(allocated, GC.GetAllocatedBytesForCurrentThread() - before);
            var last = long.Parse(reader.Position[9..^1], System.Globalization.CultureInfo.InvariantCulture);
            if (elapsed < best)
                (best, events) = (elapsed, last - first);
            first = last;
        }

        output.WriteLine($"{events / best.TotalSeconds / 1e6:0.0} M events/s, {4096 / best.TotalSeconds / 1e6:0.0} M rows/s: {name}");
        Assert.InRange(allocated, 0, 8192);
    }

    static void AssertRefused((string, SqlType) column, string state, string message, string hint)
    {
        var error = Assert.Throws<SqlException>(() => Table.Source(Table.Of(Table.Columns(column), ("connector", "nexmark"))));

        Assert.Equal((state, message, hint), (error.SqlState, error.Message, error.Diagnostics[0].Hint));
    }

    // The batches of all events.
    static IEnumerable<Batch> Read(ISource source, IRowFilter? filter, params FieldsRead[] fields)
    {
        var context = Context(new SplitRun(), new ColumnPool(), filter, [0, 1, 2, 3], fields);
        using var reader = source.CreateReader(context, SplitRun.Splits(source)[0], null);
        while (reader.Read(out var batch) == ReadStatus.Batch)
            yield return batch!;
    }

    static SplitReaderContext Context(SplitRun run, ColumnPool pool, IRowFilter? filter, IReadOnlyList<int> columns, FieldsRead[] fields) => new()
    {
        ReadColumns = columns,
        ReadFields = fields,
        Filter = filter,
        Pool = pool,
        BatchRows = 4096,
        Edge = run.Edge,
        Clock = run.Clock,
        Place = (0, 1),
        BadRows = run,
        Wake = () => { },
    };

    // The events of one kind, as values.
    static List<ValueList<object?>> Fields(IEnumerable<Batch> batches, int column) =>
    [
        .. batches.SelectMany(batch => Enumerable.Range(0, batch.Rows).Select(row => PlanValue.Read(batch[column], row)))
            .OfType<ValueList<object?>>(),
    ];

    static double Share(List<ValueList<object?>> events, Func<ValueList<object?>, bool> condition) => (double)events.Count(condition) / events.Count;

    static int Length(object? text) => ((string)text!).Length;

    static void Near(double expected, double actual, double tolerance) => Assert.InRange(actual, expected - tolerance, expected + tolerance);

    static ISource Source(params (string, string)[] options) => Table.Source(Table.Of(Schema, [("connector", "nexmark"), .. options]));

    sealed class Kinds(params int[] kinds) : IRowFilter
    {
        public bool Keeps(Func<int, object?> valueOf) => kinds.Contains((int)valueOf(KindColumn)!);
    }
}
