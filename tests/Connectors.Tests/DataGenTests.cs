using System.Diagnostics;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using Xunit.Abstractions;

namespace SqlStream.Connectors.Tests;

public sealed class DataGenTests(ITestOutputHelper output)
{
    const string Unpaced = "1000000000";

    static readonly Schema _id = Table.Columns(("id", SqlType.BigInt));

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(50)]
    public void The_number_of_rows_is_exact_at_any_parallelism(int parallelism)
    {
        var source = Source(_id, ("number-of-rows", "41"), ("fields.id.kind", "sequence"), ("fields.id.start", "5"),
            ("fields.id.end", "100"));
        var run = new SplitRun();
        var splits = SplitRun.Splits(source, parallelism);

        foreach (var split in splits)
            Assert.Equal(ReadStatus.End, run.Read(source, [0], split));

        Assert.True(source.IsBounded);
        Assert.Equal(parallelism, splits.Count);
        Assert.Equal(Enumerable.Range(5, 41).Select(i => $"+I {i}"),
            run.Rows.Order(Comparer<string>.Create((x, y) => Number(x).CompareTo(Number(y)))));
    }

    [Fact]
    public void The_shortest_sequence_ends_the_table()
    {
        var source = Source(Table.Columns(
            ("a", SqlType.Int), ("b", SqlType.String), ("c", SqlType.Decimal(6, 2)), ("d", SqlType.Double)),
            ("fields.a.kind", "sequence"), ("fields.a.start", "-1"), ("fields.a.end", "1"),
            ("fields.b.kind", "sequence"), ("fields.b.start", "1"), ("fields.b.end", "9"),
            ("fields.c.kind", "sequence"), ("fields.c.start", "1"), ("fields.c.end", "9"),
            ("fields.d.kind", "sequence"), ("fields.d.start", "1"), ("fields.d.end", "9"));

        Assert.Equal(["+I -1 | 1 | 100 | 1", "+I 0 | 2 | 200 | 2", "+I 1 | 3 | 300 | 3"],
            SplitRun.ReadAll(source, [0, 1, 2, 3]));
    }

    [Fact]
    public void A_row_depends_on_the_seed_and_its_number_alone()
    {
        (string, string)[] options = [("number-of-rows", "30"), ("fields.id.null-rate", "0.2")];
        var straight = SplitRun.ReadAll(Source(_id, options), [0], batchRows: 7);
        var spread = new SplitRun();
        foreach (var split in SplitRun.Splits(Source(_id, options), 4))
            spread.Read(Source(_id, options), [0], split);

        Assert.Equal(straight.Order(StringComparer.Ordinal), spread.Rows.Order(StringComparer.Ordinal));
        Assert.Contains("+I NULL", straight);
        Assert.NotEqual(straight, SplitRun.ReadAll(Source(_id, [.. options, ("seed", "1")]), [0]));
    }

    [Fact]
    public void Random_values_stay_within_their_bounds()
    {
        var schema = Table.Columns(
            ("a", SqlType.TinyInt), ("b", SqlType.Decimal(5, 2)), ("c", SqlType.Decimal(38, 0)), ("d", SqlType.Double),
            ("e", SqlType.String), ("f", SqlType.Timestamp(3)), ("g", SqlType.Boolean), ("h", SqlType.Bytes));
        var source = Source(schema, ("number-of-rows", "2000"), ("fields.a.min", "-3"), ("fields.a.max", "3"),
            ("fields.b.min", "1.5"), ("fields.b.max", "2.25"),
            ("fields.d.min", "-1"), ("fields.d.max", "1"), ("fields.e.length", "4"), ("fields.e.var-len", "true"),
                ("fields.f.max-past", "10 s"), ("fields.h.length", "2"));

        var rows = SplitRun.ReadAll(source, [0, 1, 2, 3, 4, 5, 6, 7]).Select(row => row[3..].Split(" | ")).ToList();

        Assert.Equal(["-1", "-2", "-3", "0", "1", "2", "3"],
            rows.Select(row => row[0]).Distinct().Order(StringComparer.Ordinal));
        Assert.All(rows, row => Assert.InRange(int.Parse(row[1]), 150, 225));
        Assert.All(rows, row => Assert.InRange(Int128.Parse(row[2]), 0, Int128.Parse(new string('9', 38))));
        Assert.All(rows, row =>
            Assert.InRange(double.Parse(row[3], System.Globalization.CultureInfo.InvariantCulture), -1, 1));
        Assert.Equal([1, 2, 3, 4], rows.Select(row => row[4].Length).Distinct().Order());
        Assert.All(rows, row => Assert.True(row[4].All(char.IsAsciiHexDigitLower)));
        var now = (new Testing.ManualClock().GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / 10;
        Assert.All(rows, row => Assert.InRange(long.Parse(row[5]), now - 10_000_000, now + 1000));
        Assert.Equal(["False", "True"], rows.Select(row => row[6]).Distinct().Order(StringComparer.Ordinal));
        Assert.All(rows, row => Assert.Equal(6, row[7].Length));
    }

    [Fact]
    public void Nested_values_are_made_of_their_parts()
    {
        var schema = Table.Columns(
            ("a", SqlType.Array(SqlType.Int)),
            ("m", SqlType.Map(SqlType.String, SqlType.Row(new Field("x", SqlType.BigInt)))),
            ("s", SqlType.Multiset(SqlType.Boolean)),
            ("t", SqlType.Timestamp(9)),
            ("i", SqlType.IntervalDaySecond));
        (string, string)[] options =
        [
            ("number-of-rows", "50"), ("fields.a.length", "2"), ("fields.a.element.min", "1"), ("fields.a.element.max", "3"),
            ("fields.a.element.null-rate", "0.5"), ("fields.m.length", "4"), ("fields.m.key.length", "1"), ("fields.m.value.x.max", "0"),
            ("fields.m.null-rate", "0.2"), ("fields.i.max", "1000"),
        ];

        var rows = SplitRun.ReadAll(Source(schema, options), [0, 1, 2, 3, 4]);

        Assert.Equal(50, rows.Count);
        Assert.All(rows, row => Assert.Matches(
            @"^\+I \[(NULL|[123]), (NULL|[123])\] \| (NULL|\{[0-9a-f]=\[-?\d+\](, [0-9a-f]=\[-?\d+\]){0,3}\}) \| \{(True|False)=[123](, (True|False)=[123])?\} \| \d+000 \| \d+$", row));
        Assert.Equal(rows, SplitRun.ReadAll(Source(schema, options), [0, 1, 2, 3, 4]));
        var error = Assert.Throws<SqlException>(() => Source(schema, ("fields.m.value.y.max", "0")));
        Assert.Contains("fields.m.value.y.max", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_come_at_the_wanted_pace()
    {
        var source = Table.Source(Table.Of(_id, ("connector", "datagen"), ("rows-per-second", "100")));
        var run = new SplitRun();
        using var reader = source.CreateReader(run.Context([0]), SplitRun.Splits(source)[0], null);

        Assert.False(source.IsBounded);
        Assert.Equal(ReadStatus.CaughtUp, run.Read(reader));
        Assert.Single(run.Rows);
        run.Clock.Advance(TimeSpan.FromMilliseconds(9));
        Assert.Equal(0, run.Wakes);
        run.Clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, run.Wakes);
        Assert.Equal(ReadStatus.CaughtUp, run.Read(reader));
        Assert.Equal(2, run.Rows.Count);
        run.Clock.Advance(TimeSpan.FromMilliseconds(500));
        run.Read(reader);
        Assert.Equal(52, run.Rows.Count);
        // An hour without credit is made up for by one second's worth.
        run.Clock.Advance(TimeSpan.FromHours(1));
        run.Read(reader);
        Assert.InRange(run.Rows.Count, 152, 153);
    }

    [Fact]
    public void The_pace_is_that_of_all_splits_together()
    {
        var source = Table.Source(Table.Of(_id, ("connector", "datagen"), ("rows-per-second", "100")));
        var run = new SplitRun();
        var readers = SplitRun.Splits(source, 3).Select(split =>
            source.CreateReader(run.Context([0]), split, null)).ToList();
        for (var i = 0; i < 100; i++)
        {
            foreach (var reader in readers)
                run.Read(reader);
            run.Clock.Advance(TimeSpan.FromMilliseconds(10));
        }
        readers.ForEach(reader => reader.Dispose());

        Assert.InRange(run.Rows.Count, 99, 103);
    }

    [Theory]
    [InlineData("fields.x.min", "1", "42703", "column \"x\" of option 'fields.x.min' does not exist")]
    [InlineData(
        "fields.id.length", "1", "22023", "option 'fields.id.length' does not apply to column \"id\" of type BIGINT")]
    [InlineData(
        "fields.id.kind", "randm", "22023", "option 'fields.id.kind' must be one of 'random', 'sequence', not 'randm'")]
    [InlineData("fields.id.kind", "sequence", "22023", "option 'fields.id.start' is required")]
    [InlineData(
        "fields.id.null-rate", "1.5", "22023", "option 'fields.id.null-rate' must be a number from 0 to 1, not '1.5'")]
    [InlineData("rows-per-second", "0", "22023",
        "option 'rows-per-second' must be a whole number from 1 to 9223372036854775807, not '0'")]
    [InlineData("scan.parallelism", "2", "0A000", "option 'scan.parallelism' = '2' is not supported")]
    public void Options_that_cannot_work_are_refused(string key, string value, string state, string message)
    {
        var error = Assert.Throws<SqlException>(() =>
            Table.Source(Table.Of(_id, ("connector", "datagen"), (key, value))));

        Assert.Equal(message, error.Message);
        Assert.Equal(state, error.SqlState);
    }

    [Fact]
    public void Generation_allocates_nothing_per_row()
    {
        var source = Source(Table.Columns(("a", SqlType.BigInt), ("b", SqlType.Int), ("c", SqlType.Double)));
        var run = new SplitRun();
        var pool = new Core.Columns.ColumnPool();
        var context = new SplitReaderContext
        {
            ReadColumns = [0, 1, 2],
            Pool = pool,
            BatchRows = 4096,
            Edge = run.Edge,
            Clock = run.Clock,
            Place = (0, 1),
            BadRows = run,
            Wake = () => { },
        };
        using var reader = source.CreateReader(context, SplitRun.Splits(source)[0], null);
        var best = TimeSpan.MaxValue;
        var allocated = long.MaxValue;
        for (var round = 0; round < 300; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var start = Stopwatch.GetTimestamp();
            Assert.Equal(ReadStatus.Batch, reader.Read(out var batch));
            batch!.Release();
            best = TimeSpan.FromTicks(Math.Min(best.Ticks, Stopwatch.GetElapsedTime(start).Ticks));
            allocated = Math.Min(allocated, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        output.WriteLine($"{4096 / best.TotalSeconds / 1e6:0.0} M rows/s of three columns");
        Assert.InRange(allocated, 0, 4096);
    }

    static long Number(string row) => long.Parse(row.AsSpan(3), System.Globalization.CultureInfo.InvariantCulture);

    static ISource Source(Schema schema, params (string, string)[] options) =>
        Table.Source(Table.Of(schema, [("connector", "datagen"), ("rows-per-second", Unpaced), .. options]));
}
