using System.Buffers;
using System.Globalization;
using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Rows;

namespace SqlStream.Bench;

/// <summary>The rows of table <c>t (id BIGINT, k BIGINT, v DOUBLE)</c>: a ring of batches built once, so that a source costs nothing.</summary>
sealed class BenchRows(int keys, bool skewed = false)
{
    public const int BatchCount = 256;

    public long[][] Ids { get; } = Build((batch, row, _) => ((long)batch * Batch.RowsMax) + row);

    public long[][] Keys { get; } = Build((_, _, random) => Key(random, keys, skewed));

    public double[][] Values { get; } = Build((_, _, random) => random.NextDouble() * 100);

    public Batch ToBatch(int number, IReadOnlyList<int> readColumns, ColumnPool pool)
    {
        var columns = new Column[readColumns.Count];
        for (var i = 0; i < columns.Length; i++)
        {
            columns[i] = readColumns[i] switch
            {
                0 => Column(Ids[number], Core.Types.SqlType.BigInt, pool),
                1 => Column(Keys[number], Core.Types.SqlType.BigInt, pool),
                _ => Column(Values[number], Core.Types.SqlType.Double, pool),
            };
        }
        return new Batch(columns, Batch.RowsMax, pool);
    }

    // Eighty of a hundred rows fall on a fifth of the keys.
    static long Key(Random random, int keys, bool skewed) =>
        !skewed ? random.Next(keys) : random.Next(100) < 80 ? random.Next(keys / 5) : random.Next(keys);

    static T[][] Build<T>(Func<int, int, Random, T> value)
    {
        var random = new Random(1);
        var batches = new T[BatchCount][];
        for (var batch = 0; batch < BatchCount; batch++)
        {
            batches[batch] = new T[Batch.RowsMax];
            for (var row = 0; row < Batch.RowsMax; row++)
                batches[batch][row] = value(batch, row, random);
        }
        return batches;
    }

    static FixedColumn<T> Column<T>(T[] values, Core.Types.SqlType type, ColumnPool pool) where T : unmanaged
    {
        using var builder = new FixedColumnBuilder<T>(type, pool);
        values.CopyTo(builder.AppendSpan(values.Length));
        return (FixedColumn<T>)builder.Build();
    }
}

/// <summary>Connector <c>bench</c>: a source of ready batches, one split a subtask, and a sink that drops rows and works by key.</summary>
sealed class BenchConnector(BenchRows rows) : IConnector
{
    public string Name => "bench";

    public IReadOnlyList<OptionDefinition> Options { get; } = [new("rows", "0", "Number of rows, over all splits."), new("splits", "1", "Number of splits.")];

    public bool UsesFormat => false;

    public ISource CreateSource(ConnectorTable table, IFormatCatalog formats) =>
        new Source(rows, table.Options.Integer("rows", 0), (int)table.Options.Integer("splits", 1));

    public ISink CreateSink(ConnectorTable table, IFormatCatalog formats) => new Sink();

    sealed class Source(BenchRows rows, long count, int splits) : ISource
    {
        public bool IsBounded => true;

        public ChangelogMode Changelog => ChangelogMode.AppendOnly;

        public BadDataPolicy BadData => new(BadDataKind.Fail);

        public ISink? DeadLetterSink => null;

        public ISplitEnumerator CreateEnumerator(SourceContext context, string? state) => new Enumerator(splits, state is "done");

        public ISplitReader CreateReader(SplitReaderContext context, SourceSplit split, string? position) =>
            new Reader(rows, count / splits / Batch.RowsMax, context, position is null ? 0 : long.Parse(position, CultureInfo.InvariantCulture));
    }

    sealed class Enumerator(int splits, bool done) : ISplitEnumerator
    {
        bool _done = done;

        public TimeSpan Interval => TimeSpan.FromHours(1);

        public (IReadOnlyList<SourceSplit> Splits, bool Done) Discover(CancellationToken cancellation)
        {
            if (_done)
                return ([], true);
            _done = true;
            return ([.. Enumerable.Range(0, splits).Select(i => new SourceSplit(i.ToString(CultureInfo.InvariantCulture)))], true);
        }

        public string SaveState() => _done ? "done" : "new";
    }

    sealed class Reader : ISplitReader
    {
        readonly Batch[] _ring;
        readonly long _batches;
        long _next;

        public Reader(BenchRows rows, long batches, SplitReaderContext context, long next)
        {
            _batches = batches;
            _next = next;
            _ring = [.. Enumerable.Range(0, BenchRows.BatchCount).Select(i => rows.ToBatch(i, context.ReadColumns, context.Pool))];
        }

        public string Position => _next.ToString(CultureInfo.InvariantCulture);

        public ReadStatus Read(out Batch? batch)
        {
            batch = null;
            if (_next == _batches)
                return ReadStatus.End;
            batch = _ring[(int)(_next++ % BenchRows.BatchCount)].Retain();
            return ReadStatus.Batch;
        }

        public void Dispose()
        {
            foreach (var batch in _ring)
                batch.Release();
        }
    }

    sealed class Sink : ISink
    {
        public ChangelogMode Accepts => ChangelogMode.Upsert;

        public DeliveryGuarantee Delivery => DeliveryGuarantee.None;

        public ISinkEncoder CreateEncoder(ColumnPool pool) => throw new NotSupportedException();

        public ISinkShipper CreateShipper(ShipperContext context) => throw new NotSupportedException();

        public ISinkWriter CreateWriter(SinkWriterContext context) => new Writer();
    }

    sealed class Writer : ISinkWriter
    {
        public void Write(Batch batch)
        {
        }

        public void Flush()
        {
        }

        public void Dispose()
        {
        }
    }
}
