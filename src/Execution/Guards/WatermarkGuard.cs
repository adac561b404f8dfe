using SqlStream.Core.Columns;
using SqlStream.Core.Rows;
using SqlStream.Core.Time;
using SqlStream.Core.Types;
using SqlStream.Planner.Physical;

namespace SqlStream.Execution.Guards;

/// <summary>Checks that watermarks never go back, and that rows which windows have emitted are not late.</summary>
/// <remarks>What a scan tells its watermark assigner of the splits may go back; the assigner's watermarks may not. Rows of a source may be late; what a window operator emits may not. Columns with a finer tick than the millisecond by which
/// window_time stays below the window's end are left out.</remarks>
sealed class WatermarkGuard
{
    const int PrecisionMax = 3;

    readonly bool _isAssigned;
    readonly int[] _columns;
    EventTime _watermark = EventTime.MinusInfinity;

    public WatermarkGuard(PhysicalNode node)
    {
        _isAssigned = HasAssigner(node);
        _columns = HasWindow(node)
            ? [.. node.RowtimeColumns.Where(column => node.Schema[column].Type is TemporalType { Precision: <= PrecisionMax })]
            : [];
    }

    /// <summary>Takes a watermark; what is wrong, or null.</summary>
    public string? Advance(EventTime watermark)
    {
        if (_isAssigned && watermark < _watermark)
            return $"watermark {watermark} comes after {_watermark}";
        _watermark = watermark;
        return null;
    }

    /// <summary>What is wrong, or null.</summary>
    public string? Check(Batch batch)
    {
        foreach (var index in _columns)
        {
            var times = (FixedColumn<long>)batch[index];
            for (var i = 0; i < batch.Rows; i++)
            {
                var row = batch.StoredRow(i);
                if (!times.IsNull(row) && times[row] <= _watermark.Micros)
                    return $"a row of {new EventTime(times[row])} comes after watermark {_watermark}";
            }
        }
        return null;
    }

    static bool HasAssigner(PhysicalNode node) => node is PhysicalWatermarkAssigner or PhysicalProctimeAssigner || node.Children.Any(HasAssigner);

    static bool HasWindow(PhysicalNode node) => node switch
    {
        PhysicalWindowAggregate or PhysicalSessionTable => true,
        PhysicalScan or PhysicalValues => false,
        _ => node.Children.All(HasWindow),
    };
}
