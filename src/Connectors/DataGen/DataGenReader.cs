using System.Globalization;
using SqlStream.Core.Connect;
using SqlStream.Core.Rows;

namespace SqlStream.Connectors.DataGen;

/// <summary>Makes the rows of a split at the wanted pace: row n is due n / rate seconds after the start.</summary>
/// <remarks>What could not be made in time is made up for, up to one second's worth.</remarks>
sealed class DataGenReader : ISplitReader
{
    // From this rate on there is no pace.
    const long UnlimitedRowsPerSecond = 1_000_000_000;

    static readonly TimeSpan _pauseMin = TimeSpan.FromMilliseconds(10);
    static readonly TimeSpan _lagMax = TimeSpan.FromSeconds(1);

    readonly SplitReaderContext _context;
    readonly DataGenSplit _split;
    readonly long _rowsPerSecond;
    readonly long _rowsMax;
    readonly ColumnGenerator[] _generators;
    readonly BatchBuilder _builder;
    readonly ITimer _timer;
    long _rows;
    long _paceRow;
    long _paceStart;

    public DataGenReader(
        SplitReaderContext context, DataGenSplit split, long rows, long rowsPerSecond, long rowsMax,
        ColumnGenerator[] generators, BatchBuilder builder)
    {
        _context = context;
        _split = split;
        _rows = rows;
        _rowsPerSecond = rowsPerSecond;
        _rowsMax = rowsMax;
        _generators = generators;
        _builder = builder;
        _paceRow = NextRow;
        _paceStart = context.Clock.GetTimestamp();
        _timer = context.Clock.CreateTimer(
            _ => context.Wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <inheritdoc/>
    public string Position => string.Create(CultureInfo.InvariantCulture, $"{{\"rows\":{_rows}}}");

    /// <inheritdoc/>
    public double? Share => _rowsMax == long.MaxValue ? null : Math.Clamp((NextRow - _split.First) / (double)Math.Max(1, _rowsMax - _split.First), 0, 1);

    long NextRow => _split.First + (_rows * _split.Stride);

    /// <inheritdoc/>
    public ReadStatus Read(out Batch? batch)
    {
        batch = null;
        var next = NextRow;
        if (next >= _rowsMax)
            return ReadStatus.End;
        // Of the numbers next, next + stride, ... those below the end.
        var left = ((_rowsMax - next - 1) / _split.Stride) + 1;
        var count = Math.Min(Math.Min(left, _context.BatchRows), Due(next));
        if (count == 0)
            return ReadStatus.CaughtUp;
        var rows = new DataGenRows(next, _split.Stride, (int)count, _split.StartMicros, _rowsPerSecond);
        for (var i = 0; i < _generators.Length; i++)
            _generators[i].Append(_builder[i], rows);
        _builder.EndRows(rows.Count);
        _rows += count;
        batch = _builder.Build();
        return ReadStatus.Batch;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _timer.Dispose();
        _builder.Dispose();
    }

    // How many rows of this split are due; where there is none, the timer is set.
    long Due(long next)
    {
        if (_rowsPerSecond >= UnlimitedRowsPerSecond)
            return long.MaxValue;
        var elapsed = _context.Clock.GetElapsedTime(_paceStart);
        var due = DueTime(next);
        if (elapsed < due)
        {
            var pause = due - elapsed;
            _timer.Change(pause > _pauseMin ? pause : _pauseMin, Timeout.InfiniteTimeSpan);
            return 0;
        }
        if (elapsed - due > _lagMax)
        {
            // So far behind, the rest is given up: the pace begins anew, one second ago.
            var lag = (long)(_lagMax.TotalSeconds * _context.Clock.TimestampFrequency);
            _paceStart = _context.Clock.GetTimestamp() - lag;
            _paceRow = next;
            elapsed = _lagMax;
        }
        var rowsDue = (long)((Int128)elapsed.Ticks * _rowsPerSecond / TimeSpan.TicksPerSecond) + _paceRow - next;
        return (rowsDue / _split.Stride) + 1;
    }

    TimeSpan DueTime(long row) =>
        TimeSpan.FromTicks((long)((Int128)(row - _paceRow) * TimeSpan.TicksPerSecond / _rowsPerSecond));
}
