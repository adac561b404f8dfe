using System.Globalization;
using SqlStream.Core.Columns;
using SqlStream.Core.Rows;
using SqlStream.Core.Time;
using SqlStream.Core.Types;
using SqlStream.Execution.Checkpoints;
using SqlStream.Execution.Sinks;

namespace SqlStream.Execution.Operators;

/// <summary>The rows that came too late for all their windows, with the table and the reason before their columns.</summary>
sealed class LateRowLog(SideOutput output, string table, ColumnPool pool) : IDisposable
{
    /// <summary>Keeps some rows of a batch.</summary>
    /// <param name="batch">The batch, which stays the caller's.</param>
    /// <param name="rows">Numbers of stored rows.</param>
    /// <param name="watermark">Why they are late.</param>
    public void Append(Batch batch, ReadOnlySpan<int> rows, EventTime watermark)
    {
        var columns = new Column[batch.Width + 2];
        columns[0] = ColumnFactory.Constant(SqlType.String, table, rows.Length, pool);
        columns[1] = ColumnFactory.Constant(SqlType.String, Reason(watermark), rows.Length, pool);
        for (var i = 0; i < batch.Width; i++)
            columns[i + 2] = ColumnFactory.Gather(batch[i], rows, pool);
        output.Append(new Batch(columns, rows.Length, pool));
    }

    public void Seal(Epoch epoch, SubtaskSeal seal) => output.Seal(epoch, seal);

    public void Dispose() => output.Dispose();

    static string Reason(EventTime watermark)
    {
        if (watermark == EventTime.PlusInfinity)
            return "late: the input had ended";
        var time = DateTime.UnixEpoch.AddTicks(watermark.Micros * TimeSpan.TicksPerMicrosecond);
        return "late: its windows were closed by the watermark " + time.ToString("yyyy-MM-dd HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture);
    }
}
