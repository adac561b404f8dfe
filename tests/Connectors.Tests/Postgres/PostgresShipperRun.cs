using System.Buffers;
using SqlStream.Connectors.Postgres;
using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Rows;
using SqlStream.Core.Time;

namespace SqlStream.Connectors.Tests.Postgres;

/// <summary>Delivers epochs to a table as a job does: every attempt has a higher incarnation, reads the marker, delivers what is missing, and reads the marker
/// again after each failure.</summary>
sealed class PostgresShipperRun(ConnectorTable table, IReadOnlyList<IOutputSegment[]> epochs)
{
    readonly string _jobId = table.Options.Text("table-name")!.PadLeft(32, '0');
    long _incarnation;

    public long TransactionBytesMax { get; init; } = 1 << 20;

    /// <summary>So few that all rows with a key come by MERGE.</summary>
    public long MergeRowsMin { get; init; } = 1;

    /// <summary>The failures that were retried.</summary>
    public List<ExternalException> Failures { get; } = [];

    public PostgresShipper CreateShipper() =>
        new(table, PostgresOptions.Read(table), new ShipperContext(_jobId, "s", TimeProvider.System)) { TransactionBytesMax = TransactionBytesMax, MergeRowsMin = MergeRowsMin };

    public static SinkMarker Marker(long epoch, int segments, long incarnation) =>
        new(new Epoch(epoch), new SinkPosition(segments, 0), true, incarnation, $"digest {epoch}") { Tally = new SinkTally(epoch, 4_000_000_000) };

    /// <summary>One attempt from fencing to the end.</summary>
    public void Attempt(int retries = 5)
    {
        using var shipper = CreateShipper();
        _incarnation++;
        for (var fenced = false; ;)
        {
            try
            {
                if (!fenced)
                    shipper.Fence(_incarnation, default);
                fenced = true;
                ShipMissing(shipper);
                return;
            }
            catch (ExternalException e) when (e.Retry != Retry.Never && retries-- > 0)
            {
                Failures.Add(e);
            }
        }
    }

    /// <summary>An attempt that ends with the first failure; true if there was one.</summary>
    public bool Crashes()
    {
        try
        {
            Attempt(retries: 0);
            return false;
        }
        catch (ExternalException)
        {
            return true;
        }
    }

    void ShipMissing(PostgresShipper shipper)
    {
        var marker = shipper.ReadMarker(default);
        for (var i = 0; i < epochs.Count; i++)
        {
            var epoch = i + 1;
            var from = SinkPosition.Start;
            if (marker is not null && marker.Epoch.Value >= epoch)
            {
                Assert.Equal($"digest {marker.Epoch.Value}", marker.Digest);
                if (marker.Epoch.Value > epoch || marker.IsWholeEpoch)
                    continue;
                from = marker.Position;
            }
            shipper.Ship(epochs[i], from, Marker(epoch, epochs[i].Length, _incarnation), default);
        }
    }
}

/// <summary>A sealed piece of output for a table: rows, given as their kind and values, in frames.</summary>
sealed class PostgresSegment : IOutputSegment
{
    readonly List<byte[]> _frames = [];

    public PostgresSegment(ConnectorTable table, long epoch, int subtask, params (RowKind Kind, object?[] Values)[][] frames)
    {
        (Epoch, Subtask) = (new Epoch(epoch), subtask);
        var pool = new ColumnPool(poison: true);
        using var encoder = Table.Sink(table).CreateEncoder(pool);
        foreach (var frame in frames)
        {
            Rows += frame.Length;
            var batch = Build(table, frame, pool);
            var output = new ArrayBufferWriter<byte>();
            encoder.Encode(batch, output);
            batch.Release();
            _frames.Add(output.WrittenSpan.ToArray());
        }
        Assert.Equal(0, pool.Outstanding);
    }

    public Epoch Epoch { get; }

    public int Subtask { get; }

    public long Rows { get; }

    public long Bytes => _frames.Sum(frame => frame.Length);

    /// <summary>Done once, when the first frame has been handed over and another is asked for.</summary>
    public Action? BehindFirst { get; set; }

    public IEnumerable<ReadOnlyMemory<byte>> Frames()
    {
        foreach (var frame in _frames)
        {
            yield return frame;
            var action = BehindFirst;
            BehindFirst = null;
            action?.Invoke();
        }
    }

    static Batch Build(ConnectorTable table, (RowKind Kind, object?[] Values)[] rows, ColumnPool pool)
    {
        var columns = new Column[table.Schema.Count];
        for (var column = 0; column < columns.Length; column++)
        {
            using var builder = ColumnBuilder.Create(table.Schema[column].Type, pool);
            foreach (var row in rows)
                PlanValue.Append(builder, row.Values[column]);
            columns[column] = builder.Build();
        }
        var kinds = pool.Rent(rows.Length);
        for (var i = 0; i < rows.Length; i++)
            kinds[i] = (byte)rows[i].Kind;
        return new Batch(columns, rows.Length, pool, kinds);
    }
}
