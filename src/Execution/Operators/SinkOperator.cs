using System.Runtime.InteropServices;
using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Rows;
using SqlStream.Core.Time;
using SqlStream.Execution.Checkpoints;
using SqlStream.Execution.Sinks;
using SqlStream.Planner.Physical;

namespace SqlStream.Execution.Operators;

/// <summary>Encodes rows into the output log of the epoch; the shipper delivers them once the epoch's checkpoint is durable.</summary>
sealed class SinkOperator(OperatorContext context, PhysicalSink plan, OutputLog log) : Operator
{
    readonly ISinkEncoder _encoder = plan.Sink.CreateEncoder(context.Pool);
    EventTime _watermark = EventTime.MinusInfinity;

    public override string Name => "Sink";

    public override long DirtyBytes => log.MemoryBytes;

    public override void OnData(Batch batch, IOutput output)
    {
        context.Metrics.AddRowsIn(batch.Rows);
        try
        {
            if (plan.DropsUpdateBefore)
                batch = SinkRows.WithoutUpdateBefore(batch, context.Pool);
            batch = SinkRows.WithoutNulls(plan, batch, context);
            if (plan.Deletes)
                batch = SinkRows.AsDeletes(batch, context.Pool);
            log.Append(batch, _encoder);
        }
        finally
        {
            batch.Release();
        }
    }

    public override EventTime? OnWatermark(EventTime watermark, IOutput output) => _watermark = watermark;

    public override void OnBarrier(Epoch epoch, SubtaskSeal seal)
    {
        seal.SinkWatermarks.Add((plan.SinkId, _watermark));
        if (log.Tally is { } tally)
            seal.Tallies.Add((plan.SinkId, tally));
        if (log.Seal(epoch) is not { } segment)
            return;
        seal.Segments.Add((plan.SinkId, segment));
        seal.Changed = true;
    }

    public override void Dispose()
    {
        _encoder.Dispose();
        log.Dispose();
    }
}

/// <summary>Writes rows as they come, for sinks that do not go through the output log.</summary>
sealed class DirectSinkOperator(OperatorContext context, PhysicalSink plan, ISinkWriter writer) : Operator
{
    public override string Name => "Sink";

    public override void OnData(Batch batch, IOutput output)
    {
        context.Metrics.AddRowsIn(batch.Rows);
        try
        {
            if (plan.DropsUpdateBefore)
                batch = SinkRows.WithoutUpdateBefore(batch, context.Pool);
            batch = SinkRows.WithoutNulls(plan, batch, context);
            writer.Write(batch);
        }
        finally
        {
            batch.Release();
        }
    }

    public override bool Serve() => writer.Serve();

    public override void OnBarrier(Epoch epoch, SubtaskSeal seal)
    {
        writer.Flush();
        var delivered = writer.Delivered();
        if (!delivered.IsCompleted)
            seal.Deliveries.Add((delivered, plan.Sink.Delivery == DeliveryGuarantee.AtLeastOnce));
    }

    public override void OnEnd(IOutput output) => writer.Flush();

    public override void Dispose() => writer.Dispose();
}

/// <summary>Hands the result of a SELECT to its client: the batches go on to the channels that the client reads.</summary>
sealed class CollectOperator(OperatorContext context) : Operator
{
    public override string Name => "Collect";

    public override void OnData(Batch batch, IOutput output)
    {
        context.Metrics.AddRowsIn(batch.Rows);
        output.Emit(batch);
    }
}

static class SinkRows
{
    /// <summary>The batch without its -U rows, for sinks that work by key. Takes the reference over and gives one back.</summary>
    public static Batch WithoutUpdateBefore(Batch batch, ColumnPool pool)
    {
        if (batch.IsInsertOnly)
            return batch;
        var rows = new List<int>(batch.Rows);
        for (var i = 0; i < batch.Rows; i++)
        {
            var row = batch.StoredRow(i);
            if (batch.Kind(row) != RowKind.UpdateBefore)
                rows.Add(row);
        }
        if (rows.Count == batch.Rows)
            return batch;
        var kept = batch.Take(CollectionsMarshal.AsSpan(rows), pool);
        batch.Release();
        return kept;
    }

    /// <summary>New rows as rows that go. Takes the reference over and gives one back.</summary>
    public static Batch AsDeletes(Batch batch, ColumnPool pool)
    {
        Check.That(batch.IsInsertOnly);
        var dense = batch.HasSelection ? batch.Dense(pool) : batch.Retain();
        var columns = new Column[dense.Columns.Length];
        for (var i = 0; i < columns.Length; i++)
            columns[i] = dense[i].Retain();
        var kinds = pool.Rent(Math.Max(1, dense.Rows));
        Array.Fill(kinds, (byte)RowKind.Delete);
        var deletes = new Batch(columns, dense.Rows, pool, kinds);
        dense.Release();
        batch.Release();
        return deletes;
    }

    /// <summary>The batch without the rows that have NULL in a NOT NULL column of the sink; 23502 where they may not be left out. Counts
    /// them. Takes the reference over and gives one back.</summary>
    public static Batch WithoutNulls(PhysicalSink plan, Batch batch, OperatorContext context)
    {
        var column = NullColumn(plan, batch);
        if (column < 0)
            return batch;
        if (!plan.DropsNulls)
            throw ExecutionErrors.NullInNotNullColumn(plan.TableName, plan.Table.Schema[column].Name);
        var rows = new List<int>(batch.Rows);
        for (var i = 0; i < batch.Rows; i++)
        {
            var row = batch.StoredRow(i);
            if (!HasNull(plan, batch, row))
                rows.Add(row);
        }
        context.Metrics.AddNullRows(batch.Rows - rows.Count);
        var kept = batch.Take(CollectionsMarshal.AsSpan(rows), context.Pool);
        batch.Release();
        return kept;
    }

    static int NullColumn(PhysicalSink plan, Batch batch)
    {
        foreach (var index in plan.NotNullColumns)
        {
            if (!batch[index].MayHaveNulls)
                continue;
            for (var i = 0; i < batch.Rows; i++)
            {
                if (batch[index].IsNull(batch.StoredRow(i)))
                    return index;
            }
        }
        return -1;
    }

    static bool HasNull(PhysicalSink plan, Batch batch, int row)
    {
        foreach (var index in plan.NotNullColumns)
        {
            if (batch[index].IsNull(row))
                return true;
        }
        return false;
    }
}
