using System.Diagnostics;
using System.Globalization;
using System.Text;
using SqlStream.Core.Columns;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;
using Xunit.Abstractions;

namespace SqlStream.Connectors.Tests;

/// <summary>Prints how fast rows are decoded; asserts only that decoding a row allocates nothing.</summary>
public sealed class ThroughputTests(ITestOutputHelper output)
{
    const int RowsPerRound = 8_192;

    static readonly Schema _schema = Table.Columns(
        ("auction", SqlType.BigInt), ("bidder", SqlType.BigInt), ("price", SqlType.Decimal(12, 2)),
            ("channel", SqlType.String),
        ("url", SqlType.String), ("dateTime", SqlType.Timestamp(3)), ("ratio", SqlType.Double),
            ("extra", SqlType.String));

    [Theory]
    [InlineData("json", 8)]
    [InlineData("json", 3)]
    [InlineData("changelog-json", 8)]
    [InlineData("csv", 8)]
    [InlineData("csv", 3)]
    public void Decoding_allocates_nothing_per_row(string format, int columns)
    {
        var bytes = Encoding.UTF8.GetBytes(
            string.Concat(Enumerable.Range(0, RowsPerRound).Select(i => Line(format, i))));
        var pool = new ColumnPool();
        var readColumns = Enumerable.Range(0, columns).ToList();
        using var rows = new BatchBuilder([.. readColumns.Select(column => _schema[column].Type)], pool);
        var decoder = Table.FileFormat(format).CreateDecoder(Table.Of(_schema), readColumns);

        Round(decoder, rows, bytes);
        var best = TimeSpan.MaxValue;
        var allocated = long.MaxValue;
        for (var round = 0; round < 25; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var start = Stopwatch.GetTimestamp();
            Round(decoder, rows, bytes);
            best = TimeSpan.FromTicks(Math.Min(best.Ticks, Stopwatch.GetElapsedTime(start).Ticks));
            allocated = Math.Min(allocated, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        output.WriteLine(
            $"{format}, {columns} columns: {RowsPerRound / best.TotalSeconds / 1e6:0.00} M rows/s, {bytes.Length / best.TotalSeconds / 1e6:0} MB/s, {bytes.Length / RowsPerRound} bytes a row");
        Assert.InRange(allocated / RowsPerRound, 0, 1);
    }

    static void Round(SqlStream.Core.Connect.IRowDecoder decoder, BatchBuilder rows, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var length = decoder.FindRecordEnd(bytes, true);
            Assert.Null(decoder.Decode(bytes[..length], rows));
            bytes = bytes[length..];
            if (rows.Rows == Batch.RowsMax)
                rows.Build().Release();
        }
        rows.Build().Release();
    }

    static string Line(string format, int i)
    {
        var json = string.Create(CultureInfo.InvariantCulture,
            $$"""{"auction":{{1000 + i}},"bidder":{{2000 + (i * 7)}},"price":{{i % 10000}}.{{i % 100:d2}},"channel":"channel-{{i % 50}}","url":"https://www.nexmark.com/item.htm?query=1&id={{i}}","dateTime":"2026-01-02 03:04:05.{{i % 1000:d3}}","ratio":{{i * 0.25}},"extra":"{{new string('x', 20)}}"}""");
        return format switch
        {
            "json" => json + "\n",
            "csv" => string.Create(CultureInfo.InvariantCulture,
                $"{1000 + i},{2000 + (i * 7)},{i % 10000}.{i % 100:d2},channel-{i % 50},\"https://www.nexmark.com/item.htm?query=1&id={i}\",2026-01-02 03:04:05.{i % 1000:d3},{i * 0.25},{new string('x', 20)}\n"),
            _ => $$"""{"op":"+I","data":{{json}}}""" + "\n",
        };
    }
}
