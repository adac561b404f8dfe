using SqlStream.Core.Time;
using SqlStream.Engine.Values;

namespace SqlStream.Engine.Push;

/// <summary>Writes rows into a table with <c>'connector' = 'push'</c>, which queries read as a stream. Thread-safe: rows of several threads come in
/// some order, those of one in its own.</summary>
/// <remarks>A row is copied before a call returns. While as many rows wait as the table holds (<c>'buffer-rows'</c>), writing waits: for the slowest
/// query, or, without any, for the first. A table with WATERMARK FOR gets its watermarks from the rows; <see cref="AdvanceWatermark"/> says more than
/// they do.</remarks>
/// <typeparam name="T">A record or class whose members are columns by name, a tuple whose values are the columns in order, a
/// <see cref="Rows.Row"/>, or, for a table of one column, its value.</typeparam>
public sealed class PushWriter<T>
{
    readonly PushTable _table;
    readonly RowWriter<T> _write;

    internal PushWriter(PushTable table)
    {
        _table = table;
        _write = RowWriters.Create<T>(table.Schema);
    }

    /// <summary>Rows that wait to be read.</summary>
    public long Waiting => _table.Rows;

    /// <summary>Writes a row. 23502 for a null in a NOT NULL column, 22003 for a number that does not fit, 25000 after the end, 42P01 after a DROP.</summary>
    public async ValueTask WriteAsync(T row, CancellationToken cancellation = default)
    {
        while (_table.TryWrite(_write, row) is { } room)
            await room.WaitAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Writes rows one after the other.</summary>
    public async ValueTask WriteAsync(IEnumerable<T> rows, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        foreach (var row in rows)
            await WriteAsync(row, cancellation).ConfigureAwait(false);
    }

    /// <summary>Writes rows as they come.</summary>
    public async ValueTask WriteAsync(IAsyncEnumerable<T> rows, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        await foreach (var row in rows.WithCancellation(cancellation).ConfigureAwait(false))
            await WriteAsync(row, cancellation).ConfigureAwait(false);
    }

    /// <summary>Says that no row written later has an event time up to this one, so that windows can close. Rows that have are late. It has no effect
    /// on tables without WATERMARK FOR, and never goes back.</summary>
    /// <param name="time">For a TIMESTAMP its date and time of day; for a TIMESTAMP_LTZ an instant: a time without a kind is one in UTC.</param>
    public void AdvanceWatermark(DateTime time) => _table.Advance(new EventTime(ClrValues.ToMicros(ClrValues.InstantTicks(time), 6)));

    /// <summary>Says that nothing more will come: all windows close, and queries over nothing else end.</summary>
    public void Complete() => _table.Complete();
}
